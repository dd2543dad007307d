/**
 * Typing: text and keys as input events.
 *
 * Text goes as text: a terminal writes it to its program as it is and ignores symbol and modifiers.
 * What is no text goes as a key symbol without text, from which a terminal makes control sequences.
 * Modifiers are keys as well, pressed before and released after the keys that they are held with.
 * Source: arcan `shmif/tui`.
 *
 * @module
 */

import { encodeUtf8 } from "../../bytes/text.ts";
import { MAX_TYPED_UNITS } from "../../limits.ts";
import type { InputEventInput } from "../../wire/event/types.ts";
import type { KeysymName, ModifierName } from "../../wire/keysyms.ts";
import { CONTROL_TEXTS, KEYSYMS, MODIFIER_KEYS, MODIFIERS } from "../../wire/keysyms.ts";
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
/** What makes more than Alt of a key with Alt. */
const NO_ALT = NO_TEXT & ~(MODIFIERS.lalt | MODIFIERS.ralt);

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
const EURO = 0x20ac;
/** The text of one event, without its terminator. */
const MAX_KEY_TEXT_BYTES = 4;

/**
 * How a client reads keys.
 *
 * - `text`: a terminal, which writes the text of a key to its program.
 * - `remote`: a client of VNC, which knows nothing of text. It takes symbols of X from `subid` where
 *   `keysym` has none; its own table of Latin-1 is wrong from 0xc7 on.
 * - `other`: any other client.
 */
export type KeyStyle = "text" | "remote" | "other";

/** A key that has no name here, by what it types. */
export interface CharacterKey {
  /** One code point, no control character. */
  readonly character: string;
}

/** A key and what is held with it. */
interface Key {
  readonly keysym: number;
  readonly modifiers: number;
  readonly utf8: string;
  readonly subid?: number;
}

/**
 * The keys of a text, each pressed and released, one code point after the other.
 *
 * @param text Anything but control characters; of those, line ends become Return, and Tab, Backspace
 * and Escape their keys.
 * @returns Made while it is read, so that a long text takes no memory.
 * @throws {ApiMisuseError} `bad-argument` at once, for other control characters and for text of more
 * than `MAX_TYPED_UNITS`.
 */
export function typedEvents(text: string, style: KeyStyle): Iterable<KeyEvent> {
  checkLength(text);
  for (const character of text) {
    if (isControl(character) && !CONTROL_KEYS.has(character)) {
      const code = character.charCodeAt(0).toString(16).padStart(2, "0");
      refuse(`no key types the control character ${code}`);
    }
  }
  return strokes(keysOf(text.replaceAll("\r\n", "\n"), style));
}

/**
 * The keys of a text that comes from somewhere else: control characters but line ends and tabs are
 * left out, so that it can move no cursor and end no paste.
 *
 * Its characters belong to no key, so that none has to be released: half the events of typing.
 *
 * @throws {ApiMisuseError} `bad-argument` for text of more than `MAX_TYPED_UNITS`.
 */
export function pastedEvents(text: string, style: KeyStyle): Iterable<KeyEvent> {
  checkLength(text);
  // deno-lint-ignore no-control-regex
  const clean = text.replaceAll("\r\n", "\n").replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, "");
  return style === "remote" ? strokes(keysOf(clean, style)) : charactersOf(clean);
}

/** One key, pressed and released, and what is held with it. */
export function keyEvents(
  key: KeysymName | number | CharacterKey,
  modifiers: readonly KeyModifier[],
  style: KeyStyle,
): Iterable<KeyEvent> {
  let bits = 0;
  for (const name of modifiers) bits |= named("modifier", MODIFIER_BITS, name);
  if (typeof key === "object" && key !== null) return characterEvents(key, bits, style);
  const keysym = typeof key === "number"
    ? integer("the key symbol", key, 1, 0xffff)
    : named("key", KEYSYMS, key);
  return symbolEvents(keysym, bits, style);
}

function characterEvents(
  { character }: CharacterKey,
  bits: number,
  style: KeyStyle,
): Iterable<KeyEvent> {
  if (typeof character !== "string" || [...character].length !== 1 || isControl(character)) {
    refuse("the character of a key must be one code point that is no control character");
  }
  const { keysym, modifiers } = keyOfCharacter(character);
  if (keysym !== 0) return symbolEvents(keysym, bits | modifiers, style);
  const exact = style === "remote" && exactly(character);
  const key = { keysym, modifiers: bits, utf8: character, ...exact };
  if (style !== "text" || !isAltAlone(bits)) return strokes([key]);
  const utf8 = `\x1b${character}`;
  if (encodeUtf8(utf8).length <= MAX_KEY_TEXT_BYTES) return strokes([{ ...key, utf8 }]);
  return strokes([controlKey(KEYSYMS.escape), { ...key, modifiers: 0 }]);
}

