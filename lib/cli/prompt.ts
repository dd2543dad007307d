/**
 * Reads a line from the terminal without showing it.
 *
 * @module
 */

import { KeyDecoder, type Typed } from "../handlers/mod.ts";
import { ESCAPE_TIMEOUT_MS } from "../limits.ts";
import { UsageError } from "./errors.ts";
import { HiddenTerminal } from "./hidden_terminal.ts";
import type { CliIo } from "./io.ts";

/** What the decoder of keys makes of bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";

/**
 * Backspace deletes a character, Ctrl-W a word, Ctrl-U all. Ctrl-C and Ctrl-\ end the process and
 * Ctrl-Z stops it as usual, Ctrl-D on an empty line cancels; other keys that type no text are ignored.
 *
 * @param question Written to standard error.
 * @returns The line without its end.
 * @throws {UsageError} When standard input is no terminal, the prompt was cancelled, or the terminal
 *   sends text that is not UTF-8.
 */
export async function readHidden(question: string, io: CliIo): Promise<string> {
  if (!Deno.stdin.isTerminal()) {
    throw new UsageError("--ask-secret needs a terminal; use --secret-file or --secret-stdin");
  }
  using _terminal = new HiddenTerminal(() => io.err(question), () => {
    io.err("\n");
    // The process may be stopped next.
    io.streams?.stderr.flushSync();
  });
  const line = await readLine();
  if (line === undefined) throw new UsageError("no secret was given");
  if (line.includes(REPLACEMENT)) {
    throw new UsageError("what was typed is not UTF-8; set the terminal to UTF-8");
  }
  return line;
}

/** @returns `undefined` when it was cancelled. */
async function readLine(): Promise<string | undefined> {
  let keys = new KeyDecoder();
  let line = "";
  const buffer = new Uint8Array(256);
  for (;;) {
    // Input that follows the Escape key later belongs to no sequence.
    const timer = keys.isUndecided
      ? setTimeout(() => keys = new KeyDecoder(), ESCAPE_TIMEOUT_MS)
      : undefined;
    const count = await Deno.stdin.read(buffer);
    clearTimeout(timer);
    if (count === null) return undefined;
    for (const typed of keys.push(buffer.subarray(0, count))) {
      const name = nameOf(typed);
      if (name === "return") return line;
      if (name === "ctrl-c" || (name === "ctrl-d" && line === "")) return undefined;
      line = edit(line, typed, name);
    }
  }
}

function edit(line: string, typed: Typed, name: string): string {
  switch (name) {
    case "text":
      return typed.kind === "text" ? line + typed.text : line;
    case "backspace":
      return line.replace(/.$/su, "");
    case "ctrl-u":
      return "";
    case "ctrl-w":
      return line.replace(/\S*\s*$/u, "");
    default:
      return line;
  }
}

/** @returns A key with its modifiers such as `ctrl-u`, or the kind of other input. */
function nameOf(typed: Typed): string {
  if (typed.kind !== "key") return typed.kind;
  const key = typeof typed.key === "number" ? String.fromCodePoint(typed.key) : typed.key;
  return [...typed.modifiers, key].join("-");
}
