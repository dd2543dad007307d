import type { Picture, VideoFrame } from "../../lib/mod.ts";
import { VIDEO_FORMAT } from "../../lib/wire/constants.ts";

/** The bytes of one pixel in each raw format. */
const PACK = {
  rgba: (r: number, g: number, b: number, a: number) => [r, g, b, a],
  rgb: (r: number, g: number, b: number) => [r, g, b],
  rgb565: (r: number, g: number, b: number) => [
    ((g >> 2) & 7) << 5 | b >> 3,
    (r & 0xf8) | (g >> 5),
  ],
} as const;

/** The names of the raw formats. */
export const RAW_FORMATS = Object.keys(PACK) as (keyof typeof PACK)[];

/** A whole picture in a raw format, in packets of whole pixels. */
export function rawFrame(format: keyof typeof PACK, { width, height, rgba }: Picture): VideoFrame {
  const payload: number[] = [];
  for (let at = 0; at < rgba.length; at += 4) {
    const [r, g, b, a] = rgba.subarray(at, at + 4) as unknown as [number, number, number, number];
    payload.push(...PACK[format](r, g, b, a));
  }
  const pixelBytes = payload.length / (width * height);
  return {
    format: VIDEO_FORMAT[format],
    surfaceWidth: width,
    surfaceHeight: height,
    x: 0,
    y: 0,
    width,
    height,
    flags: 0,
    expandedLength: payload.length,
    payload: Uint8Array.from(payload),
    chunkBytes: 8_000 * pixelBytes,
  };
}
