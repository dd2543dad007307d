/**
 * A question on the terminal whose answer is not shown.
 *
 * @module
 */

import { KeyDecoder, type Typed } from "../handlers/view/keys.ts";
import { ESCAPE_TIMEOUT_MS } from "../limits.ts";
import { HiddenTerminal } from "./hidden_terminal.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";

/** A byte that is not UTF-8, as the decoder of keys gives it. */
const REPLACEMENT = "\ufffd";

/**
 * Asks for a line that is not shown while it is typed.
 *
 * Backspace takes a character, Ctrl-W a word, Ctrl-U all. Ctrl-C, Ctrl-\ and Ctrl-Z end and stop the
 * program as usual, Ctrl-D on an empty line gives up; other keys that make no text do nothing. The
 * terminal is as it was before when the program ends or stops, also by a signal.
 *
 * @param question Written to standard error.
 * @param io Where the question goes.
 * @returns The line without its end.
 * @throws {UsageError} When standard input is no terminal, the person gave up, or the terminal sends
 *   text that is not UTF-8.
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

/** Reads keys up to the end of the line. @returns `undefined` when the person gave up. */
async function readLine(): Promise<string | undefined> {
  let keys = new KeyDecoder();
  let line = "";
  const buffer = new Uint8Array(256);
  for (;;) {
    // What follows the Escape key later is no part of a sequence.
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

/** The name of a key with what is held, such as `ctrl-u`. */
function nameOf(typed: Typed): string {
  if (typed.kind !== "key") return typed.kind;
  const key = typeof typed.key === "number" ? String.fromCodePoint(typed.key) : typed.key;
  return [...typed.modifiers, key].join("-");
}
