/**
 * Which character a cell of a client's text stands for, and how many columns it takes.
 *
 * A client chooses its cells freely. Nothing in them may control the terminal that shows them, or
 * move the cells beside them.
 *
 * @module
 */

import { eastAsianWidth } from "get-east-asian-width";

const FIRST_COMBINING = 0x300;
const FIRST_WIDE = 0x1100;
const REPLACEMENT = "\ufffd";

/** Includes the characters that change the direction of text or end lines. */
const INVISIBLE = /^[\p{Cf}\p{Zl}\p{Zp}\u1160-\u11ff\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u;

/**
 * Whether a character takes two columns.
 *
 * @param codePoint Any u32.
 */
export function isWide(codePoint: number): boolean {
  return codePoint >= FIRST_WIDE && eastAsianWidth(codePoint) === 2;
}

/**
 * The character of a code point: a blank for invisible ones, U+FFFD for numbers that are no
 * characters.
 *
 * @param codePoint Any u32.
 */
export function characterOf(codePoint: number): string {
  if (codePoint < 0x7f) return codePoint < 0x20 ? " " : String.fromCharCode(codePoint);
  if (codePoint < 0xa0 || codePoint === 0xad) return " ";
  if (codePoint < FIRST_COMBINING) return String.fromCharCode(codePoint);
  // The negation holds for the `undefined` of a cell outside its grid as well.
  if (!(codePoint <= 0x10ffff) || (codePoint >= 0xd800 && codePoint < 0xe000)) return REPLACEMENT;
  const character = String.fromCodePoint(codePoint);
  return INVISIBLE.test(character) ? " " : character;
}
