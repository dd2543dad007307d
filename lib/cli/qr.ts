/**
 * QR codes on a terminal.
 *
 * @module
 */

import { encode } from "uqr";

/** What readers need around the code, in modules. */
const BORDER = 4;
/** Two modules, one above the other: neither, upper, lower, both. */
const BLOCKS = [" ", "▀", "▄", "█"] as const;
const BLACK_ON_WHITE = "\x1b[30;107m";
const RESET = "\x1b[0m";

/**
 * Draws text as a QR code, two modules a character.
 *
 * @param inColor Whether to print black on white; without it the dark modules have the color of text.
 * @returns Lines with their newlines.
 */
export function drawQr(text: string, inColor: boolean): string {
  const { data } = encode(text, { ecc: "M", border: BORDER });
  const lines: string[] = [];
  for (let y = 0; y < data.length; y += 2) {
    const line = data[y]!.map((upper, x) => {
      const lower = data[y + 1]?.[x] ?? false;
      return BLOCKS[(upper ? 1 : 0) + (lower ? 2 : 0)];
    }).join("");
    lines.push(inColor ? `${BLACK_ON_WHITE}${line}${RESET}\n` : `${line}\n`);
  }
  return lines.join("");
}
