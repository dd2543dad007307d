/**
 * The pictures that a worker decodes for one channel: the checks of their stream, and the memory of
 * their decoder.
 *
 * @module
 */

import { StreamError } from "../../errors.ts";
import type { AccessUnit } from "./access_units.ts";
import { NAL_SEQUENCE_PARAMETERS, startsWithStartCode, visitNalUnits } from "./nal.ts";
import type { PictureFormat } from "./sps.ts";
import { readPictureFormat } from "./sps.ts";
import type { MemoryBudget } from "../memory_budget.ts";
import type { Surface } from "../surface.ts";
import type { FrameHeader } from "../frame_header.ts";

/** The memory of a decoder beside its pictures: stack, one access unit, unused parts of the heap. */
const DECODER_BYTES = 9 << 20;
/** The module declares this as its minimum. */
const LEAST_DECODER_BYTES = 16 << 20;
const PAGE_BYTES = 65_536;
/** Brightness and colour of 16 x 16 pixels. */
const BLOCK_BYTES = 384;
/** The decoder's own data for each block; 224 were measured. */
const BLOCK_STATE_BYTES = 256;

/** A checked picture. */
export interface CodedPicture {
  /** The access unit; owned by the receiver. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly format: PictureFormat;
  /** The memory limit for the decoder of this stream. */
  readonly decoderBytes: number;
  /** Whether it is the first picture of a stream, which needs a new decoder. */
  readonly isFirst: boolean;
}

/** The pictures of one channel. */
export class CodedPictures {
  readonly #budget: MemoryBudget;
  #parameters: Uint8Array | undefined;
  #format: PictureFormat | undefined;
  #decoderBytes = 0;
  #pictureBytes = 0;

  /** @param budget The memory of all channels of the client. */
  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /**
   * Checks a unit and reserves the memory to decode it; {@linkcode show} or {@linkcode free} follows.
   *
   * @throws {StreamError} `bad-h264`, `h264-profile`, `h264-size`, `memory-limit`.
   */
  take(unit: AccessUnit): CodedPicture {
    const isFirst = this.#takeParameters(unit.data);
    const format = this.#format;
    if (format === undefined) {
      throw new StreamError("bad-h264", "H.264 begins without a sequence parameter set");
    }
    const { width, height } = format;
    if (width !== unit.width || height !== unit.height) {
      throw new StreamError(
        "h264-size",
        `H.264 of ${width}x${height} pixels for a surface of ${unit.width}x${unit.height}`,
      );
    }
    if (isFirst) this.#reserveDecoder(format);
    this.#budget.reserve(width * height * 4);
    this.#pictureBytes = width * height * 4;
    return { data: unit.data, format, decoderBytes: this.#decoderBytes, isFirst };
  }

  /**
   * Shows a decoded picture.
   *
   * @param rgba Its pixels; owned by the surface from now on.
   */
  show(header: FrameHeader, rgba: Uint8Array<ArrayBuffer>, surface: Surface): void {
    this.#pictureBytes = 0;
    const spare = surface.swapPixels(header, rgba);
    if (spare !== undefined) this.#budget.free(spare);
  }

  /** Drops the stream and releases the reserved memory. */
  free(): void {
    this.#budget.release(this.#pictureBytes + this.#decoderBytes);
    this.#pictureBytes = this.#decoderBytes = 0;
    this.#parameters = this.#format = undefined;
  }

  /** @returns Whether the unit begins a stream with other parameters. */
  #takeParameters(data: Uint8Array): boolean {
    if (!startsWithStartCode(data)) {
      throw new StreamError("bad-h264", "H.264 does not begin with a start code");
    }
    let found: Uint8Array | undefined;
    visitNalUnits(data, (type, nal) => {
      if (type !== NAL_SEQUENCE_PARAMETERS) return;
      if (found !== undefined && !isSame(found, nal)) {
        throw new StreamError(
          "bad-h264",
          "a picture of H.264 has two different sequence parameter sets",
        );
      }
      found = nal;
    });
    if (found === undefined || isSame(found, this.#parameters)) return false;
    this.#format = readPictureFormat(found);
    this.#parameters = found.slice();
    return true;
  }

  /** The memory of earlier streams stays reserved, as the memory of a decoder never shrinks. */
  #reserveDecoder({ widthBlocks, heightBlocks, references }: PictureFormat): void {
    const kept = Math.max(references, 1) + 1;
    const bytes = DECODER_BYTES +
      widthBlocks * heightBlocks * (kept * BLOCK_BYTES + BLOCK_STATE_BYTES);
    const pages = Math.ceil(Math.max(bytes, LEAST_DECODER_BYTES) / PAGE_BYTES);
    const moreBytes = pages * PAGE_BYTES - this.#decoderBytes;
    if (moreBytes <= 0) return;
    this.#budget.reserve(moreBytes);
    this.#decoderBytes += moreBytes;
  }
}

function isSame(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return a.length === b?.length && a.every((byte, i) => byte === b[i]);
}
