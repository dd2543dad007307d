/**
 * The compressed formats: a full frame first and after each change of size, then differences (arcan
 * `a12_encode.c`, `a12int_encode_dzstd`).
 *
 * @module
 */

import { VIDEO_FORMAT } from "../wire/constants.ts";
import { compress } from "./compress.ts";
import type { Picture, PictureEncoder, Region, VideoFrame } from "./frame.ts";
import { COMPRESSED_CHUNK_BYTES, flagsOf, regionOf } from "./frame.ts";
import { packRgb } from "./pixels.ts";
import { rgbFrame } from "./raw_encoder.ts";

const PIXEL_BYTES = 3;
/** Receivers discard a frame that compression has made larger than by this. */
const MAX_GROWTH_BYTES = 24;

/** Sends what has changed; keeps the picture that the receiver has, and one buffer of that size. */
export class ZstdEncoder implements PictureEncoder {
  #width = 0;
  #height = 0;
  /** R, G, B bytes of the last picture. */
  #base = new Uint8Array(0);
  /** R, G, B bytes of the region that is sent. */
  #packed = new Uint8Array(0);
  /** The difference that is compressed. */
  #delta = new Uint8Array(0);

  encode(picture: Picture, dirty?: Region): VideoFrame {
    const isFull = picture.width !== this.#width || picture.height !== this.#height;
    if (isFull) this.#resize(picture);
    const region = regionOf(picture, isFull ? undefined : dirty);
    const packed = this.#packed.subarray(0, region.width * region.height * PIXEL_BYTES);
    packRgb(picture, region, packed);
    const content = isFull ? this.#keep(packed) : this.#difference(packed, region);
    const payload = compress(content);
    // What does not compress, such as noise, is sent as it is; differences may go on from there.
    if (payload.length > content.length + MAX_GROWTH_BYTES) {
      return rgbFrame(picture, region, packed);
    }
    return {
      format: isFull ? VIDEO_FORMAT.zstd : VIDEO_FORMAT.zstdDelta,
      surfaceWidth: picture.width,
      surfaceHeight: picture.height,
      x: region.x,
      y: region.y,
      width: region.width,
      height: region.height,
      flags: flagsOf(picture),
      expandedLength: content.length,
      payload,
      chunkBytes: COMPRESSED_CHUNK_BYTES,
    };
  }

  #resize({ width, height }: Picture): void {
    this.#width = width;
    this.#height = height;
    const size = width * height * PIXEL_BYTES;
    this.#base = new Uint8Array(size);
    this.#packed = new Uint8Array(size);
    this.#delta = new Uint8Array(size);
  }

  #keep(packed: Uint8Array): Uint8Array {
    this.#base.set(packed);
    return packed;
  }

  #difference(packed: Uint8Array, region: Region): Uint8Array {
    const base = this.#base;
    const delta = this.#delta;
    let from = 0;
    for (let row = 0; row < region.height; row++) {
      let at = ((region.y + row) * this.#width + region.x) * PIXEL_BYTES;
      for (const end = from + region.width * PIXEL_BYTES; from < end; from++, at++) {
        delta[from] = packed[from]! ^ base[at]!;
        base[at] = packed[from]!;
      }
    }
    return delta.subarray(0, packed.length);
  }
}
