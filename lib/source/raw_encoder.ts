/**
 * The uncompressed formats: RGBA, RGB and RGB565 (arcan `a12_encode.c`).
 *
 * The reference sink paints raw regions askew that do not begin at the left edge; a source that
 * talks to one sends whole rows.
 *
 * @module
 */

import { VIDEO_FORMAT } from "../wire/constants.ts";
import type { Picture, PictureEncoder, Region, VideoFrame } from "./frame.ts";
import { flagsOf, rawChunkBytes, regionOf } from "./frame.ts";
import { packRgb, packRgb565, packRgba } from "./pixels.ts";

interface RawFormat {
  readonly format: number;
  readonly pixelBytes: number;
  readonly pack: (picture: Picture, region: Region, out: Uint8Array) => void;
}

const RAW_FORMATS = {
  rgba: { format: VIDEO_FORMAT.rgba, pixelBytes: 4, pack: packRgba },
  rgb: { format: VIDEO_FORMAT.rgb, pixelBytes: 3, pack: packRgb },
  rgb565: { format: VIDEO_FORMAT.rgb565, pixelBytes: 2, pack: packRgb565 },
} as const satisfies Record<string, RawFormat>;

/** The name of a raw format. */
export type RawFormatName = keyof typeof RAW_FORMATS;

/** Sends pixels as they are; keeps one buffer, that of the largest region. */
export class RawEncoder implements PictureEncoder {
  readonly #format: RawFormat;
  #buffer = new Uint8Array(0);

  /**
   * Makes an encoder without a buffer.
   *
   * @param name The format.
   */
  constructor(name: RawFormatName) {
    this.#format = RAW_FORMATS[name];
  }

  encode(picture: Picture, dirty?: Region): VideoFrame {
    const region = regionOf(picture, dirty);
    const payload = this.#payload(picture, region);
    return rawFrame(this.#format, picture, region, payload);
  }

  #payload(picture: Picture, region: Region): Uint8Array {
    const { format, pixelBytes, pack } = this.#format;
    const isWhole = region.width === picture.width && region.height === picture.height;
    const size = region.width * region.height * pixelBytes;
    if (isWhole && format === VIDEO_FORMAT.rgba) return picture.rgba.subarray(0, size);
    if (this.#buffer.length < size) this.#buffer = new Uint8Array(size);
    const payload = this.#buffer.subarray(0, size);
    pack(picture, region, payload);
    return payload;
  }
}

/**
 * A frame of R, G, B bytes that are packed already.
 *
 * @param picture The picture.
 * @param region What of it was packed.
 * @param payload 3 bytes a pixel.
 */
export function rgbFrame(picture: Picture, region: Region, payload: Uint8Array): VideoFrame {
  return rawFrame(RAW_FORMATS.rgb, picture, region, payload);
}

function rawFrame(
  { format, pixelBytes }: RawFormat,
  picture: Picture,
  { x, y, width, height }: Region,
  payload: Uint8Array,
): VideoFrame {
  return {
    format,
    surfaceWidth: picture.width,
    surfaceHeight: picture.height,
    x,
    y,
    width,
    height,
    flags: flagsOf(picture),
    expandedLength: payload.length,
    payload,
    chunkBytes: rawChunkBytes(pixelBytes),
  };
}
