/**
 * Keys that browsers report, as input for clients: which key, which text, what is held.
 *
 * Dead keys and input methods are left to the browser: what they make comes as text. A key that is down
 * when the page loses the keyboard is released.
 *
 * @module
 */

import { CONTROL_TEXTS, KEYSYMS, MODIFIER_KEYS, MODIFIERS } from "../../wire/keysyms.ts";
import { characterSymbol, namedSymbol, placeNumber } from "./key_codes.ts";

/** What a browser reports about a key. */
export interface KeyReport {
  readonly key: string;
  readonly code: string;
  readonly repeat: boolean;
  readonly isComposing: boolean;
  readonly keyCode: number;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly metaKey: boolean;
  getModifierState(name: string): boolean;
}

/** A key as the verb `targetInput` takes it. */
export interface KeyInput {
  readonly kind: "digital";
  readonly translated: true;
  readonly keysym: number;
  readonly modifiers: number;
  /** The place of the key as Linux counts it; for a remote desktop the symbol of X. */
  readonly subid: number;
  readonly number: number;
  readonly utf8: string;
  readonly active: boolean;
}

/** What comes of a report. */
export interface KeyOutcome {
  readonly inputs: readonly KeyInput[];
  /** Whether the browser is to do nothing with it. */
  readonly isTaken: boolean;
}

const NOTHING: KeyOutcome = { inputs: [], isTaken: false };
/** Of a key that an input method handles. */
const PROCESSED = 229;
/** The bits of modifiers by their symbols. */
const HELD_BITS: ReadonlyMap<number, number> = new Map(
  MODIFIER_KEYS.map(([bit, keysym]) => [keysym, bit]),
);
const EURO = 0x20ac;
const LAST_LATIN_1 = 0xff;

export class Keyboard {
  /** A remote desktop takes symbols of X and no text. */
  readonly #isRemote: boolean;
  /** Option makes characters there. */
  readonly #isMac: boolean;
  readonly #held = new Map<string, KeyInput>();

  constructor(isRemote: boolean, isMac: boolean) {
    this.#isRemote = isRemote;
    this.#isMac = isMac;
  }

  /** A key was pressed, or repeats. */
  down(report: KeyReport): KeyOutcome {
    const { key, code, isComposing, keyCode } = report;
    if (isComposing || keyCode === PROCESSED || key === "Dead" || key === "Unidentified") {
      return NOTHING;
    }
    const released = this.#releaseStale(report);
    // Right Alt that makes characters is no modifier: its characters come as they are.
    if (key === "AltGraph") {
      return { inputs: [...released, ...this.#releaseSymbol(KEYSYMS.lctrl)], isTaken: true };
    }
    const input = this.#press(report);
    if (input === undefined) return { inputs: released, isTaken: false };
    this.#held.set(code || key, input);
    return { inputs: [...released, input], isTaken: true };
  }

  /** A key was released. */
  up({ key, code }: KeyReport): KeyOutcome {
    const inputs: KeyInput[] = [];
    // Macs tell of no key that is released while Command is held.
    if (key === "Meta") inputs.push(...this.#releaseWhere((each) => !HELD_BITS.has(each.keysym)));
    const held = this.#held.get(code || key);
    if (held === undefined) return { inputs, isTaken: inputs.length > 0 };
    this.#held.delete(code || key);
    inputs.push(this.#released(held));
    return { inputs, isTaken: true };
  }

  /** Releases everything, because the keyboard goes elsewhere. */
  releaseAll(): readonly KeyInput[] {
    return this.#releaseWhere(() => true);
  }

  #press(report: KeyReport): KeyInput | undefined {
    const { key, code, repeat } = report;
    const named = namedSymbol(key, code);
    const character = [...key].length === 1 ? key : undefined;
    if (named === undefined && character === undefined) return undefined;
    const isText = character !== undefined && this.#makesText(report);
    const keysym = named ?? characterSymbol(character!, code);
    const held = isText ? this.#bits() & (MODIFIERS.lshift | MODIFIERS.rshift) : this.#bits();
    const modifiers = held | this.#locks(report) | (repeat ? MODIFIERS.repeat : 0);
    const control = held === 0 ? CONTROL_TEXTS.get(keysym) ?? "" : "";
    const place = placeNumber(code);
    const input = {
      kind: "digital",
      translated: true,
      keysym,
      modifiers,
      subid: this.#isRemote ? 0 : place,
      number: place,
      utf8: isText ? character : control,
      active: true,
    } as const;
    const isCharacter = named === undefined && this.#isRemote;
    return isCharacter ? { ...input, ...remoteSymbol(character!, keysym, isText) } : input;
  }

  /** Whether a key types its character. */
  #makesText(report: KeyReport): boolean {
    const { ctrlKey, altKey, metaKey, key } = report;
    const isAltGraph = report.getModifierState("AltGraph");
    const isOption = this.#isMac && altKey && !ctrlKey && key > "\x7f";
    if (metaKey) return false;
    return isAltGraph || isOption || (!ctrlKey && !altKey);
  }

  #bits(): number {
    let bits = 0;
    for (const { keysym } of this.#held.values()) bits |= HELD_BITS.get(keysym) ?? 0;
    return bits;
  }

  #locks(report: KeyReport): number {
    return (report.getModifierState("CapsLock") ? MODIFIERS.caps : 0) |
      (report.getModifierState("NumLock") ? MODIFIERS.num : 0);
  }

  /** Releases modifiers whose release went elsewhere. */
  #releaseStale({ shiftKey, ctrlKey, altKey, metaKey, key }: KeyReport): KeyInput[] {
    const down: Readonly<Record<string, boolean>> = {
      Shift: shiftKey,
      Control: ctrlKey,
      Alt: altKey,
      Meta: metaKey,
    };
    const names = Object.keys(down).filter((name) => !down[name] && name !== key);
    const bits = names.reduce((sum, name) => sum | NAMED_BITS[name]!, 0);
    return this.#releaseWhere(({ keysym }) => ((HELD_BITS.get(keysym) ?? 0) & bits) !== 0);
  }

  #releaseSymbol(keysym: number): KeyInput[] {
    return this.#releaseWhere((each) => each.keysym === keysym);
  }

  #releaseWhere(isMeant: (input: KeyInput) => boolean): KeyInput[] {
    const released: KeyInput[] = [];
    for (const [code, input] of [...this.#held].reverse()) {
      if (!isMeant(input)) continue;
      this.#held.delete(code);
      released.push(this.#released(input));
    }
    return released;
  }

  #released(input: KeyInput): KeyInput {
    return { ...input, modifiers: this.#bits(), utf8: "", active: false };
  }
}

const NAMED_BITS: Readonly<Record<string, number>> = {
  Shift: MODIFIERS.lshift | MODIFIERS.rshift,
  Control: MODIFIERS.lctrl | MODIFIERS.rctrl,
  Alt: MODIFIERS.lalt | MODIFIERS.ralt,
  Meta: MODIFIERS.lmeta | MODIFIERS.rmeta,
};

/** The symbol of X, where it is the code point. */
function remoteSymbol(character: string, keysym: number, isText: boolean) {
  const point = character.codePointAt(0)!;
  if (point <= LAST_LATIN_1 || point === EURO) return { keysym: 0, subid: point };
  return isText ? { keysym: 0, subid: 0 } : { keysym: 0, subid: keysym };
}
