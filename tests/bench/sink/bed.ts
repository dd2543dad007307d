/**
 * The measurements, made with a sink and a feeder process.
 */

import { Keystore } from "../../../keystore/mod.ts";
import { CLIENT_KEY, HOG_KEYS, type Target } from "./client.ts";
import type { FeederSetup, Latency } from "./feeder.ts";
import { ForeignSink } from "./foreign_sink.ts";
import { OwnSink } from "./own_sink.ts";
import type { ProfileLine } from "./profile.ts";
import { Child } from "./rpc.ts";
import type { Row } from "./rows.ts";
import type { SinkSetup } from "./sink.ts";
import { collectedMs, median, readCollections, type Usage } from "./usage.ts";

export interface BedOptions {
  /** The command of another sink; ours when absent. */
  readonly foreign?: string | undefined;
  readonly provider: SinkSetup["provider"];
  readonly rounds: number;
  readonly profile: boolean;
}

export interface Measured {
  /** The cost: CPU microseconds a unit; microseconds for latency; KiB a client for memory. */
  readonly cost: number;
  /** The smallest and the largest cost of a round. */
  readonly spread: readonly [least: number, most: number];
  readonly wallPerSecond?: number;
  readonly wireMbPerSecond?: number;
  /** The share of CPU time in the kernel. */
  readonly systemShare?: number;
  /** The share of CPU time in the garbage collector. */
  readonly gcShare?: number;
  readonly rssMib?: number;
  /** Further figures of this row. */
  readonly more?: Readonly<Record<string, number>>;
}

const WARM_UP_ROUNDS = 2;
/** A listener reads key files again at each login until they are two seconds old. */
const KEYS_REST_MS = 3_000;

export class Bed {
  readonly sink: OwnSink | ForeignSink;
  readonly feeder: Child;
  readonly #keystore: string;

  private constructor(sink: OwnSink | ForeignSink, feeder: Child, keystore: string) {
    this.sink = sink;
    this.feeder = feeder;
    this.#keystore = keystore;
  }

  static async make(
    { foreign, provider }: Pick<BedOptions, "foreign" | "provider">,
    feeder = "feeder.ts",
  ): Promise<Bed> {
    const keystore = Deno.makeTempDirSync();
    const opened = await Keystore.open(keystore);
    for (const { publicKey } of [CLIENT_KEY, ...HOG_KEYS]) await opened.add(["*"], publicKey);
    const [sink, fed] = await Promise.all([
      foreign === undefined
        ? OwnSink.start({ keystore, provider })
        : ForeignSink.start(foreign, CLIENT_KEY.publicKey),
      Child.start(feeder),
    ]);
    return new Bed(sink, fed, keystore);
  }

  get target(): Target {
    return { port: this.sink.port, isOwn: this.sink instanceof OwnSink };
  }

  usage(): Promise<Usage> {
    return this.sink.usage();
  }

  async open(row: string): Promise<void> {
    const setup: FeederSetup = { target: this.target, row };
    await this.feeder.call("open", setup);
  }

