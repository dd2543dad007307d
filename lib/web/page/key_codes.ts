/**
 * Keys of browsers as clients know them.
 *
 * @module
 */

import { type KeysymName, KEYSYMS } from "../../wire/keysyms.ts";

/** The places of keys on a keyboard, in the order of their numbers in Linux; `-` where a browser has none. */
const PLACES =
  "- Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal " +
  "Backspace Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter " +
  "ControlLeft KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote ShiftLeft " +
  "Backslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight NumpadMultiply AltLeft " +
  "Space CapsLock F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock Numpad7 Numpad8 Numpad9 " +
  "NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal - - " +
  "IntlBackslash F11 F12 IntlRo - - Convert KanaMode NonConvert - NumpadEnter ControlRight " +
  "NumpadDivide PrintScreen AltRight - Home ArrowUp PageUp ArrowLeft ArrowRight End ArrowDown PageDown " +
  "Insert Delete - - - - - NumpadEqual - Pause - NumpadComma Lang1 Lang2 IntlYen MetaLeft MetaRight " +
  "ContextMenu";

const NUMBERS: ReadonlyMap<string, number> = new Map(
  PLACES.split(" ").map((code, number) => [code, number]),
);

/** Keys by their place, where the place says more than what they make. */
const BY_PLACE: Readonly<Record<string, KeysymName>> = {
  ShiftLeft: "lshift",
  ShiftRight: "rshift",
  ControlLeft: "lctrl",
  ControlRight: "rctrl",
  AltLeft: "lalt",
  AltRight: "ralt",
  MetaLeft: "lmeta",
  MetaRight: "rmeta",
  NumpadEnter: "kp_enter",
  NumpadDivide: "kp_divide",
  NumpadMultiply: "kp_multiply",
  NumpadSubtract: "kp_minus",
  NumpadAdd: "kp_plus",
  NumpadEqual: "kp_equals",
};

const BY_NAME: Readonly<Record<string, KeysymName>> = {
  Backspace: "backspace",
  Tab: "tab",
  Clear: "clear",
  Enter: "return",
  Pause: "pause",
  Escape: "escape",
  Delete: "delete",
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowRight: "right",
  ArrowLeft: "left",
  Insert: "insert",
  Home: "home",
  End: "end",
  PageUp: "pageup",
  PageDown: "pagedown",
  NumLock: "numlock",
  CapsLock: "capslock",
  ScrollLock: "scrollock",
  Shift: "lshift",
  Control: "lctrl",
  Alt: "lalt",
  Meta: "lmeta",
  Compose: "compose",
  Help: "help",
  PrintScreen: "print",
  ContextMenu: "menu",
  Power: "power",
  Undo: "undo",
};

/** What keys make on the keyboard of the United States, for those that make no Latin letter. */
const BY_US_PLACE: Readonly<Record<string, KeysymName>> = {
  Minus: "minus",
  Equal: "equals",
  BracketLeft: "leftbracket",
  BracketRight: "rightbracket",
  Semicolon: "semicolon",
  Quote: "quote",
  Backquote: "backquote",
  Backslash: "backslash",
  Comma: "comma",
  Period: "period",
  Slash: "slash",
  Space: "space",
  IntlBackslash: "less",
};

const LATIN: ReadonlySet<number> = new Set(Object.values(KEYSYMS).filter((each) => each < 127));
const FIRST_LATIN_1 = 0xa0;
const LAST_LATIN_1 = 0xff;

/** The number of a key's place in Linux; 0 for an unknown one. */
export function placeNumber(code: string): number {
  return NUMBERS.get(code) ?? 0;
}

/** The symbol of a key without a character; `undefined` for one that types a character. */
export function namedSymbol(key: string, code: string): number | undefined {
  const numpad = /^Numpad(\d)$/.exec(code)?.[1];
  if (numpad !== undefined && key === numpad) return KEYSYMS.kp0 + Number(numpad);
  if (code === "NumpadDecimal" && /^[.,]$/.test(key)) return KEYSYMS.kp_period;
  const name = BY_PLACE[code] ?? BY_NAME[key];
  if (name !== undefined) return KEYSYMS[name];
  const functionKey = Number(/^F(\d{1,2})$/.exec(key)?.[1] ?? 0);
  if (functionKey >= 1 && functionKey <= 15) return KEYSYMS.f1 + functionKey - 1;
  return undefined;
}

/** The symbol of a key that types a character: of the character, else of the place; 0 for none. */
export function characterSymbol(character: string, code: string): number {
  const point = character.toLowerCase().codePointAt(0)!;
  const isLatin1 = point >= FIRST_LATIN_1 && point <= LAST_LATIN_1;
  return LATIN.has(point) || isLatin1 ? point : placeSymbol(code);
}

function placeSymbol(code: string): number {
  const simple = /^(?:Key|Digit)(\w)$/.exec(code)?.[1];
  if (simple !== undefined) return simple.toLowerCase().charCodeAt(0);
  const name = BY_US_PLACE[code];
  return name === undefined ? 0 : KEYSYMS[name];
}
