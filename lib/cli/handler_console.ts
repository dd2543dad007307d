/**
 * The `console` of handler modules.
 *
 * Deno's own writes at once: a reader that does not read would stop the process, and one that has gone
 * would make the handler throw. Here lines wait for their reader, and are lost beyond the bound of the
 * stream, which the log then says.
 *
 * @module
 */

import { Console } from "node:console";
import type { CliIo } from "./io.ts";

/** No source has this number. */
const HANDLER = -1;
/** How deep Deno's own console shows objects, and how much of them in one line. */
const DEPTH = 4;

/**
 * Makes `console` write without blocking.
 *
 * @param io Where to.
 */
export function replaceConsole(io: CliIo): void {
  globalThis.console = new Console({
    stdout: stream((text) => io.out(text, HANDLER)),
    stderr: stream((text) => io.err(text, HANDLER)),
    colorMode: Deno.stdout.isTerminal() && !Deno.noColor,
    inspectOptions: { depth: DEPTH, compact: DEPTH },
  });
}

/** The part of a stream that a `Console` uses. */
function stream(write: (text: string) => unknown): NodeJS.WritableStream {
  const own = {
    write: (text: string) => void write(text),
    once() {},
    removeListener() {},
    listenerCount: () => 0,
  };
  return own as unknown as NodeJS.WritableStream;
}
