/**
 * What a client says when it ends.
 *
 * @module
 */

import { decodeUtf8Lenient, encodeUtf8, splitUtf8 } from "../bytes/text.ts";

/** What Lua shows of last words at most. */
const LAST_WORDS_BYTES = 31;

/**
 * Cuts last words to what Lua shows of them, between two characters.
 *
 * @param text As the client sent them.
 */
export function cutLastWords(text: string): string {
  return decodeUtf8Lenient(splitUtf8(encodeUtf8(text), LAST_WORDS_BYTES)[0]!);
}
