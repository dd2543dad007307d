/**
 * How many cells of a grid of text characters take.
 *
 * @module
 */

import { isWide } from "../decoders/character.ts";

/**
 * Tells how many cells a character takes.
 *
 * @param character One character.
 * @returns 1, or 2 for a wide one.
 */
export function cellsOf(character: string): number {
  return isWide(character.codePointAt(0)!) ? 2 : 1;
}

/**
 * Adds up the cells of characters.
 *
 * @param characters Single characters.
 */
export function countCells(characters: readonly string[]): number {
  return characters.reduce((cells, character) => cells + cellsOf(character), 0);
}
