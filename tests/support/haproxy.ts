/** haproxy, a balancer that users have. It needs Python as well, which opens its sockets. */

import { endProcess } from "./end_process.ts";
import { Output } from "./listening.ts";
import { has, WITH_SOCKETS } from "./programs.ts";

const missing = [
  ...await has("haproxy") ? [] : ["haproxy"],
  ...await has("python3") ? [] : ["python3"],
];

/** For tests that need it; `why` says what is missing. */
export const NEEDS_HAPROXY = {
  ignore: missing.length > 0,
  why: missing.length > 0 ? ` (${missing} is missing)` : "",
} as const;

/** A port that haproxy listens on. */
export interface Frontend {
  /** Its interface: 127.0.0.1 unless `tcp6`, which is [::1]. */
  readonly family?: "tcp" | "tcp6";
  /** The lines of its section besides `bind`, such as its servers. */
  readonly lines: readonly string[];
}

export class Balancer implements AsyncDisposable {
  readonly #directory: string;
  readonly #frontends: readonly Frontend[];
  readonly #process: Deno.ChildProcess;
  readonly #err: Output;

  private constructor(directory: string, frontends: readonly Frontend[]) {
    this.#directory = directory;
    this.#frontends = frontends;
    this.#process = new Deno.Command("python3", {
      args: [
        ...[WITH_SOCKETS, ...frontends.map(({ family = "tcp" }) => family), "--"],
        ...["haproxy", "-db", "-f", `${directory}/haproxy.cfg`],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#err = new Output(this.#process.stderr);
  }

  /** Starts it with a port for each frontend; `partN` is the name of the N-th one, from 0. */
  static async start(...frontends: readonly Frontend[]): Promise<Balancer> {
    const directory = await Deno.makeTempDir({ prefix: "haproxy-test-" });
    const parts = frontends.map(({ lines }, i) =>
      [`listen part${i}`, `bind fd@${3 + i}`, ...lines].join("\n  ")
    );
    const text = [
      `global\n  stats socket ${directory}/admin level admin`,
      "defaults\n  mode tcp\n  timeout connect 10s\n  timeout client 60s\n  timeout server 60s",
      // Otherwise the time between two checks, which a test makes short.
      "  timeout check 10s",
      ...parts,
      "",
    ];
    await Deno.writeTextFile(`${directory}/haproxy.cfg`, text.join("\n"));
    return new Balancer(directory, frontends);
  }

  /** The port of the N-th frontend. */
  async port(frontend = 0): Promise<number> {
    const [, port] = await this.#err.until(RegExp(`socket ${3 + frontend} on port (\\d+)`));
    return Number(port);
  }

  /** Connects through the N-th frontend. */
  async connect(frontend = 0): Promise<Deno.TcpConn> {
    const hostname = this.#frontends[frontend]!.family === "tcp6" ? "::1" : "127.0.0.1";
    return await Deno.connect({ hostname, port: await this.port(frontend) });
  }

  /** Waits until its checks have found a server down. @param server Its name in the section. */
  async down(server: string): Promise<void> {
    await this.#err.until(RegExp(`Server part\\d+/${server} is DOWN`));
  }

  /** Gives it a command of its runtime API, such as `set server`. @returns Its answer. */
  async command(text: string): Promise<string> {
    const admin = await this.#connectAdmin();
    await admin.write(new TextEncoder().encode(`${text}\n`));
    let answer = "";
    for await (const part of admin.readable.pipeThrough(new TextDecoderStream())) answer += part;
    return answer.trim();
  }

  /** Its socket is there a moment after its process. */
  async #connectAdmin(): Promise<Deno.UnixConn> {
    for (;;) {
      try {
        return await Deno.connect({ transport: "unix", path: `${this.#directory}/admin` });
      } catch (error) {
        const { NotFound, ConnectionRefused } = Deno.errors;
        if (!(error instanceof NotFound || error instanceof ConnectionRefused)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    endProcess(this.#process, "SIGKILL");
    await this.#err.rest();
    await this.#process.status;
    await Deno.remove(this.#directory, { recursive: true });
  }
}