  async stop(): Promise<void> {
    await this.feeder.stop();
    await this.sink.stop();
    Deno.removeSync(this.#keystore, { recursive: true });
  }
}

interface Round {
  readonly from: Usage;
  readonly to: Usage;
  readonly wallMs: number;
  readonly bytes: number;
}

/** Measures the CPU time of a row's units. */
export async function measureRate(
  row: Row,
  options: BedOptions,
): Promise<{ measured: Measured; profile: readonly ProfileLine[] }> {
  const bed = await Bed.make(options);
  const isHandshake = row.measure === "handshake";
  if (!isHandshake) await bed.open(row.id);
  const run = () => isHandshake ? handshakes(bed, row) : blast(bed, row.count);
  const warmAtMs = performance.now() + (isHandshake ? KEYS_REST_MS : 0);
  for (let i = 0; i < WARM_UP_ROUNDS || performance.now() < warmAtMs; i++) await run();
  const rounds: Round[] = [];
  for (let i = 0; i < options.rounds; i++) rounds.push(await run());
  let profile: readonly ProfileLine[] = [];
  if (options.profile && bed.sink instanceof OwnSink) {
    profile = await bed.sink.profile(async () => {
      for (let i = 0; i < options.rounds; i++) await run();
    });
  }
  await bed.stop();
  return { measured: summarize(row, rounds, bed.sink.trace), profile };
}

async function blast(bed: Bed, count: number): Promise<Round> {
  const bytes = await bed.feeder.call<number>("prepare", count);
  const from = await bed.usage();
  const wallMs = await bed.feeder.call<number>("blast");
  return { from, to: await bed.usage(), wallMs, bytes };
}

async function handshakes(bed: Bed, { id, count }: Row): Promise<Round> {
  const mode = id === "handshake-direct" ? "direct" : "ephemeral";
  const from = await bed.usage();
  const start = performance.now();
  await bed.feeder.call("handshakes", { target: bed.target, mode, count });
  return { from, to: await bed.usage(), wallMs: performance.now() - start, bytes: 0 };
}

function cpuMs({ from, to }: Round): number {
  return to.userMs + to.systemMs - from.userMs - from.systemMs;
}

function summarize(
  { count }: Row,
  rounds: readonly Round[],
  trace: readonly string[] | undefined,
): Measured {
  const collections = trace && readCollections(trace);
  const costs = rounds.map((round) => cpuMs(round) * 1_000 / count);
  const of = (figure: (round: Round) => number) => median(rounds.map(figure));
  return {
    cost: median(costs),
    spread: [Math.min(...costs), Math.max(...costs)],
    wallPerSecond: of(({ wallMs }) => count * 1_000 / wallMs),
    wireMbPerSecond: of(({ wallMs, bytes }) => bytes / wallMs / 1_000),
    systemShare: of((round) => (round.to.systemMs - round.from.systemMs) / cpuMs(round)),
    ...(collections && {
      gcShare: of((round) => collectedMs(collections, round.from, round.to) / cpuMs(round)),
    }),
    rssMib: rounds.at(-1)!.to.rssKib / 1_024,
  };
}

/** Measures the time from a frame to its acknowledgement. */
export async function measureLatency(row: Row, options: BedOptions): Promise<Measured> {
  const bed = await Bed.make(options);
  await bed.open("tpack-line");
  await bed.feeder.call("latency", row.count);
  const rounds: Latency[] = [];
  for (let i = 0; i < options.rounds; i++) {
    rounds.push(await bed.feeder.call<Latency>("latency", row.count));
  }
  const stopSpinning = spin();
  await bed.feeder.call("latency", row.count);
  const awake = await bed.feeder.call<Latency>("latency", row.count);
  await stopSpinning();
  await bed.stop();
  const middles = rounds.map(({ p50Us }) => p50Us);
  return {
    cost: median(middles),
    spread: [Math.min(...middles), Math.max(...middles)],
    more: {
      p99Us: median(rounds.map(({ p99Us }) => p99Us)),
      awakeP50Us: awake.p50Us,
      awakeP99Us: awake.p99Us,
    },
  };
}

/** Keeps all cores awake at the lowest priority: on a virtual machine waking them would dominate the latency. */
function spin(): () => Promise<unknown> {
  const spinners = Array.from(
    { length: navigator.hardwareConcurrency },
    () =>
      new Deno.Command("nice", { args: ["-n", "19", "sh", "-c", "while :; do :; done"] }).spawn(),
  );
  return () => {
    for (const spinner of spinners) spinner.kill("SIGKILL");
    return Promise.all(spinners.map(({ status }) => status));
  };
}

const MEMORY_WARM_UP_CLIENTS = 300;

/** Measures the resident memory of idle clients. */
export async function measureMemory(row: Row, options: BedOptions): Promise<Measured> {
  const bed = await Bed.make(options);
  // The first clients load the code and grow the young generation of the heap to its full size.
  await bed.feeder.call("logins", { target: bed.target, count: MEMORY_WARM_UP_CLIENTS });
  await bed.sink.collect();
  const from = await bed.usage();
  await bed.feeder.call("logins", { target: bed.target, count: row.count });
  const to = await bed.usage();
  await bed.sink.collect();
  const collected = await bed.usage();
  await bed.stop();
  const cost = (to.rssKib - from.rssKib) / row.count;
  return {
    cost,
    spread: [cost, cost],
    rssMib: to.rssKib / 1_024,
    more: {
      afterCollectionKib: (collected.rssKib - from.rssKib) / row.count,
      loginCpuUs: cpuMs({ from, to, wallMs: 0, bytes: 0 }) * 1_000 / row.count,
    },
  };
}

/** The bytes received at each mark of the growth. */
const MARKS = [10e6, 100e6, 500e6, 1_000e6, 2_000e6];
const GROWTH_FRAMES = 24;
const GROWTH_EVENTS = 50_000;

export interface Mark {
  readonly receivedBytes: number;
  /** CPU nanoseconds a byte of raw frames. */
  readonly nsPerByte: number;
  /** CPU microseconds an event. */
  readonly eventUs: number;
  readonly rssMib: number;
}

/** Measures the cost of a byte and of an event as the session grows. */
export async function measureGrowth(options: BedOptions): Promise<Mark[]> {
  const bed = await Bed.make(options);
  await bed.open("rgba");
  const marks: Mark[] = [];
  let received = 0;
  const send = async (row: string, count: number) => {
    await bed.feeder.call("change", row);
    const round = await blast(bed, count);
    received += round.bytes;
    return round;
  };
  await send("rgba", 1);
  await send("events", 4_000);
  for (const mark of MARKS) {
    while (received < mark) {
      const frames = Math.ceil((mark - received) / 8.3e6);
      await send("rgba", Math.min(frames, GROWTH_FRAMES));
    }
    const receivedBytes = received;
    const isFirst = marks.length === 0;
    const bytes: number[] = [];
    const events: number[] = [];
    // The first mark is so near that a long round would go far past it.
    for (let i = 0; i < (isFirst ? 1 : options.rounds); i++) {
      const frames = await send("rgba", isFirst ? 2 : 8);
      bytes.push(cpuMs(frames) * 1e6 / frames.bytes);
      const round = await send("events", GROWTH_EVENTS);
      events.push(cpuMs(round) * 1_000 / GROWTH_EVENTS);
    }
    const { rssKib } = await bed.usage();
    marks.push({
      receivedBytes,
      nsPerByte: median(bytes),
      eventUs: median(events),
      rssMib: rssKib / 1_024,
    });
  }
  await bed.stop();
  return marks;
}
