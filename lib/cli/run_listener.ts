/**
 * Runs the listener of `listen` until it ends by itself or is stopped.
 *
 * @module
 */

import { OUTPUT_STUCK_MS, STOP_TIMEOUT_MS } from "../limits.ts";
import type { Listener, Logger } from "../mod.ts";
import type { ClientHandlers } from "./client_handlers.ts";
import type { CliIo } from "./io.ts";
import { EXIT } from "./program.ts";
import type { Report } from "./report.ts";
import { onStop } from "./signals.ts";

/**
 * Waits for the end. Ctrl-C, SIGTERM and SIGHUP stop the listener in order, a second one ends the
 * process at once. Neither a handler that hangs nor output that is not read delays the end for long.
 *
 * @param onListening Called once signals are handled.
 * @returns Whether it was stopped.
 */
export async function runListener(
  listener: Listener,
  handlers: ClientHandlers,
  io: CliIo,
  report: Report,
  onListening: () => void,
): Promise<boolean> {
  const { log, onlyPrints } = handlers;
  let isStopping = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const { promise: timedOut, resolve: timeOut } = Promise.withResolvers<false>();
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    timer = setTimeout(() => timeOut(false), STOP_TIMEOUT_MS);
    const { length } = listener.clients;
    if (length > 0) {
      report({
        text: `closing ${length} client${length === 1 ? "" : "s"}, again to end at once\n`,
        event: "stopping",
        fields: { clients: length },
      });
    }
    listener.close();
    handlers.stop();
    io.streams?.stdout.endBackpressure();
    listener.closeClients();
  };
  logOutputEvents(io, log, () => {
    log.log("warn", "output-gone", {
      detail: `the reader of standard output has gone; ${
        onlyPrints ? "stopping" : "the listener goes on without it"
      }`,
    });
    if (onlyPrints) stop();
  });
  const endSignals = onStop(() => {
    if (isStopping) Deno.exit(EXIT.interrupted);
    stop();
  });
  try {
    handlers.start(stop);
    onListening();
    const finished = listener.finished().then(() => true);
    if (await Promise.race([finished, timedOut])) return isStopping;
    const { length } = listener.clients;
    if (length > 0) log.log("warn", "stopped-with-clients", { clients: length });
    else log.log("warn", "stopped-with-handlers", { detail: "a handler has not returned" });
    await Promise.race([
      io.streams?.stderr.flushed(),
      new Promise((resolve) => setTimeout(resolve, OUTPUT_STUCK_MS)),
    ]);
    Deno.exit(EXIT.failure);
  } finally {
    clearTimeout(timer);
    endSignals();
  }
}

function logOutputEvents({ streams }: CliIo, log: Logger, onGone: () => void): void {
  if (streams === undefined) return;
  streams.stdout.events = {
    gone: onGone,
    failed: (detail) => log.log("error", "output-failed", { detail }),
    lost: (lines) => log.log("warn", "output-lost", { lines }),
  };
  streams.stderr.events = { lost: (lines) => log.log("warn", "log-lost", { lines }) };
}
