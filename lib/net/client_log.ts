/**
 * What is logged about one client.
 *
 * @module
 */

import type { A12Error, StreamError } from "../errors.ts";
import type { LogFields, Logger, LogLevel } from "../log.ts";
import type { CallContext } from "./call_handler.ts";
import { Tally } from "./tally.ts";

/** The log of one client; each line has its address, and its key and comment once it has claimed one. */
export class ClientLog {
  readonly #log: Logger;
  readonly #address: string;
  readonly #refusedStreams = new Tally();
  readonly #handlerFailures = new Tally();
  /** The fingerprint of the client's key. */
  key: string | undefined;
  /** What people know the key by. */
  comment: string | undefined;

  constructor(log: Logger, address: string) {
    this.#log = log;
    this.#address = address;
  }

  /** What is logged about a call of a handler. */
  call(
    source: number,
    { kind, callee = "handler", index = 0 }: Pick<CallContext, "kind" | "callee" | "index">,
  ): CallContext {
    return { log: this.#log, source, kind, callee, index, failures: this.#handlerFailures };
  }

  /** The key was unknown and is in the keystore now. */
  keyEnrolled(placesLeft: number): void {
    this.#line("info", "key-enrolled", { places_left: placesLeft });
  }

  authenticated(mode: string): void {
    this.#line("info", "client-authenticated", { mode });
  }

  /** The listener's handler did not accept the client. */
  refused(): void {
    this.#line("info", "client-refused", { reason: "not accepted by the handler" });
  }

  /** @param isReported Whether another line tells of it already. */
  loginRefused(reason: A12Error["code"], detail: string, isReported = false): void {
    this.#line(isReported ? "debug" : "warn", "login-refused", { reason, detail });
  }

  leftBeforeLogin(reason?: A12Error["code"]): void {
    this.#line("debug", "left-before-login", { reason });
  }

  probeAnswered(): void {
    this.#line("info", "probe-answered");
  }

  /** The client has left before its handler had it. */
  leftBeforeHandover(reason: A12Error["code"] | undefined): void {
    this.#line("info", "client-left", { reason });
  }

  /** @param error What ended the connection; absent for a plain close. */
  left(source: number, error: A12Error | undefined): void {
    const isFault = error !== undefined && error.code !== "connection-lost";
    this.#line(isFault ? "warn" : "info", "client-left", {
      source,
      reason: error?.code,
      detail: isFault ? error.message : undefined,
      handler_failures: this.#handlerFailures.count || undefined,
      refused_streams: this.#refusedStreams.count || undefined,
    });
  }

  /** Logs each code once, as a source may go on with a stream that was cancelled. */
  streamRefused(source: number, { code, message }: StreamError): void {
    if (!this.#refusedStreams.add(code)) return;
    this.#line("warn", "stream-refused", { source, reason: code, detail: message });
  }

  internalError({ message, cause }: A12Error): void {
    const stack = cause instanceof Error ? cause.stack : undefined;
    this.#line("error", "internal-error", { detail: message, stack });
  }

  #line(level: LogLevel, event: string, fields: LogFields = {}): void {
    this.#log.log(level, event, {
      client: this.#address,
      key: this.key,
      comment: this.comment,
      ...fields,
    });
  }
}
