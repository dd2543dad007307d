/**
 * Runs the listener of `listen` until it ends by itself or is stopped.
 *
 * @module
 */

import { OUTPUT_STUCK_MS, STOP_TIMEOUT_MS } from "../limits.ts";
import type { Logger } from "../mod.ts";
import type { ClientHandlers } from "./client_handlers.ts";
import type { CliIo } from "./io.ts";
import { EXIT } from "./program.ts";
import type { Report } from "./report.ts";
import type { Serving } from "./serving.ts";
import { onStop } from "./signals.ts";

/** Why clients that are ended by a stop have to leave, for them; 31 bytes at most are shown. */
const LAST_WORDS = "the listener has shut down";

/** What goes on besides clients while the listener runs. */
export interface Lifecycle {
  /** How long SIGTERM lets clients go on; 0 ends them at once. */
  readonly drainMs: number;
  /** Called once signals are handled. */
  started(): void;
  /** Called when a signal asks to reread settings. */
  reload(): void;
  /** Called when the port is closed by a signal. */
  stopping(): void;
}

/**
 * Waits for the end. A signal to stop ends the listener in order, another one ends the process at once;
 * SIGTERM first gives clients {@linkcode Lifecycle.drainMs} to leave by themselves. Neither a handler
 * that hangs nor output that is not read delays the end for long.
 *
 * @returns Whether it was stopped.
 */
export async function runListener(
  listener: Serving,
  handlers: ClientHandlers,
  io: CliIo,
  report: Report,
  life: Lifecycle,
): Promise<boolean> {
  const { log, onlyPrints } = handlers;
  let phase: "running" | "draining" | "stopping" = "running";
  let drainTimer: ReturnType<typeof setTimeout> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const { promise: timedOut, resolve: timeOut } = Promise.withResolvers<false>();
  const closePort = () => {
    if (phase !== "running") return;
    life.stopping();
    listener.close();
  };
  const drain = () => {
    closePort();
    phase = "draining";
    drainTimer = setTimeout(stop, life.drainMs);
    const { length } = listener.clients;
    const seconds = life.drainMs / 1000;
    report({
      text: `waiting up to ${seconds} s for ${countClients(length)} to leave, again to end them\n`,
      event: "draining",
      fields: { clients: length, seconds },
    });
  };
  const stop = () => {
    if (phase === "stopping") return;
    clearTimeout(drainTimer);
    closePort();
    phase = "stopping";
    timer = setTimeout(() => timeOut(false), STOP_TIMEOUT_MS);
    const { length } = listener.clients;
    if (length > 0) {
      report({
        text: `closing ${countClients(length)}, again to end at once\n`,
        event: "stopping",
        fields: { clients: length },
      });
    }
    handlers.stop();
    io.streams?.stdout.endBackpressure();
    listener.closeClients(LAST_WORDS);
  };
  onOutputGone(io, () => {
    log.log("warn", "output-gone", {
      detail: `the reader of standard output has gone; ${
        onlyPrints ? "stopping" : "the listener goes on without it"
      }`,
    });
    if (onlyPrints) stop();
  });
  const endSignals = onStop((signal) => {
    if (phase === "stopping") Deno.exit(EXIT.interrupted);
    const drains = signal === "SIGTERM" && phase === "running" && life.drainMs > 0;
    if (drains && listener.clients.length > 0) drain();
    else stop();
  }, life.reload);
  try {
    handlers.start(stop);
    life.started();
    const finished = listener.finished().then(() => true);
    if (await Promise.race([finished, timedOut])) return phase !== "running";
    const { length } = listener.clients;
    if (length > 0) log.log("warn", "stopped-with-clients", { clients: length });
    else log.log("warn", "stopped-with-handlers", { detail: "a handler has not returned" });
    await Promise.race([
      io.streams?.stderr.flushed(),
      new Promise((resolve) => setTimeout(resolve, OUTPUT_STUCK_MS)),
    ]);
    Deno.exit(EXIT.failure);
  } finally {
    clearTimeout(drainTimer);
    clearTimeout(timer);
    endSignals();
  }
}

function countClients(count: number): string {
  return count === 1 ? "1 client" : `${count} clients`;
}

/** Logs what becomes of the standard streams; the first record may be printed before the clients are served. */
export function logOutputEvents({ streams }: CliIo, log: Logger): void {
  if (streams === undefined) return;
  streams.stdout.events = {
    failed: (detail) => log.log("error", "output-failed", { detail }),
    lost: (lines) => log.log("warn", "output-lost", { lines }),
  };
  streams.stderr.events = { lost: (lines) => log.log("warn", "log-lost", { lines }) };
}

function onOutputGone({ streams }: CliIo, onGone: () => void): void {
  if (streams === undefined) return;
  const { stdout } = streams;
  if (stdout.isGone) onGone();
  else stdout.events = { ...stdout.events, gone: onGone };
}
