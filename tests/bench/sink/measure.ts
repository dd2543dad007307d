/** The measurements of a row: all sinks do the same round in turns. */

import type { Sent, Times } from "./feeder.ts";
import { MeasuredSink, type SinkKind } from "./measured_sink.ts";
import { Child } from "./rpc.ts";
import type { Row } from "./rows.ts";
import { median } from "./usage.ts";

/** The figures of one sink, in the unit of the row. */
export interface Figure {
  readonly cost: number;
  /** The smallest and the largest cost of a round. */
  readonly spread: readonly [least: number, most: number];
  /** The cost of the first units of a new process. */
  readonly first?: number;
  /** Further figures of this row. */
  readonly more?: Readonly<Record<string, number>>;
}

/** How often a new process is measured. */
const STARTS = 3;
/** A listener reads key files again at each login until they are old: two seconds where times are coarse. */
const KEYS_REST_MS = 3_000;
const CROWD = 4;
const MEMORY_WARM_UP_CLIENTS = 300;
const PER_MS: { readonly [U in Row["unit"]]: number } = { us: 1_000, ms: 1, KiB: 1 };

/** Measures a row with all sinks. */
export async function measure(
  row: Row,
  kinds: readonly SinkKind[],
  rounds: number,
): Promise<Figure[]> {
  const feeder = new Child("feeder.ts");
  const all = kinds.map((kind) => new Turns(row, kind, feeder));
  const starts = row.first > 0 || row.measure === "start" ? STARTS : 1;
  for (let i = 0; i < starts; i++) {
    for (const turns of all) await turns.restart();
  }
  for (const turns of all) await turns.warmUp();
  const each = row.measure === "memory" || row.measure === "start" ? 1 : rounds;
  for (let i = 0; i < each; i++) {
    for (const turns of all) await turns.round();
  }
  for (const turns of all) await turns.stop();
  await feeder.stop();
  return all.map((turns) => turns.figure);
}

/** What one sink does of a row. */
class Turns {
  readonly #row: Row;
  readonly #kind: SinkKind;
  readonly #feeder: Child;
  readonly #firsts: number[] = [];
  readonly #starts: number[] = [];
  readonly #costs: number[] = [];
  readonly #more: Record<string, number[]> = {};
  #sink: MeasuredSink | undefined;

  constructor(row: Row, kind: SinkKind, feeder: Child) {
    this.#row = row;
    this.#kind = kind;
    this.#feeder = feeder;
  }

  get figure(): Figure {
    const costs = this.#row.measure === "start" ? this.#starts : this.#costs;
    return {
      cost: median(costs),
      spread: [Math.min(...costs), Math.max(...costs)],
      ...(this.#firsts.length > 0 && { first: median(this.#firsts) }),
      more: Object.fromEntries(
        Object.entries(this.#more).map(([name, values]) => [name, median(values)]),
      ),
    };
  }

  /** Starts the sink anew, and measures its first units. */
  async restart(): Promise<void> {
    await this.stop();
    const sink = this.#sink = await MeasuredSink.start(this.#kind);
    this.#starts.push(sink.startMs);
    const { id, first, measure } = this.#row;
    const rows: Partial<Record<Row["measure"], string>> = {
      "stream": id,
      "crowd": "zstd-all",
      "round-trip": id === "line-ack" ? "tpack-line" : "dzstd-region",
    };
    const drawn = rows[measure];
    const count = measure === "crowd" ? CROWD : 1;
    if (drawn !== undefined) await this.#call("open", count, { row: drawn });
    if (first > 0) this.#firsts.push(await this.#measure(first));
  }

  async warmUp(): Promise<void> {
    const { measure, count, warmUp } = this.#row;
    if (measure === "start") return;
    if (measure === "memory") {
      // The first clients load the code and grow the young generation of the heap to its full size.
      await this.#call("open", MEMORY_WARM_UP_CLIENTS, { row: "idle" });
      return;
    }
    const endMs = performance.now() +
      (measure === "login" || measure === "session" ? KEYS_REST_MS : 0);
    const least = this.#kind.warmsUp ? warmUp : count;
    for (let done = 0; done < least || performance.now() < endMs; done += count) {
      await this.#measure(count);
    }
    for (const values of Object.values(this.#more)) values.length = 0;
  }

  async round(): Promise<void> {
    if (this.#row.measure !== "start") this.#costs.push(await this.#measure(this.#row.count));
  }

  async stop(): Promise<void> {
    if (this.#sink === undefined) return;
    await this.#call("leave", 0);
    await this.#sink.stop();
  }

  /** Measures the cost of `count` units. */
  async #measure(count: number): Promise<number> {
    const { measure, id, unit } = this.#row;
    const sink = this.#sink!;
    const from = sink.usage();
    switch (measure) {
      case "round-trip": {
        const { p50Us, p99Us } = await this.#call<Times>("roundTrips", count);
        this.#note({ p99Us });
        return p50Us;
      }
      case "memory":
        await this.#call("open", count, { row: "idle" });
        return (sink.usage().rssMib - from.rssMib) * 1_024 / count;
      case "crowd": {
        const { wallMs } = await this.#call<Sent>("blast", count);
        const frames = count * CROWD;
        this.#note({
          framesPerSecond: frames * 1_000 / wallMs,
          cores: (sink.usage().cpuMs - from.cpuMs) / wallMs,
        });
        return wallMs / frames;
      }
      case "login": {
        const mode = id === "login-direct" ? "direct" : "ephemeral";
        await this.#call("handshakes", count, { mode });
        break;
      }
      case "session":
        await this.#call("sessions", count);
        break;
      default:
        await this.#call<Sent>("blast", count);
    }
    return (sink.usage().cpuMs - from.cpuMs) * PER_MS[unit] / count;
  }

  #note(figures: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(figures)) (this.#more[name] ??= []).push(value);
  }

  #call<T>(command: string, count: number, more: object = {}): Promise<T> {
    return this.#feeder.call<T>(command, { port: this.#sink!.port, count, ...more });
  }
}
