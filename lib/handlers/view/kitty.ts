/**
 * Pixels on terminals that can show them. Source: kitty, "Terminal graphics protocol".
 *
 * @module
 */

import { deflateSync } from "node:zlib";
import type { PixelPicture } from "../picture.ts";
import type { CellSize } from "./fit.ts";
import { fit } from "./fit.ts";

const CHUNK = 4096;
const IMAGE = 7;
const QUERY_IMAGE = 31;
/** What one cell shows when the terminal does not tell: most are twice as high as wide. */
export const KITTY_CELL = { width: 8, height: 16 } as const;

/** Asks whether the terminal can show pixels; {@linkcode isKittyReply} knows the answer. */
export const KITTY_QUERY = `\x1b_Gi=${QUERY_IMAGE},s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\`;

/** Takes the picture off again. */
export const KITTY_CLEAR = `\x1b_Ga=d,d=I,i=${IMAGE},q=2\x1b\\`;

/**
 * Whether a terminal's answer says that it can show pixels.
 *
 * @param answer What stood between ESC _ and ESC \.
 */
export function isKittyReply(answer: string): boolean {
  return answer === `Gi=${QUERY_IMAGE};OK`;
}

/**
 * Draws a picture in the top left corner, in place of the one before.
 *
 * @param picture The picture; borrowed for the call.
 * @param room The cells that there are; a larger picture is scaled down by the terminal.
 * @returns What to print.
 */
export function kittyPicture(picture: PixelPicture, room: CellSize): string {
  const { width, height } = picture;
  const shown = fit(picture, room, KITTY_CELL);
  const cols = Math.max(1, Math.floor(shown.width / KITTY_CELL.width));
  const rows = Math.max(1, Math.floor(shown.height / KITTY_CELL.height));
  const data = deflateSync(toRgb(picture), { level: 1 }).toBase64();
  const head = `a=T,q=2,f=24,o=z,i=${IMAGE},p=1,C=1,s=${width},v=${height},c=${cols},r=${rows}`;
  let output = "\x1b[1;1H";
  for (let at = 0; at < data.length; at += CHUNK) {
    const more = at + CHUNK < data.length ? 1 : 0;
    const control = at === 0 ? `${head},m=${more}` : `m=${more}`;
    output += `\x1b_G${control};${data.slice(at, at + CHUNK)}\x1b\\`;
  }
  return output;
}

function toRgb({ width, height, rgba, bottomUp }: PixelPicture): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    let from = (bottomUp ? height - 1 - y : y) * width * 4;
    for (let x = 0; x < width; x++, from += 4) {
      rgb[to++] = rgba[from]!;
      rgb[to++] = rgba[from + 1]!;
      rgb[to++] = rgba[from + 2]!;
    }
  }
  return rgb;
}
