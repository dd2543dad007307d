/**
 * What typed keys mean to a text program (arcan `tui/input.c`).
 *
 * @module
 */

import type { InputEvent } from "../wire/event/types.ts";
import { KEYSYMS } from "../wire/keysyms.ts";

/** What a key does besides making text. */
export type EditKey =
  | "newline"
  | "backspace"
  | "delete"
  | "tab"
  | "left"
  | "right"
  | "up"
  | "down"
  | "home"
  | "end";

/** What a key press asks for: a text, or one of {@linkcode EditKey}. */
export type Keystroke = { readonly text: string } | { readonly key: EditKey };

const BY_CONTROL_CHARACTER: Readonly<Record<string, EditKey>> = {
  "\r": "newline",
  "\n": "newline",
  "\b": "backspace",
  "\x7f": "backspace",
  "\t": "tab",
};

const BY_KEYSYM = new Map<number, EditKey>([
  [KEYSYMS.return, "newline"],
  [KEYSYMS.kp_enter, "newline"],
  [KEYSYMS.backspace, "backspace"],
  [KEYSYMS.delete, "delete"],
  [KEYSYMS.tab, "tab"],
  [KEYSYMS.left, "left"],
  [KEYSYMS.right, "right"],
  [KEYSYMS.up, "up"],
  [KEYSYMS.down, "down"],
  [KEYSYMS.home, "home"],
  [KEYSYMS.end, "end"],
]);

/**
 * Reads a key event as text programs do: text counts before the key symbol, and a symbol that could
 * make text makes none by itself.
 *
 * @param event A key event.
 * @returns What it asks for; `undefined` for a release and for keys without a meaning.
 */
export function keystrokeOf(event: InputEvent<"translated">): Keystroke | undefined {
  if (!event.active) return undefined;
  const control = BY_CONTROL_CHARACTER[event.utf8];
  if (control !== undefined) return { key: control };
  // deno-lint-ignore no-control-regex -- these are the characters to be left out
  const text = event.utf8.replace(/[\x00-\x1f\x7f-\x9f]/g, "");
  if (text !== "") return { text };
  const key = BY_KEYSYM.get(event.keysym);
  return key === undefined ? undefined : { key };
}
