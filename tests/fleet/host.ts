/** One host of the fleet: a `listen` process that is killed and started again in its directories. */

import { endProcess } from "../support/end_process.ts";
import { MAIN, Output } from "../support/listening.ts";

export interface HostOptions {
  /** Its own one: state, spool and sockets. */
  readonly directory: string;
  /** The directory of our own keys, the same ones at all hosts. */
  readonly keystore: string;
  /** A file with `NUM:SECRET`. */
  readonly secretFile: string;
  /** The servers of the fleet. */
  readonly servers: readonly string[];
  /** The name of the fleet. */
  readonly fleet: string;
}

/** How long a start may wait for the servers, which choose leaders. */
const START_MS = 90_000;

/** How often it is started before that is a failure. */
const MOST_STARTS = 3;

/** The name of its listener. */
export const LISTENER = "demo";

export class Host implements AsyncDisposable {
  readonly #options: HostOptions;
  #process!: Deno.ChildProcess;
  #err!: Output;
  #ports = { listen: 0, ready: 0 };
  #isRunning = false;
  #isDisposed = false;
  #failedStarts = 0;

  /** It runs after {@linkcode restart}. */
  constructor(options: HostOptions) {
    this.#options = options;
  }

  /** Where it listens, and where balancers ask whether it is ready; other ports after each start. */
  get ports(): { readonly listen: number; readonly ready: number } {
    return this.#ports;
  }

  /** How often it ended before it listened, because servers went away meanwhile, and was started again. */
  get failedStarts(): number {
    return this.#failedStarts;
  }

  /** What it has logged since its start. */
  get log(): string {
    return this.#err.text;
  }

  /** Starts it again, as a service manager does; settles when it listens. */
  async restart(): Promise<void> {
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#start();
      } catch (error) {
        await this.kill();
        if (attempt === MOST_STARTS || this.#isDisposed) throw error;
        this.#failedStarts++;
      }
    }
  }

  async #start(): Promise<void> {
    const { directory, keystore, secretFile, servers, fleet } = this.#options;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", MAIN, "listen", LISTENER, "--listen", "127.0.0.1:0"],
        ...["--keystore", keystore, "--secret-file", secretFile, "--no-control"],
        ...["--ready", "127.0.0.1:0", "--proxy-protocol", "127.0.0.1", "--exempt", "127.0.0.0/8"],
        ...["--fleet", servers.join(","), "--fleet-name", fleet],
      ],
      env: {
        ...{ NO_COLOR: "1", A12_SECRET: "" },
        ...{ XDG_RUNTIME_DIR: directory, XDG_STATE_HOME: directory },
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#isRunning = true;
    this.#err = new Output(this.#process.stderr);
    const [, listen, ready] = await this.#err.until(
      /:(\d+) as demo\n[^]*:(\d+)\/ready\n/,
      START_MS,
    );
    this.#ports = { listen: Number(listen), ready: Number(ready) };
  }

  /** Ends it at once: nothing is written or said any more. */
  async kill(): Promise<void> {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    endProcess(this.#process, "SIGKILL");
    await this.#err.rest();
    await this.#process.status;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    return this.kill();
  }
}
