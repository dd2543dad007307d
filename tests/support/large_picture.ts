import { MAX_INLINE_PICTURE_PIXELS } from "../../lib/limits.ts";

/** The size of a picture that is just large enough for the worker. */
export const LARGE = { width: 2_048, height: MAX_INLINE_PICTURE_PIXELS / 2_048 + 1 } as const;

/** R, G, B, A bytes that differ for each row and seed. */
export function largePixels(seed = 0): Uint8Array<ArrayBuffer> {
  const { width, height } = LARGE;
  const rgba = new Uint8Array(width * height * 4);
  const words = new Uint32Array(rgba.buffer);
  for (let y = 0; y < height; y++) {
    words.fill(0xff000000 | (seed << 16) | y, y * width, (y + 1) * width);
  }
  return rgba;
}
