/**
 * Pictures as PNG files. Source: the PNG specification, third edition.
 *
 * @module
 */

import { crc32, deflateSync } from "node:zlib";
import { concat } from "./concat.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const COLOR = { rgb: 2, rgba: 6 } as const;
const FILTER_UP = 2;
/** Level 1 takes a third of the time of the default for files that are little larger. */
const DEFLATE_LEVEL = 1;

/**
 * Makes a PNG file of a picture; one without transparency is stored without it.
 *
 * @param width Width in pixels, at least 1.
 * @param height Height in pixels, at least 1.
 * @param rgba `width * height * 4` bytes R, G, B, A; borrowed for the call.
 * @param bottomUp Whether the first row is the lowest one.
 * @returns The file.
 */
export function encodePng(
  width: number,
  height: number,
  rgba: Uint8Array,
  bottomUp = false,
): Uint8Array<ArrayBuffer> {
  const hasAlpha = !isOpaque(rgba);
  const rows = filterRows(width, height, rgba, bottomUp, hasAlpha ? 4 : 3);
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([8, hasAlpha ? COLOR.rgba : COLOR.rgb], 8);
  return concat([
    SIGNATURE,
    ...chunk("IHDR", head),
    ...chunk("IDAT", deflateSync(rows, { level: DEFLATE_LEVEL })),
    ...chunk("IEND", new Uint8Array(0)),
  ]);
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let at = 3; at < rgba.length; at += 4) {
    if (rgba[at] !== 0xff) return false;
  }
  return true;
}

/** Each row as its difference to the row above, which makes what repeats downwards vanish. */
function filterRows(
  width: number,
  height: number,
  rgba: Uint8Array,
  bottomUp: boolean,
  channels: 3 | 4,
): Uint8Array {
  const rowBytes = width * 4;
  const rows = new Uint8Array(height * (1 + width * channels));
  let above: Uint8Array = new Uint8Array(rowBytes);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const start = (bottomUp ? height - 1 - y : y) * rowBytes;
    const row = rgba.subarray(start, start + rowBytes);
    rows[to++] = FILTER_UP;
    for (let from = 0; from < rowBytes; from += 4) {
      rows[to++] = row[from]! - above[from]!;
      rows[to++] = row[from + 1]! - above[from + 1]!;
      rows[to++] = row[from + 2]! - above[from + 2]!;
      if (channels === 4) rows[to++] = row[from + 3]! - above[from + 3]!;
    }
    above = row;
  }
  return rows;
}

function chunk(type: string, data: Uint8Array): Uint8Array[] {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint32(0, data.length);
  for (let i = 0; i < 4; i++) head[4 + i] = type.charCodeAt(i);
  const check = new Uint8Array(4);
  new DataView(check.buffer).setUint32(0, crc32(data, crc32(head.subarray(4))));
  return [head, data, check];
}
