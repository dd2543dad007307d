/**
 * Tells systemd how the service is, by datagrams to the socket that it names in `NOTIFY_SOCKET`
 * (sd_notify(3)).
 *
 * Deno sends them with `--unstable-net`, which `deno.json` turns on. The socket of our end has an
 * abstract name; for that Deno wants `--allow-net` besides `--allow-write` of the path.
 *
 * @module
 */

import { MAX_WAITING_NOTICES } from "../limits.ts";
import type { Logger } from "../log.ts";
import { messageOf } from "../errors.ts";
import { type CliIo, takeVariable } from "./io.ts";

const encoder = new TextEncoder();

/** The service manager, as far as the process is one of its services. */
export class ServiceManager {
  readonly #log: Logger;
  readonly #address: Deno.UnixAddr | undefined;
  readonly #pingMs: number | undefined;
  #socket: Deno.DatagramConn | undefined;
  #sending: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #hasFailed = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param env Read and cleared, so that programs that are started do not speak for the service.
   * @param log Told once when the manager cannot be reached.
   */
  constructor(env: CliIo["env"], log: Logger) {
    this.#log = log;
    const [path, periodUsec, pid] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]
      .map((name) => takeVariable(env, name));
    if (!path) return;
    const periodMs = Number(periodUsec) / 1000;
    // A first "@" stands for the zero byte of an abstract name.
    this.#address = { transport: "unixpacket", path: path.replace(/^@/, "\0") };
    if (periodMs > 0 && (!pid || Number(pid) === Deno.pid)) this.#pingMs = periodMs / 2;
  }

  /** The service works, for the first time or again after {@linkcode reloading}. */
  ready(status: string): void {
    this.#send("READY=1", `STATUS=${status}`);
    if (this.#pingMs === undefined || this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#send("WATCHDOG=1"), this.#pingMs);
    Deno.unrefTimer(this.#timer);
  }

  reloading(): void {
    this.#send("RELOADING=1", ...monotonicTime());
  }

  /** Shows what the service does. */
  status(status: string): void {
    this.#send(`STATUS=${status}`);
  }

  stopping(status: string): void {
    this.#send("STOPPING=1", `STATUS=${status}`);
  }

  /** Sends what waits, and no more after that. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    this.#socket?.close();
  }

  #send(...lines: string[]): void {
    // A manager that does not read must not make us keep more and more.
    if (this.#address === undefined || this.#waiting >= MAX_WAITING_NOTICES) return;
    const address = this.#address;
    this.#waiting++;
    this.#sending = this.#sending.then(async () => {
      this.#socket ??= Deno.listenDatagram({
        transport: "unixpacket",
        path: `\0net-listen-${crypto.randomUUID()}`,
      });
      await this.#socket.send(encoder.encode(lines.join("\n")), address);
    }).catch((error) => this.#fail(error)).finally(() => this.#waiting--);
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#log.log("warn", "notify-failed", { detail: messageOf(error) });
  }
}

/**
 * The time of CLOCK_MONOTONIC, which systemd compares with that of its request. Deno gives it in whole
 * seconds; rounded up, so that it is not before the request.
 */
function monotonicTime(): string[] {
  try {
    return [`MONOTONIC_USEC=${Math.floor(Deno.osUptime() + 1) * 1_000_000}`];
  } catch {
    // Without --allow-sys=osUptime. Only services of Type=notify-reload need it.
    return [];
  }
}
