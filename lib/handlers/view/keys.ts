/**
 * Decodes the input of a terminal: text, keys, the mouse, and answers to queries.
 *
 * Sources: ECMA-48 and "XTerm Control Sequences"; the mouse in SGR form (mode 1006). Own code, because
 * `node:readline` has neither mouse nor answers, and reads parts of sequences that it does not know as
 * text, which would be typed into the client.
 *
 * @module
 */

import { MAX_KEY_SEQUENCE } from "../../limits.ts";
import type { Source } from "../../segment/source.ts";

/** The name of a key, or the number of its symbol. */
export type Key = Parameters<Source["pressKey"]>[0];
/** A key that is held. */
export type Modifier = "shift" | "alt" | "ctrl" | "meta";

/** One piece of input. */
export type Typed =
  /** Printable characters. */
  | { readonly kind: "text"; readonly text: string }
  /** A key that types no text. */
  | { readonly kind: "key"; readonly key: Key; readonly modifiers: readonly Modifier[] }
  /** A sequence that is no known key. */
  | { readonly kind: "unknown"; readonly sequence: string }
  | MouseTyped
  /** The terminal's answer to a query: the text between ESC _ and ESC \. */
  | { readonly kind: "answer"; readonly text: string };

/** An event of the mouse. */
export interface MouseTyped {
  /** Marks it in {@linkcode Typed}. */
  readonly kind: "mouse";
  /** From 0. */
  readonly col: number;
  /** From 0. */
  readonly row: number;
  /** A move is reported while a button is held. */
  readonly action: "press" | "release" | "move" | "wheel";
  /** 0 left, 1 middle, 2 right; for the wheel 0 up, 1 down. */
  readonly button: number;
}

const CSI_LETTERS: { readonly [letter: string]: Key } = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
};
/** After a second bracket: F1 to F5 of the Linux console. */
const CONSOLE_LETTERS: { readonly [letter: string]: Key } = {
  A: "f1",
  B: "f2",
  C: "f3",
  D: "f4",
  E: "f5",
};
const CSI_NUMBERS: { readonly [number: string]: Key } = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
  15: "f5",
  17: "f6",
  18: "f7",
  19: "f8",
  20: "f9",
  21: "f10",
  23: "f11",
  24: "f12",
  25: "f13",
  26: "f14",
  28: "f15",
};
const CONTROLS: { readonly [character: string]: Key } = {
  "\r": "return",
  "\n": "return",
  "\t": "tab",
  "\x7f": "backspace",
  "\x08": "backspace",
  "\x1b": "escape",
};
/** In the order of bits: the second number of a sequence is their value plus one. */
const MODIFIERS: readonly Modifier[] = ["shift", "alt", "ctrl", "meta"];

