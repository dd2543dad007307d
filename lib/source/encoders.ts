/**
 * The choice of how pictures are sent.
 *
 * @module
 */

import type { PictureEncoder } from "./frame.ts";
import { RawEncoder } from "./raw_encoder.ts";
import { ZstdEncoder } from "./zstd_encoder.ts";

/** How pictures can be sent; `zstd` is a full frame and then differences. */
export const PICTURE_FORMATS = ["zstd", "raw", "rgb", "rgb565"] as const;

/** The name of a way to send pictures. */
export type PictureFormat = typeof PICTURE_FORMATS[number];

/**
 * Makes the encoder for one channel.
 *
 * @param format How pictures are sent.
 */
export function makePictureEncoder(format: PictureFormat): PictureEncoder {
  switch (format) {
    case "zstd":
      return new ZstdEncoder();
    case "raw":
      return new RawEncoder("rgba");
    default:
      return new RawEncoder(format);
  }
}
