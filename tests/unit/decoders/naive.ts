/** Simple, slow decoders: the oracle of the tests, the comparison of the benches. */

import { zstdDecompressSync } from "node:zlib";
import type { FrameHeader } from "../../../lib/decoders/frame_header.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";

/** R, G, B of one pixel of a packed format. */
function pixelAt(format: number, content: Uint8Array, index: number): number[] {
  if (format === VIDEO_FORMAT.rgb565) {
    const value = content[index * 2]! | (content[index * 2 + 1]! << 8);
    return [
      Math.round((value >> 11) * 255 / 31),
      Math.round(((value >> 5) & 63) * 255 / 63),
      Math.round((value & 31) * 255 / 31),
    ];
  }
  const bytes = format === VIDEO_FORMAT.rgba ? 4 : 3;
  return [...content.subarray(index * bytes, index * bytes + bytes)];
}

/** Draws a frame of pixels onto R, G, B, A bytes, pixel by pixel. */
export function naiveDraw(header: FrameHeader, payload: Uint8Array, pixels: Uint8Array): void {
  const { format } = header;
  const compressed = format === VIDEO_FORMAT.zstd || format === VIDEO_FORMAT.zstdDelta;
  const content = compressed ? zstdDecompressSync(payload) : payload;
  for (let row = 0; row < header.height; row++) {
    for (let column = 0; column < header.width; column++) {
      const to = ((header.y + row) * header.surfaceWidth + header.x + column) * 4;
      const [r, g, b, a = 255] = pixelAt(format, content, row * header.width + column);
      const delta = format === VIDEO_FORMAT.zstdDelta;
      pixels[to] = delta ? pixels[to]! ^ r! : r!;
      pixels[to + 1] = delta ? pixels[to + 1]! ^ g! : g!;
      pixels[to + 2] = delta ? pixels[to + 2]! ^ b! : b!;
      pixels[to + 3] = a;
    }
  }
}

/** Like {@linkcode naiveDraw} without objects, as a plain port of the C code would be. */
export function plainDraw(header: FrameHeader, content: Uint8Array, pixels: Uint8Array): void {
  const { format, surfaceWidth, x, y, width, height } = header;
  let from = 0;
  for (let row = 0; row < height; row++) {
    let to = ((y + row) * surfaceWidth + x) * 4;
    for (let column = 0; column < width; column++, to += 4) {
      if (format === VIDEO_FORMAT.rgb565) {
        const value = content[from]! | (content[from + 1]! << 8);
        pixels[to] = Math.round((value >> 11) * 255 / 31);
        pixels[to + 1] = Math.round(((value >> 5) & 63) * 255 / 63);
        pixels[to + 2] = Math.round((value & 31) * 255 / 31);
        from += 2;
      } else if (format === VIDEO_FORMAT.zstdDelta) {
        pixels[to]! ^= content[from++]!;
        pixels[to + 1]! ^= content[from++]!;
        pixels[to + 2]! ^= content[from++]!;
      } else {
        pixels[to] = content[from++]!;
        pixels[to + 1] = content[from++]!;
        pixels[to + 2] = content[from++]!;
      }
      pixels[to + 3] = format === VIDEO_FORMAT.rgba ? content[from++]! : 255;
    }
  }
}

/** One cell of the naive grid. */
export interface NaiveCell {
  fg: number[];
  bg: number[];
  attr: number;
  attrExt: number;
  codePoint: number;
}

/** Reads the cells of a TPACK buffer into objects, without a check. */
export function naiveTpack(content: Uint8Array, grid: NaiveCell[][]): NaiveCell[][] {
  const u16 = (at: number) => content[at]! + content[at + 1]! * 256;
  let at = 16 + ((content[15]! & 8) !== 0 ? 3 : 0);
  const result = (u16(9) & 2) !== 0 ? grid : [];
  for (let line = u16(4); line > 0; line--) {
    const row = u16(at);
    const count = u16(at + 2);
    const offset = u16(at + 4);
    at += 9;
    result[row] ??= [];
    for (let index = 0; index < count; index++, at += 12) {
      if ((content[at + 6]! & 128) !== 0) continue;
      result[row]![offset + index] = {
        fg: [...content.subarray(at, at + 3)],
        bg: [...content.subarray(at + 3, at + 6)],
        attr: content[at + 6]!,
        attrExt: content[at + 7]!,
        codePoint: u16(at + 8) + u16(at + 10) * 65536,
      };
    }
  }
  return result;
}
