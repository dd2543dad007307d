/**
 * Which character a cell of a client's text stands for, and how many columns it takes.
 *
 * A client chooses its cells freely; nothing in them may act on the terminal that shows them, nor
 * move what stands beside them.
 *
 * @module
 */

const FIRST_COMBINING = 0x300;
const FIRST_WIDE = 0x1100;
const UNSHOWABLE = "\ufffd";

/** Blocks of East Asian Width W and F of Unicode 15, gaps of unassigned code points filled. */
const EAST_ASIAN_WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufad9\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2fb}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]/u;
/** Letters of flags are narrow one by one. */
const EMOJI = /^(?![\u{1f1e6}-\u{1f1ff}])\p{Emoji_Presentation}/u;
/** Invisible characters, among them those that turn the direction of text and that end lines. */
const INVISIBLE = /^[\p{Cf}\p{Zl}\p{Zp}\u1160-\u11ff\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u;

/**
 * Whether a character takes two columns.
 *
 * @param codePoint Any u32.
 */
export function isWide(codePoint: number): boolean {
  if (codePoint < FIRST_WIDE || codePoint > 0x10ffff) return false;
  const character = String.fromCodePoint(codePoint);
  return EAST_ASIAN_WIDE.test(character) || EMOJI.test(character);
}

/**
 * The character of a code point: a blank for those that cannot be seen, U+FFFD for numbers that are
 * no characters.
 *
 * @param codePoint Any u32.
 */
export function characterOf(codePoint: number): string {
  if (codePoint < 0x7f) return codePoint < 0x20 ? " " : String.fromCharCode(codePoint);
  if (codePoint < 0xa0 || codePoint === 0xad) return " ";
  if (codePoint < FIRST_COMBINING) return String.fromCharCode(codePoint);
  if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint < 0xe000)) return UNSHOWABLE;
  const character = String.fromCodePoint(codePoint);
  return INVISIBLE.test(character) ? " " : character;
}
