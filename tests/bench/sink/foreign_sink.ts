/**
 * Another sink, started by a command and measured from outside.
 *
 * The command gets the public key of the clients in `CLIENT_KEY`, as 64 hexadecimal digits. It must listen
 * on the loopback interface with the default secret, print its port as its first line, send `activate`
 * for a `register`, acknowledge frames and refuse binary streams.
 */

import { TextLineStream } from "./lines.ts";
import type { Usage } from "./usage.ts";

const TICK_MS = 10;

export class ForeignSink {
  readonly port: number;
  /** Its garbage collector, if any, is not measured. */
  readonly trace = undefined;
  readonly #process: Deno.ChildProcess;
  readonly #drained: Promise<unknown>;

  private constructor(process: Deno.ChildProcess, port: number, drained: Promise<unknown>) {
    this.#process = process;
    this.port = port;
    this.#drained = drained;
  }

  static async start(command: string, clientKey: Uint8Array): Promise<ForeignSink> {
    const process = new Deno.Command("sh", {
      args: ["-c", `exec ${command}`],
      env: { CLIENT_KEY: clientKey.toHex() },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = process.stdout
      .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .pipeThrough(new TextLineStream()).getReader();
    const { value } = await lines.read();
    const port = Number(value);
    if (!(port > 0)) throw new Error(`${command}: no port but ${value}`);
    const drain = async () => {
      while (!(await lines.read()).done);
    };
    return new ForeignSink(process, port, drain());
  }

  /** The usage of its live threads; that of ended ones is lost. */
  usage(): Promise<Usage> {
    const folder = `/proc/${this.#process.pid}`;
    let totalMs = 0;
    let systemMs = 0;
    for (const { name } of Deno.readDirSync(`${folder}/task`)) {
      const task = `${folder}/task/${name}`;
      totalMs += Number(Deno.readTextFileSync(`${task}/schedstat`).split(" ")[0]) / 1e6;
      // The program name in parentheses may contain blanks.
      const fields = Deno.readTextFileSync(`${task}/stat`).split(") ").at(-1)!.split(" ");
      systemMs += Number(fields[12]) * TICK_MS;
    }
    const status = Deno.readTextFileSync(`${folder}/status`);
    const rssKib = Number(/VmRSS:\s+(\d+)/.exec(status)![1]);
    const userMs = totalMs - systemMs;
    return Promise.resolve({ userMs, systemMs, rssKib, atMs: performance.now() });
  }

  collect(): Promise<void> {
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#process.status;
    await this.#drained;
  }
}
