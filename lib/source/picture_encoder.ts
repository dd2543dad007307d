/**
 * Pictures as zstd frames: a full frame first and after each change of size, then differences (arcan
 * `a12_encode.c`, `a12int_encode_dzstd`).
 *
 * @module
 */

import { compress } from "../decoders/compress.ts";
import { MAX_SURFACE_SIDE_PX } from "../limits.ts";
import { DATA_HEAD_BYTES, VIDEO_CHUNK_BYTES, VIDEO_FLAG, VIDEO_FORMAT } from "../wire/constants.ts";
import { requireInteger } from "../wire/layout.ts";
import { COMPRESSION_LEVEL, type Region, type VideoFrame } from "./frame.ts";

/** Pixels to be sent. */
export interface Picture {
  /** Width in pixels, 1 to 8192. */
  readonly width: number;
  /** Height in pixels, 1 to 8192. */
  readonly height: number;
  /** `width * height * 4` bytes R, G, B, A, row after row; A is not sent. */
  readonly rgba: Uint8Array;
  /** Whether the rows are stored bottom up. */
  readonly origoLowerLeft?: boolean;
}

const PIXEL_BYTES = 3;
/** Raw pixels in one packet: as many whole ones as fit. */
const RAW_CHUNK_BYTES = Math.floor((VIDEO_CHUNK_BYTES - DATA_HEAD_BYTES) / PIXEL_BYTES) *
  PIXEL_BYTES;
/** Receivers discard a frame that compression has made larger by more than this. */
const MAX_GROWTH_BYTES = 24;

/** Encodes the pictures of one channel; keeps the picture that the receiver has. */
export class PictureEncoder {
  #width = 0;
  #height = 0;
  /** R, G, B bytes of the last picture. */
  #base = new Uint8Array(0);
  /** R, G, B bytes of the region that is sent. */
  #packed = new Uint8Array(0);
  #difference = new Uint8Array(0);

  /**
   * Encodes the next picture.
   *
   * @param picture The whole picture; read during the call.
   * @param dirty The part that has changed; all of it when absent or not inside the picture.
   * @throws {ApiMisuseError} `bad-argument` for other sizes than {@linkcode Picture} allows.
   */
  encode(picture: Picture, dirty?: Region): VideoFrame {
    requireInteger("width", picture.width, 1, MAX_SURFACE_SIDE_PX);
    requireInteger("height", picture.height, 1, MAX_SURFACE_SIDE_PX);
    const isFull = picture.width !== this.#width || picture.height !== this.#height;
    if (isFull) this.#resize(picture);
    const region = regionOf(picture, isFull ? undefined : dirty);
    const packed = this.#packed.subarray(0, region.width * region.height * PIXEL_BYTES);
    pack(picture, region, packed);
    const content = this.#advance(packed, region, isFull);
    const payload = compress(content, COMPRESSION_LEVEL);
    // Noise does not compress; it goes out as raw pixels, and the next difference is to them.
    const isRaw = payload.length > content.length + MAX_GROWTH_BYTES;
    return {
      format: isRaw ? VIDEO_FORMAT.rgb : isFull ? VIDEO_FORMAT.zstd : VIDEO_FORMAT.zstdDelta,
      surfaceWidth: picture.width,
      surfaceHeight: picture.height,
      x: region.x,
      y: region.y,
      width: region.width,
      height: region.height,
      flags: picture.origoLowerLeft ? VIDEO_FLAG.origoLowerLeft : 0,
      expandedLength: content.length,
      payload: isRaw ? packed : payload,
      chunkBytes: isRaw ? RAW_CHUNK_BYTES : VIDEO_CHUNK_BYTES,
    };
  }

  #resize({ width, height }: Picture): void {
    this.#width = width;
    this.#height = height;
    const sizeBytes = width * height * PIXEL_BYTES;
    this.#base = new Uint8Array(sizeBytes);
    this.#packed = new Uint8Array(sizeBytes);
    this.#difference = new Uint8Array(sizeBytes);
  }

  /** Puts a region into the base. @returns What is compressed: its pixels, or what changed in them. */
  #advance(packed: Uint8Array, region: Region, isFull: boolean): Uint8Array {
    const base = this.#base;
    const difference = this.#difference;
    let from = 0;
    for (let row = 0; row < region.height; row++) {
      let at = ((region.y + row) * this.#width + region.x) * PIXEL_BYTES;
      for (const end = from + region.width * PIXEL_BYTES; from < end; from++, at++) {
        difference[from] = packed[from]! ^ base[at]!;
        base[at] = packed[from]!;
      }
    }
    return isFull ? packed : difference.subarray(0, packed.length);
  }
}

/** As in arcan, a region that leaves the picture stands for all of it. */
function regionOf({ width, height }: Picture, dirty?: Region): Region {
  const isInside = dirty !== undefined && dirty.x >= 0 && dirty.y >= 0 && dirty.width > 0 &&
    dirty.height > 0 && dirty.x + dirty.width <= width && dirty.y + dirty.height <= height;
  return isInside ? dirty : { x: 0, y: 0, width, height };
}

function pack({ rgba, width }: Picture, region: Region, out: Uint8Array): void {
  let to = 0;
  for (let row = 0; row < region.height; row++) {
    let from = ((region.y + row) * width + region.x) * 4;
    for (const end = from + region.width * 4; from < end; from += 4, to += PIXEL_BYTES) {
      out[to] = rgba[from]!;
      out[to + 1] = rgba[from + 1]!;
      out[to + 2] = rgba[from + 2]!;
    }
  }
}
