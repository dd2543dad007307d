/** What one, and ten, viewers of a client cost the listener. */

import { fileURLToPath } from "node:url";
import { linkOf } from "../../support/browser.ts";
import { Listening, Output, type TestSource } from "../../support/listening.ts";
import { readCpuMs } from "../sink/usage.ts";
import { CHANGES } from "./content.ts";
import { NUMBERS } from "./marker.ts";
import { DesktopClient, TerminalClient } from "./own_stage.ts";

const VIEWERS_MAIN = fileURLToPath(new URL("./viewers_main.ts", import.meta.url));
const CHANGES_PER_SECOND = 30;
const WARM_UP_MS = 1_500;

export interface ViewersFigure {
  readonly viewers: number;
  /** CPU time of the listener for a second on the wall. */
  readonly cpuMsPerSecond: number;
  /** Pictures a second that the viewer with the fewest got. */
  readonly leastPictures: number;
}

/** @param seconds How long each number of viewers is measured. */
export async function* measureViewers(
  counts: readonly number[],
  seconds: number,
): AsyncGenerator<readonly [title: string, figures: ViewersFigure[]]> {
  yield [
    "terminal: 30 lines a second",
    await measure("terminal", counts, seconds, (source) => {
      const client = new TerminalClient(source);
      return (number) => client.show(number);
    }),
  ];
  for (const change of CHANGES.slice(0, 2)) {
    const title = `${change.title}, 30 a second`;
    yield [
      title,
      await measure("application", counts, seconds, (source) => {
        const client = new DesktopClient(source);
        return async (number) => {
          // The first frame is whole.
          if (number === 0) await client.show(undefined, 0);
          return await client.show(change, number);
        };
      }),
    ];
  }
}

type Draw = (number: number) => Promise<unknown>;

async function measure(
  kind: "terminal" | "application",
  counts: readonly number[],
  seconds: number,
  clientOf: (source: TestSource) => Draw,
): Promise<ViewersFigure[]> {
  await using listening = await Listening.start("--web");
  const source = await listening.connect("measured", kind);
  await source.activated();
  const draw = clientOf(source);
  await draw(0);
  await source.client.allAcknowledged();
  const figures: ViewersFigure[] = [];
  for (const viewers of counts) {
    await using watching = await Viewers.start(await linkOf(listening), viewers);
    await drawFor(draw, WARM_UP_MS);
    const before = { pictures: await watching.pictures(), cpuMs: readCpuMs(listening.process.pid) };
    const tookMs = await drawFor(draw, seconds * 1_000);
    const cpuMs = readCpuMs(listening.process.pid) - before.cpuMs;
    const got = (await watching.pictures()).map((count, at) => count - before.pictures[at]!);
    figures.push({
      viewers,
      cpuMsPerSecond: cpuMs / tookMs * 1_000,
      leastPictures: viewers === 0 ? 0 : Math.min(...got) / tookMs * 1_000,
    });
  }
  return figures;
}

/** @returns How long it took, in milliseconds. */
async function drawFor(draw: Draw, ms: number): Promise<number> {
  const startMs = performance.now();
  for (let frame = 1; performance.now() - startMs < ms; frame++) {
    await draw(1 + frame % (NUMBERS - 1));
    const waitMs = startMs + frame * 1_000 / CHANGES_PER_SECOND - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(waitMs, 0)));
  }
  return performance.now() - startMs;
}

/** The viewers of a client in a process of their own. */
class Viewers implements AsyncDisposable {
  readonly #process: Deno.ChildProcess | undefined;
  readonly #output: Output | undefined;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  #answers = 1;

  private constructor(process?: Deno.ChildProcess) {
    this.#process = process;
    if (process === undefined) return;
    this.#output = new Output(process.stdout);
    this.#input = process.stdin.getWriter();
  }

  /** Settles when all have got a picture. */
  static async start(link: string, count: number): Promise<Viewers> {
    if (count === 0) return new Viewers();
    const viewers = new Viewers(
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", VIEWERS_MAIN, link, "2", String(count)],
        stdin: "piped",
        stdout: "piped",
      }).spawn(),
    );
    await viewers.#answer();
    return viewers;
  }

  /** How many pictures each has got. */
  async pictures(): Promise<number[]> {
    if (this.#input === undefined) return [];
    this.#answers++;
    await this.#input.write(new Uint8Array([10]));
    return await this.#answer();
  }

  async #answer(): Promise<number[]> {
    const [text] = await this.#output!.until(new RegExp(`^(?:.*\\n){${this.#answers}}`));
    return JSON.parse(text.trimEnd().split("\n").at(-1)!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input?.close();
    await this.#output?.rest();
    await this.#process?.status;
  }
}
