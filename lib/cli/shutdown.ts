/**
 * How the listener of `listen` ends, by a signal or by `ctl drain`: clients may leave by themselves for a
 * while, then all are asked to exit.
 *
 * @module
 */

import { DRAIN_NOTICE_MS, STOP_TIMEOUT_MS } from "../limits.ts";
import type { ClientHandlers } from "./client_handlers.ts";
import type { CliIo } from "./io.ts";
import { EXIT } from "./program.ts";
import type { Report } from "./report.ts";
import type { Serving } from "./serving.ts";
import type { StopSignal } from "./signals.ts";
import type { ServiceManager } from "./systemd_notify.ts";

/** Why clients that are ended by a stop have to leave, for them; 31 bytes at most are shown. */
const LAST_WORDS = "the listener has shut down";

export interface ShutdownParts {
  readonly listener: Pick<Serving, "clients" | "close" | "closePort" | "closeClients">;
  readonly handlers: Pick<ClientHandlers, "stop">;
  readonly io: Pick<CliIo, "streams">;
  readonly manager: Pick<ServiceManager, "status" | "stopping">;
  readonly report: Report;
  /** How long SIGTERM lets clients go on, in seconds; 0 ends them at once. */
  readonly drainSeconds: number;
  /** Whether balancers ask for `/ready`: then a drain keeps the port open until they have seen it. */
  readonly hasBalancers: boolean;
}

export class Shutdown implements Disposable {
  readonly #parts: ShutdownParts;
  readonly #timedOut = Promise.withResolvers<false>();
  #phase: "running" | "draining" | "stopping" = "running";
  #hasSignal = false;
  /** When clients are asked to exit, by a clock that only goes on. */
  #endsAtMs = Infinity;
  #notice: ReturnType<typeof setTimeout> | undefined;
  #end: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: ShutdownParts) {
    this.#parts = parts;
  }

  get hasBegun(): boolean {
    return this.#phase !== "running";
  }

  /** Whether clients may still leave by themselves. */
  get isDraining(): boolean {
    return this.#phase === "draining";
  }

  /** Settles when the end has taken too long after {@linkcode stop}. */
  get timedOut(): Promise<false> {
    return this.#timedOut.promise;
  }

  /** What the service manager shows meanwhile. */
  readonly status = "clients are leaving";

  /**
   * Ends the listener when its clients have left or the time is over. A later call only shortens the time.
   *
   * @param seconds `--drain` when `undefined`, and any time without that.
   * @returns How long clients may still stay; `undefined` for any time.
   */
  drain(seconds: number | undefined): number | undefined {
    // systemd would kill a service that says that it stops, when TimeoutStopSec is over.
    this.#parts.manager.status(this.status);
    this.#drain(seconds ?? (this.#parts.drainSeconds || Infinity), "");
    return this.#secondsLeft();
  }

  /** The first SIGTERM drains if `--drain` says so; any other signal stops, and one while stopping exits. */
  takeSignal(signal: StopSignal): void {
    const { listener, drainSeconds, hasBalancers, manager } = this.#parts;
    if (this.#phase === "stopping") Deno.exit(EXIT.interrupted);
    const drains = signal === "SIGTERM" && !this.#hasSignal && drainSeconds > 0;
    this.#hasSignal = true;
    if (drains && (hasBalancers || listener.clients.length > 0)) {
      manager.stopping(this.status);
      this.#drain(drainSeconds, ", again to end them");
    } else this.stop();
  }

  /** Ends the listener and its clients in order. Neither handlers nor readers of output delay it for long. */
  stop(): void {
    if (this.#phase === "stopping") return;
    const { listener, handlers, io, report, manager } = this.#parts;
    this.#phase = "stopping";
    this[Symbol.dispose]();
    this.#endsAtMs = performance.now();
    this.#end = setTimeout(() => this.#timedOut.resolve(false), STOP_TIMEOUT_MS);
    manager.stopping(this.status);
    listener.close();
    const { length } = listener.clients;
    if (length > 0) {
      report({
        text: `closing ${countClients(length)}${this.#hasSignal ? ", again to end at once" : ""}\n`,
        event: "stopping",
        fields: { clients: length },
      });
    }
    handlers.stop();
    io.streams?.stdout.endBackpressure();
    listener.closeClients(LAST_WORDS);
  }

  /** Clears its timers. */
  [Symbol.dispose](): void {
    clearTimeout(this.#notice);
    clearTimeout(this.#end);
  }

  #drain(seconds: number, again: string): void {
    if (this.#phase === "stopping") return;
    const { listener, hasBalancers } = this.#parts;
    const endsAtMs = performance.now() + seconds * 1000;
    if (endsAtMs < this.#endsAtMs) {
      this.#endsAtMs = endsAtMs;
      clearTimeout(this.#end);
      this.#end = setTimeout(() => this.stop(), seconds * 1000);
    }
    if (this.#phase === "running") {
      this.#phase = "draining";
      if (hasBalancers) this.#notice = setTimeout(() => void listener.closePort(), DRAIN_NOTICE_MS);
      else void listener.closePort();
    }
    this.#report(again);
  }

  #report(again: string): void {
    const { listener, report } = this.#parts;
    const { length } = listener.clients;
    const seconds = this.#secondsLeft();
    const limit = seconds === undefined ? "" : ` up to ${seconds} s`;
    report({
      text: `waiting${limit} for ${countClients(length)} to leave${again}\n`,
      event: "draining",
      fields: { clients: length, seconds },
    });
  }

  #secondsLeft(): number | undefined {
    if (this.#endsAtMs === Infinity) return undefined;
    return Math.max(0, Math.ceil((this.#endsAtMs - performance.now()) / 1000));
  }
}

function countClients(count: number): string {
  return count === 1 ? "1 client" : `${count} clients`;
}
