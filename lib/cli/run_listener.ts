/**
 * Runs the listener of `listen` until it ends by itself or is stopped.
 *
 * @module
 */

import { OUTPUT_STUCK_MS } from "../limits.ts";
import type { Logger } from "../mod.ts";
import type { ClientHandlers } from "./client_handlers.ts";
import type { CliIo } from "./io.ts";
import { EXIT } from "./program.ts";
import type { Serving } from "./serving.ts";
import type { Shutdown } from "./shutdown.ts";
import { onStop } from "./signals.ts";

/** What goes on besides clients while the listener runs. */
export interface Lifecycle {
  /** Called once signals are handled. */
  started(): void;
  /** Called when a signal asks to reread settings. */
  reload(): void;
}

/**
 * Waits for the end. A signal to stop ends the listener in order, another one ends the process at once;
 * SIGTERM may first give clients time to leave by themselves. Neither a handler that hangs nor output
 * that is not read delays the end for long.
 *
 * @returns Whether it was stopped.
 */
export async function runListener(
  listener: Serving,
  handlers: ClientHandlers,
  io: CliIo,
  shutdown: Shutdown,
  life: Lifecycle,
): Promise<boolean> {
  const { log, onlyPrints } = handlers;
  onOutputGone(io, () => {
    log.log("warn", "output-gone", {
      detail: `the reader of standard output has gone; ${
        onlyPrints ? "stopping" : "the listener goes on without it"
      }`,
    });
    if (onlyPrints) shutdown.stop();
  });
  const endSignals = onStop((signal) => shutdown.takeSignal(signal), life.reload);
  try {
    handlers.start(() => shutdown.stop());
    life.started();
    const finished = listener.finished().then(() => true);
    if (await Promise.race([finished, shutdown.timedOut])) return shutdown.hasBegun;
    const { length } = listener.clients;
    if (length > 0) log.log("warn", "stopped-with-clients", { clients: length });
    else log.log("warn", "stopped-with-handlers", { detail: "a handler has not returned" });
    await Promise.race([
      io.streams?.stderr.flushed(),
      new Promise((resolve) => setTimeout(resolve, OUTPUT_STUCK_MS)),
    ]);
    Deno.exit(EXIT.failure);
  } finally {
    endSignals();
  }
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