// deno-lint-ignore no-control-regex -- matches escape sequences
const MOUSE = /^\x1b\[<(\d{1,3});(\d{1,5});(\d{1,5})([Mm])/;
const MOUSE_BIT = { button: 3, move: 32, wheel: 64 } as const;
/** Without private mark and intermediate characters; the others are no keys. */
// deno-lint-ignore no-control-regex -- matches escape sequences
const CSI = /^\x1b\[([\d;:]{0,16})([@-Z\\-~])/;
// deno-lint-ignore no-control-regex -- matches escape sequences
const CONSOLE = /^\x1b\[\[([@-~])/;
// deno-lint-ignore no-control-regex -- matches escape sequences
const SS3 = /^\x1bO([@-~])/;
// deno-lint-ignore no-control-regex -- matches escape sequences
const ANSWER = /^\x1b_([^\x1b\x07]*)(?:\x1b\\|\x07)/;
/** A mouse report in the old form, with three characters after M. */
// deno-lint-ignore no-control-regex -- matches escape sequences
const OLD_MOUSE = /^\x1b\[M[^]{0,3}/;
/** Any other sequence or string, complete or up to where something else begins. */
const OTHER =
  // deno-lint-ignore no-control-regex -- matches escape sequences
  /^\x1b(?:\[[ -?]*[@-~]|\[[ -?]+|O[\d;]+[@-~]?|[_P\]^X](?:[^\x1b\x07]*(?:\x1b\\|\x07)|[^\x1b\x07]+))/;
/** The start of a sequence whose rest may follow. */
const UNFINISHED =
  // deno-lint-ignore no-control-regex -- matches escape sequences
  /^\x1b(?:$|\[[ -?]*$|\[\[$|\[M[^]{0,2}$|O[\d;]*$|[_P\]^X][^\x1b\x07]*\x1b?$)/;
// deno-lint-ignore no-control-regex -- excludes control characters
const TEXT = /^[^\x00-\x1f\x7f-\x9f]+/;

/** Decodes the input of one terminal. */
export class KeyDecoder {
  readonly #utf8 = new TextDecoder();
  #rest = "";

  /** Whether an ESC has arrived that may be the Escape key or begin a sequence. */
  get isUndecided(): boolean {
    return this.#rest !== "";
  }

  /** Decodes a piece of input. @param bytes A piece of any size; borrowed for the call. */
  push(bytes: Uint8Array): Typed[] {
    this.#rest += this.#utf8.decode(bytes, { stream: true });
    const typed: Typed[] = [];
    while (this.#rest !== "") {
      if (UNFINISHED.test(this.#rest)) {
        this.#rest = shortened(this.#rest);
        break;
      }
      this.#take(typed);
    }
    return typed;
  }

  /** Decides what {@linkcode isUndecided}, because nothing followed for a while. */
  flush(): Typed[] {
    const typed: Typed[] = [];
    while (this.#rest !== "") this.#take(typed);
    return typed;
  }

  #take(typed: Typed[]): void {
    const rest = this.#rest;
    const text = TEXT.exec(rest);
    if (text !== null) {
      typed.push({ kind: "text", text: text[0] });
      this.#rest = rest.slice(text[0].length);
      return;
    }
    for (const [pattern, read] of SEQUENCES) {
      const match = pattern.exec(rest);
      if (match === null) continue;
      typed.push(read(match) ?? { kind: "unknown", sequence: match[0] });
      this.#rest = rest.slice(match[0].length);
      return;
    }
    this.#takeCharacter(typed);
  }

  #takeCharacter(typed: Typed[]): void {
    const [first = "", second] = this.#rest;
    if (first === "\x1b" && second !== undefined && second !== "\x1b") {
      // Terminals send Alt as ESC before the key.
      this.#rest = this.#rest.slice(1 + second.length);
      const key = controlKey(second) ?? characterKey(second);
      typed.push(key === undefined ? unknown(first + second) : withModifier(key, "alt"));
      return;
    }
    this.#rest = this.#rest.slice(1);
    typed.push(controlKey(first) ?? unknown(first));
  }
}

type KeyTyped = Extract<Typed, { kind: "key" }>;

const SEQUENCES: readonly [RegExp, (match: RegExpExecArray) => Typed | undefined][] = [
  [MOUSE, ([, code, col, row, final]) => mouse(Number(code), Number(col), Number(row), final!)],
  [OLD_MOUSE, () => undefined],
  [CONSOLE, ([, letter = ""]) => keyOf(CONSOLE_LETTERS[letter])],
  [CSI, ([, parameters = "", final = ""]) => csiKey(parameters, final)],
  [SS3, ([, letter = ""]) => keyOf(letter === "M" ? "kp_enter" : CSI_LETTERS[letter])],
  [ANSWER, ([, text = ""]) => ({ kind: "answer", text })],
  [OTHER, () => undefined],
];

function unknown(sequence: string): Typed {
  return { kind: "unknown", sequence };
}

/** Cuts a sequence that has not ended, and keeps an ESC at its end, which may end it. */
function shortened(sequence: string): string {
  if (sequence.length <= MAX_KEY_SEQUENCE) return sequence;
  const end = sequence.endsWith("\x1b") ? "\x1b" : "";
  return sequence.slice(0, MAX_KEY_SEQUENCE - end.length) + end;
}

function mouse(code: number, col: number, row: number, final: string): MouseTyped {
  const action = (code & MOUSE_BIT.wheel) !== 0
    ? "wheel"
    : (code & MOUSE_BIT.move) !== 0
    ? "move"
    : final === "M"
    ? "press"
    : "release";
  const button = code & MOUSE_BIT.button;
  return { kind: "mouse", action, button, col: Math.max(col - 1, 0), row: Math.max(row - 1, 0) };
}

function csiKey(parameters: string, final: string): KeyTyped | undefined {
  if (final === "Z") return { kind: "key", key: "tab", modifiers: ["shift"] };
  const [number = "", modifier = "1"] = parameters.split(";");
  const key = final === "~" ? CSI_NUMBERS[number] : CSI_LETTERS[final];
  if (key === undefined) return undefined;
  const bits = Number(modifier) - 1;
  return { kind: "key", key, modifiers: MODIFIERS.filter((_, bit) => (bits & (1 << bit)) !== 0) };
}

function keyOf(key: Key | undefined): KeyTyped | undefined {
  return key === undefined ? undefined : { kind: "key", key, modifiers: [] };
}

function controlKey(character: string): KeyTyped | undefined {
  const named = CONTROLS[character];
  if (named !== undefined) return { kind: "key", key: named, modifiers: [] };
  const code = character.charCodeAt(0);
  if (code >= 0x20) return undefined;
  if (code === 0) return { kind: "key", key: "space", modifiers: ["ctrl"] };
  // Ctrl clears the upper bits: 1 to 26 were letters, 28 to 31 the characters after Z.
  return { kind: "key", key: code <= 26 ? code + 0x60 : code + 0x40, modifiers: ["ctrl"] };
}

function characterKey(character: string): KeyTyped | undefined {
  if (character >= "A" && character <= "Z") {
    return { kind: "key", key: character.charCodeAt(0) + 0x20, modifiers: ["shift"] };
  }
  const code = character.codePointAt(0)!;
  if (code >= 0x80 && code < 0xa0) return undefined;
  return { kind: "key", key: code > 0xff ? { character } : code, modifiers: [] };
}

function withModifier({ key, modifiers }: KeyTyped, modifier: Modifier): KeyTyped {
  return { kind: "key", key, modifiers: [...modifiers, modifier] };
}
