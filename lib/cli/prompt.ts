/**
 * Questions on the terminal.
 *
 * @module
 */

import type { CliIo } from "./support.ts";
import { UsageError } from "./support.ts";

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const BACKSPACES = ["\u007f", "\b"];

/**
 * Asks for a line that is not shown while it is typed.
 *
 * @param question Written to standard error.
 * @param io Where the question goes.
 * @returns The line without its end.
 * @throws {UsageError} When standard input is no terminal, or the person gave up.
 */
export async function readHidden(question: string, io: CliIo): Promise<string> {
  if (!Deno.stdin.isTerminal()) {
    throw new UsageError("--ask-secret needs a terminal; use --secret-file or --secret-stdin");
  }
  io.err(question);
  Deno.stdin.setRaw(true);
  try {
    let line = "";
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(256);
    for (;;) {
      const count = await Deno.stdin.read(buffer);
      if (count === null) throw new UsageError("no secret was given");
      for (const char of decoder.decode(buffer.subarray(0, count), { stream: true })) {
        if (char === "\r" || char === "\n") return line;
        if (char === CTRL_C || char === CTRL_D) throw new UsageError("no secret was given");
        line = BACKSPACES.includes(char) ? [...line].slice(0, -1).join("") : line + char;
      }
    }
  } finally {
    Deno.stdin.setRaw(false);
    io.err("\n");
  }
}