function symbolEvents(keysym: number, bits: number, style: KeyStyle): Iterable<KeyEvent> {
  const utf8 = textOfKey(keysym, bits, style);
  const capital = (bits & SHIFT) !== 0 && isPrintable(keysym) ? utf8 : "";
  return strokes([{ keysym, modifiers: bits, utf8, ...(style === "remote" && exactly(capital)) }]);
}

function* keysOf(text: string, style: KeyStyle): Generator<Key> {
  for (const utf8 of text) {
    const control = CONTROL_KEYS.get(utf8);
    yield control === undefined
      ? { ...keyOfCharacter(utf8), utf8, ...(style === "remote" && exactly(utf8)) }
      : controlKey(control);
  }
}

function* charactersOf(text: string): Generator<KeyEvent> {
  for (const utf8 of text) {
    const control = CONTROL_KEYS.get(utf8);
    if (control !== undefined) yield* strokes([controlKey(control)]);
    else yield { category: "input", kind: "translated", utf8, active: true };
  }
}

/** Presses and releases keys; a modifier is held as long as each next key wants it. */
function* strokes(keys: Iterable<Key>): Generator<KeyEvent> {
  let held = 0;
  for (const key of keys) {
    if (key.modifiers !== held) yield* hold(held, held = key.modifiers);
    const { utf8, ...rest } = key;
    yield { category: "input", kind: "translated", ...rest, utf8, active: true };
    yield { category: "input", kind: "translated", ...rest, utf8: "", active: false };
  }
  yield* hold(held, 0);
}

/** Releases and presses modifiers as keys: some clients know them by no other way. */
function* hold(from: number, to: number): Generator<KeyEvent> {
  let held = from;
  for (const [bit, keysym] of MODIFIER_KEYS) {
    if ((from & bit) === (to & bit)) continue;
    const active = (to & bit) !== 0;
    if (!active) held &= ~bit;
    yield { category: "input", kind: "translated", keysym, modifiers: held, utf8: "", active };
    if (active) held |= bit;
  }
}

function controlKey(keysym: number): Key {
  return { keysym, modifiers: 0, utf8: CONTROL_TEXTS.get(keysym) ?? "" };
}

/** Symbol and modifiers, for clients that look at keys; 0 where the character has no key. */
function keyOfCharacter(character: string): Pick<Key, "keysym" | "modifiers"> {
  const small = character.toLowerCase();
  const code = small.codePointAt(0)!;
  // Symbols from 256 on are keys without a character.
  const isKey = code > LAST_ASCII ? code >= FIRST_LATIN && code <= LAST_LATIN : SYMBOLS.has(code);
  if (!isKey) return { keysym: 0, modifiers: 0 };
  return { keysym: code, modifiers: small === character ? 0 : MODIFIERS.lshift };
}

/** The symbol of X for a character, where it is its code point; those of other scripts are too long. */
function exactly(character: string): Pick<Key, "keysym" | "subid"> | undefined {
  const code = character.codePointAt(0);
  if (code === undefined || (code > LAST_LATIN && code !== EURO)) return undefined;
  return { keysym: 0, subid: code };
}

/** A printable key without text would type nothing in a terminal. */
function textOfKey(keysym: number, modifiers: number, style: KeyStyle): string {
  const isAlt = style === "text" && isAltAlone(modifiers);
  if ((modifiers & NO_TEXT) !== 0 && !isAlt) return "";
  const control = CONTROL_TEXTS.get(keysym);
  // Terminals tell Tab with Shift and the like apart by their symbols.
  if (control !== undefined) return modifiers === 0 ? control : "";
  if (!isPrintable(keysym)) return "";
  const plain = String.fromCharCode(keysym);
  const character = (modifiers & SHIFT) === 0 ? plain : plain.toUpperCase();
  // As a terminal sends Alt; not every one makes it from the key.
  return isAlt ? `\x1b${character}` : character;
}

/** Whether Alt is held, and nothing that makes more of it than Alt. */
function isAltAlone(modifiers: number): boolean {
  return (modifiers & NO_TEXT) !== 0 && (modifiers & NO_ALT) === 0;
}

function isPrintable(keysym: number): boolean {
  return (keysym >= KEYSYMS.space && keysym <= LAST_ASCII) ||
    (keysym >= FIRST_LATIN && keysym <= LAST_LATIN);
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
