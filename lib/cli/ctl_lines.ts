/**
 * Prints lines that a listener sends as they come.
 *
 * @module
 */

import { ControlError } from "../errors.ts";
import type { CliIo } from "./io.ts";

/** The sender of all lines. */
const SENDER = 1;

/** How lines are printed. */
export interface LinePrinter {
  readonly json: boolean;
  readonly io: CliIo;
  /** A line for people. */
  describe(values: Readonly<Record<string, unknown>>): string;
}

/** Ends a request for lines when the reader of standard output has gone. */
export function untilGone(io: CliIo): AbortSignal {
  const stop = new AbortController();
  if (io.streams !== undefined) io.streams.stdout.events = { gone: () => stop.abort() };
  return stop.signal;
}

/**
 * Prints lines of JSON until they end, or until the reader of standard output has gone.
 *
 * @throws {ControlError} `busy` when the listener has left some out.
 */
export async function printLines(
  lines: ReadableStream<string>,
  signal: AbortSignal,
  printer: LinePrinter,
): Promise<void> {
  try {
    let rest = "";
    for await (const piece of lines) {
      const whole = (rest + piece).split("\n");
      rest = whole.pop()!;
      for (const line of whole) await print(line, printer);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function print(line: string, { json, io, describe }: LinePrinter): Promise<void> {
  const values = JSON.parse(line);
  if (json) await io.out(`${line}\n`, SENDER);
  if (values.kind === "watch_ended") {
    throw new ControlError(
      "busy",
      `the listener has left out ${values.lost} lines, as they were read too slowly`,
    );
  }
  if (!json) await io.out(describe(values), SENDER);
}
