/**
 * The conversion of decoded video into R, G, B, A pixels.
 *
 * @module
 */

import type { PictureFormat } from "./sps.ts";

/** The coefficients of BT.601 for a brightness of 16 to 235, scaled by 2 ** 16. */
const LUMA = 76_309;
const RED = 104_597;
const GREEN_U = -25_675;
const GREEN_V = -53_279;
const BLUE = 132_201;
const HALF = 1 << 15;

/** Sums are between -512 and 1023; out of range they become the nearest byte. */
const CLAMP_OFFSET = 512;
const CLAMP = Uint8Array.from(
  { length: 3 * CLAMP_OFFSET },
  (_, i) => Math.min(Math.max(i - CLAMP_OFFSET, 0), 255),
);

/**
 * Converts a picture with one sample of colour for 2 x 2 pixels. Like the reference, it takes all
 * streams for BT.601 with a brightness of 16 to 235.
 *
 * @param planes The plane of brightness, then those of the blue and the red difference; with whole
 * blocks of 16 pixels.
 * @returns `width * height * 4` bytes.
 */
export function yuv420ToRgba(planes: Uint8Array, format: PictureFormat): Uint8Array<ArrayBuffer> {
  const { widthBlocks, heightBlocks, left, top, width, height } = format;
  const stride = widthBlocks * 16;
  const blue = stride * heightBlocks * 16;
  const red = blue + blue / 4;
  const words = new Uint32Array(width * height);
  for (let y = 0; y < height; y += 2) {
    let upper = (top + y) * stride + left;
    let chroma = (top + y) / 2 * (stride / 2) + left / 2;
    let to = y * width;
    for (let x = 0; x < width; x += 2, upper += 2, chroma++, to += 2) {
      const u = planes[blue + chroma]! - 128;
      const v = planes[red + chroma]! - 128;
      const r = RED * v + HALF;
      const g = GREEN_U * u + GREEN_V * v + HALF;
      const b = BLUE * u + HALF;
      const lower = upper + stride;
      words[to] = pixel(planes[upper]!, r, g, b);
      words[to + 1] = pixel(planes[upper + 1]!, r, g, b);
      words[to + width] = pixel(planes[lower]!, r, g, b);
      words[to + width + 1] = pixel(planes[lower + 1]!, r, g, b);
    }
  }
  return new Uint8Array(words.buffer);
}

function pixel(brightness: number, r: number, g: number, b: number): number {
  const y = LUMA * (brightness - 16);
  return 0xff000000 | CLAMP[((y + b) >> 16) + CLAMP_OFFSET]! << 16 |
    CLAMP[((y + g) >> 16) + CLAMP_OFFSET]! << 8 | CLAMP[((y + r) >> 16) + CLAMP_OFFSET]!;
}
