/**
 * Our sink as a child process.
 */

import type { ProfileLine } from "./profile.ts";
import { Child } from "./rpc.ts";
import type { SinkReady, SinkSetup } from "./sink.ts";
import type { Usage } from "./usage.ts";

const FLAGS = ["--v8-flags=--trace-gc,--expose-gc"];

/** Our sink, which reports its own usage. */
export class OwnSink {
  readonly port: number;
  readonly #child: Child;

  private constructor(child: Child, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(setup: SinkSetup): Promise<OwnSink> {
    const child = await Child.start("sink.ts", FLAGS);
    const { port } = await child.call<SinkReady>("start", setup);
    return new OwnSink(child, port);
  }

  /** The trace of its garbage collector, complete when it has stopped. */
  get trace(): readonly string[] {
    return this.#child.output;
  }

  usage(): Promise<Usage> {
    return this.#child.call("usage");
  }

  async collect(): Promise<void> {
    await this.#child.call("collect");
  }

  /** Profiles it while an action runs. */
  async profile(run: () => Promise<void>): Promise<ProfileLine[]> {
    await this.#child.call("profileStart");
    await run();
    return await this.#child.call("profileStop");
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}
