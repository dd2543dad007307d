/**
 * Pixels on terminals that can show them. Source: "Terminal graphics protocol" of kitty.
 *
 * @module
 */

import { MAX_TERMINAL_PIXELS } from "../../limits.ts";
import type { PixelPicture } from "../pictures/picture.ts";
import type { CellSize, PixelSize } from "./fit.ts";
import { DEFAULT_CELL, fit, scaled } from "./fit.ts";

const CHUNK = 4096;
const IMAGE = 7;
const QUERY_IMAGE = 31;

/** The cell of a high-density screen; a picture with more pixels than that looks the same. */
const LARGEST_CELL: PixelSize = { width: 16, height: 32 };

/** Asks the terminal whether it can show pixels; {@linkcode isKittyReply} reads the answer. */
export const KITTY_QUERY = `\x1b_Gi=${QUERY_IMAGE},s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\`;

/** Removes the picture. */
export const KITTY_CLEAR = `\x1b_Ga=d,d=I,i=${IMAGE},q=2\x1b\\`;

/** @param answer The text between ESC _ and ESC \. */
export function isKittyReply(answer: string): boolean {
  return answer === `Gi=${QUERY_IMAGE};OK`;
}

/** A picture for the terminal before compression. */
export interface KittyPicture extends PixelSize {
  /** R, G, B bytes from top to bottom. */
  readonly rgb: Uint8Array<ArrayBuffer>;
  /** The cells that it covers. */
  readonly cells: CellSize;
}

/** Copies a picture, scaled down to what the terminal can show on an area. */
export function kittyPicture(picture: PixelPicture, area: CellSize): KittyPicture {
  const shown = fit(picture, area, DEFAULT_CELL);
  const cells = {
    cols: Math.max(1, Math.floor(shown.width / DEFAULT_CELL.width)),
    rows: Math.max(1, Math.floor(shown.height / DEFAULT_CELL.height)),
  };
  const size = sizeToSend(picture, area);
  const isWhole = size.width === picture.width && size.height === picture.height;
  return { ...size, cells, rgb: isWhole ? toRgb(picture) : scaleDown(picture, size) };
}

/**
 * The output that shows a picture in the top left corner, in place of the one before.
 *
 * @param compressed Its R, G, B bytes after zlib.
 */
export function kittyOutput(
  { width, height, cells: { cols, rows } }: Omit<KittyPicture, "rgb">,
  compressed: Uint8Array,
): string {
  const data = compressed.toBase64();
  const head = `a=T,q=2,f=24,o=z,i=${IMAGE},p=1,C=1,s=${width},v=${height},c=${cols},r=${rows}`;
  let output = "\x1b[1;1H";
  for (let at = 0; at < data.length; at += CHUNK) {
    const more = at + CHUNK < data.length ? 1 : 0;
    const control = at === 0 ? `${head},m=${more}` : `m=${more}`;
    output += `\x1b_G${control};${data.slice(at, at + CHUNK)}\x1b\\`;
  }
  return output;
}

function sizeToSend(picture: PixelSize, area: CellSize): PixelSize {
  const size = fit(picture, area, LARGEST_CELL);
  return scaled(size, Math.min(1, Math.sqrt(MAX_TERMINAL_PIXELS / (size.width * size.height))));
}

function toRgb({ width, height, rgba, bottomUp }: PixelPicture): Uint8Array<ArrayBuffer> {
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

/** Each pixel is the mean of four samples spread over its area. */
function scaleDown(
  { width, height, rgba, bottomUp }: PixelPicture,
  size: PixelSize,
): Uint8Array<ArrayBuffer> {
  const rgb = new Uint8Array(size.width * size.height * 3);
  const columns = samples(width, size.width);
  const rows = samples(height, size.height).map((row) => bottomUp ? height - 1 - row : row);
  let to = 0;
  for (let y = 0; y < size.height; y++) {
    const upper = rows[2 * y]! * width;
    const lower = rows[2 * y + 1]! * width;
    for (let x = 0; x < size.width; x++) {
      const left = columns[2 * x]!;
      const right = columns[2 * x + 1]!;
      const a = (upper + left) * 4;
      const b = (upper + right) * 4;
      const c = (lower + left) * 4;
      const d = (lower + right) * 4;
      for (let i = 0; i < 3; i++) {
        rgb[to++] = (rgba[a + i]! + rgba[b + i]! + rgba[c + i]! + rgba[d + i]! + 2) >> 2;
      }
    }
  }
  return rgb;
}

/** Two positions in each of `count` equal parts of a length. */
function samples(length: number, count: number): Int32Array {
  return Int32Array.from(
    { length: 2 * count },
    (_, at) => Math.floor((2 * at + 1) * length / (4 * count)),
  );
}
