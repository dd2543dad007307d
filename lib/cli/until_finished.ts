/**
 * The life of a listener of `listen`: until it has ended by itself, or was told to stop.
 *
 * @module
 */

import { OUTPUT_STUCK_MS, STOP_TIMEOUT_MS } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { Listener } from "../net/listener.ts";
import type { Taker } from "./listen_handler.ts";
import { onStop } from "./signals.ts";
import type { CliIo } from "./io.ts";
import { EXIT } from "./program.ts";
import type { Tell } from "./tell.ts";

/**
 * Waits for the end; Ctrl-C, SIGTERM and SIGHUP bring it about in order, a second one at once. Neither
 * a handler that hangs nor output that nobody reads holds it up.
 *
 * @param listener A listener that listens.
 * @param taker Takes the clients.
 * @param io The streams of the process.
 * @param tell Says what goes on.
 * @param welcome Greets the user.
 * @returns Whether it was told to stop.
 */
export async function untilFinished(
  listener: Listener,
  { start, hurry, log, onlyPrints }: Taker,
  io: CliIo,
  tell: Tell,
  welcome: () => void,
): Promise<boolean> {
  let asked = false;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const { promise: lostPatience, resolve: losePatience } = Promise.withResolvers<void>();
  const stop = () => {
    if (asked) return;
    asked = true;
    patience = setTimeout(losePatience, STOP_TIMEOUT_MS);
    const { length } = listener.clients;
    if (length > 0) {
      tell({
        text: `closing ${length} client${length === 1 ? "" : "s"}, again to end at once\n`,
        event: "stopping",
        fields: { clients: length },
      });
    }
    listener.close();
    hurry();
    io.streams?.stdout.hurry();
    listener.closeClients();
  };
  watch(io, log, () => {
    log.log("warn", "output-gone", {
      detail: `standard output has no reader any more; ${
        onlyPrints ? "stopping" : "the listener goes on without"
      }`,
    });
    if (onlyPrints) stop();
  });
  const forget = onStop(() => {
    if (asked) Deno.exit(EXIT.interrupted);
    stop();
  });
  try {
    start(stop);
    welcome();
    const finished = listener.finished().then(() => true);
    if (await Promise.race([finished, lostPatience.then(() => false)])) return asked;
    const { length } = listener.clients;
    if (length > 0) log.log("warn", "stopped-with-clients", { clients: length });
    else log.log("warn", "stopped-with-handlers", { detail: "a handler has not returned" });
    await Promise.race([
      io.streams?.stderr.flushed(),
      new Promise((resolve) => setTimeout(resolve, OUTPUT_STUCK_MS)),
    ]);
    Deno.exit(EXIT.failure);
  } finally {
    clearTimeout(patience);
    forget();
  }
}

function watch({ streams }: CliIo, log: Logger, gone: () => void): void {
  if (streams === undefined) return;
  streams.stdout.events = {
    gone,
    failed: (detail) => log.log("error", "output-failed", { detail }),
    lost: (lines) => log.log("warn", "output-lost", { lines }),
  };
  streams.stderr.events = { lost: (lines) => log.log("warn", "log-lost", { lines }) };
}
