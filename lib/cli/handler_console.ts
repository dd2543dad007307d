/**
 * The `console` of handler modules.
 *
 * Deno's own writes synchronously: it would block the process when the reader does not read, and throw
 * in the handler when the reader has gone. This one queues lines; beyond the limit of the queue they
 * are dropped, which the log reports.
 *
 * @module
 */

import { Console } from "node:console";
import type { CliIo } from "./io.ts";

/** No source has this number. */
const HANDLER_SENDER = -1;
/** As in Deno's own console: how deep objects are shown, and how many of their levels in one line. */
const DEPTH = 4;

export function replaceConsole(io: CliIo): void {
  globalThis.console = new Console({
    stdout: stream((text) => io.out(text, HANDLER_SENDER)),
    stderr: stream((text) => io.err(text, HANDLER_SENDER)),
    colorMode: Deno.stdout.isTerminal() && !Deno.noColor,
    inspectOptions: { depth: DEPTH, compact: DEPTH },
  });
}

/** The part of a stream that a `Console` uses. */
function stream(write: (text: string) => unknown): NodeJS.WritableStream {
  const used = {
    write: (text: string) => void write(text),
    once() {},
    removeListener() {},
    listenerCount: () => 0,
  };
  return used as unknown as NodeJS.WritableStream;
}
