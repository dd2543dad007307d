/**
 * Typing: text and keys as input events.
 *
 * Text goes as text: a terminal writes it to its program as it is and ignores symbol and modifiers.
 * What is no text goes as a key symbol without text, from which a terminal makes control sequences.
 * Source: arcan `shmif/tui`.
 *
 * @module
 */

import { MAX_TYPED_UNITS } from "../../limits.ts";
import type { InputEventInput } from "../../wire/event/types.ts";
import type { KeysymName, ModifierName } from "../../wire/keysyms.ts";
import { KEYSYMS, MODIFIERS } from "../../wire/keysyms.ts";
import { integer, named, refuse } from "./check.ts";

type KeyEvent = InputEventInput<"translated">;

const MODIFIER_BITS: Readonly<Record<KeyModifier, number>> = {
  ...MODIFIERS,
  shift: MODIFIERS.lshift,
  ctrl: MODIFIERS.lctrl,
  alt: MODIFIERS.lalt,
  meta: MODIFIERS.lmeta,
};
/** With one of these a key makes no text. */
const NO_TEXT = MODIFIERS.lctrl | MODIFIERS.rctrl | MODIFIERS.lalt | MODIFIERS.ralt |
  MODIFIERS.lmeta | MODIFIERS.rmeta;
const SHIFT = MODIFIERS.lshift | MODIFIERS.rshift;

/** A modifier that is held: a side of the keyboard, or the short name of the left one. */
export type KeyModifier = ModifierName | "shift" | "ctrl" | "alt" | "meta";

/** Control characters that a key stands for. */
const CONTROL_KEYS: ReadonlyMap<string, number> = new Map([
  ["\n", KEYSYMS.return],
  ["\r", KEYSYMS.return],
  ["\t", KEYSYMS.tab],
  ["\b", KEYSYMS.backspace],
  ["\x1b", KEYSYMS.escape],
]);
const SYMBOLS: ReadonlySet<number> = new Set(Object.values(KEYSYMS));
const FIRST_LATIN = 0xa0;
const LAST_LATIN = 0xff;
const LAST_ASCII = 0x7e;

/**
 * The keys of a text, each pressed and released, one code point after the other.
 *
 * @param text Anything but control characters; of those, line ends become Return, and Tab, Backspace
 * and Escape their keys.
 * @returns Made while it is read, so that a long text takes no memory.
 * @throws {ApiMisuseError} `bad-argument` at once, for other control characters and for text of more
 * than `MAX_TYPED_UNITS`.
 */
export function typedEvents(text: string): Iterable<KeyEvent> {
  checkLength(text);
  for (const character of text) {
    if (isControl(character) && !CONTROL_KEYS.has(character)) {
      const code = character.charCodeAt(0).toString(16).padStart(2, "0");
      refuse(`no key types the control character ${code}`);
    }
  }
  return keysOf(text.replaceAll("\r\n", "\n"));
}

/**
 * The keys of a text that comes from somewhere else: control characters but line ends and tabs are
 * left out, so that it can move no cursor and end no paste.
 *
 * Its characters belong to no key, so that none has to be released: half the events of typing.
 *
 * @param text Any text.
 * @returns Made while it is read.
 * @throws {ApiMisuseError} `bad-argument` for text of more than `MAX_TYPED_UNITS`.
 */
export function pastedEvents(text: string): Iterable<KeyEvent> {
  checkLength(text);
  // deno-lint-ignore no-control-regex
  const clean = text.replaceAll("\r\n", "\n").replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, "");
  return charactersOf(clean);
}

/**
 * One key, pressed and released.
 *
 * @param key The name of the key, or its SDL 1.2 symbol.
 * @param modifiers What is held.
 * @throws {ApiMisuseError} `bad-argument`.
 */
export function keyEvents(
  key: KeysymName | number,
  modifiers: readonly KeyModifier[],
): Iterable<KeyEvent> {
  const keysym = typeof key === "number"
    ? integer("the key symbol", key, 1, 0xffff)
    : named("key", KEYSYMS, key);
  let bits = 0;
  for (const name of modifiers) bits |= named("modifier", MODIFIER_BITS, name);
  return stroke(keysym, bits, textOfKey(keysym, bits));
}

function* keysOf(text: string): Generator<KeyEvent> {
  for (const character of text) {
    const control = CONTROL_KEYS.get(character);
    if (control === undefined) yield* stroke(...keyOfCharacter(character), character);
    else yield* stroke(control, 0, "");
  }
}

function* charactersOf(text: string): Generator<KeyEvent> {
  for (const utf8 of text) {
    const control = CONTROL_KEYS.get(utf8);
    if (control !== undefined) yield* stroke(control, 0, "");
    else yield { category: "input", kind: "translated", utf8, active: true };
  }
}

function* stroke(keysym: number, modifiers: number, utf8: string): Generator<KeyEvent> {
  const key = { category: "input", kind: "translated", keysym, modifiers } as const;
  yield { ...key, utf8, active: true };
  yield { ...key, utf8: "", active: false };
}

/** Symbol and modifiers, for clients that look at keys; 0 where the character has no key. */
function keyOfCharacter(character: string): [keysym: number, modifiers: number] {
  const small = character.toLowerCase();
  const code = small.codePointAt(0)!;
  const isKey = SYMBOLS.has(code) || (code >= FIRST_LATIN && code <= LAST_LATIN);
  if (!isKey) return [0, 0];
  return [code, small === character ? 0 : MODIFIERS.lshift];
}

/** A printable key without text would type nothing in a terminal. */
function textOfKey(keysym: number, modifiers: number): string {
  if ((modifiers & NO_TEXT) !== 0) return "";
  const isPrintable = (keysym >= KEYSYMS.space && keysym <= LAST_ASCII) ||
    (keysym >= FIRST_LATIN && keysym <= LAST_LATIN);
  if (!isPrintable) return "";
  const character = String.fromCharCode(keysym);
  return (modifiers & SHIFT) === 0 ? character : character.toUpperCase();
}

function isControl(character: string): boolean {
  return character < " " || (character >= "\x7f" && character < "\xa0");
}

function checkLength(text: string): void {
  if (typeof text !== "string") refuse("the text is not text");
  if (text.length > MAX_TYPED_UNITS) {
    refuse(`the text has ${text.length} units, the limit is ${MAX_TYPED_UNITS}`);
  }
}
