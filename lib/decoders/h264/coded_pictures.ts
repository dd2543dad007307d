/**
 * H.264 that is to be decoded: checks what the stream says about itself and reserves the memory that
 * its decoder takes, for one channel.
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

/** What the decoder takes for any stream: its code and stack, one access unit, its heap's losses. */
const DECODER_BYTES = 9 << 20;
/** The module declares that it has no less. */
const LEAST_DECODER_BYTES = 16 << 20;
const PAGE_BYTES = 65_536;
/** Brightness and colour of 16 x 16 pixels. */
const BLOCK_BYTES = 384;
/** What the decoder notes of each block besides; measured 224. */
const BLOCK_STATE_BYTES = 256;

/** A picture that is ready to be decoded. */
export interface CodedPicture {
  /** The access unit; the receiver's own. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** What comes out. */
  readonly format: PictureFormat;
  /** The bytes that a decoder of this stream may take. */
  readonly decoderBytes: number;
  /** Whether it is the first of its stream, for which a new decoder is made. */
  readonly isFirst: boolean;
}

/** The pictures of one channel. */
export class CodedPictures {
  readonly #budget: MemoryBudget;
  #parameters: Uint8Array | undefined;
  #format: PictureFormat | undefined;
  #decoderBytes = 0;
  #pictureBytes = 0;

  /** @param budget What all channels of the client share. */
  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /**
   * Checks a unit, and reserves what it takes to decode it. It is followed by {@linkcode show} or
   * {@linkcode free}.
   *
   * @param unit The access unit.
   * @throws {StreamError} `bad-h264`, `h264-profile`, `h264-size`, `memory-limit`.
   */
  take(unit: AccessUnit): CodedPicture {
    const isFirst = this.#takeParameters(unit.data);
    const format = this.#format;
    if (format === undefined) {
      throw new StreamError("bad-h264", "H.264 begins without saying what it is");
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
   * Shows what came out of the decoder.
   *
   * @param header The frame.
   * @param rgba Its pixels; the surface's own from here on.
   * @param surface The surface of the channel.
   */
  show(header: FrameHeader, rgba: Uint8Array<ArrayBuffer>, surface: Surface): void {
    this.#pictureBytes = 0;
    const spare = surface.swapPixels(header, rgba);
    if (spare !== undefined) this.#budget.release(spare.length);
  }

  /** Forgets the stream and gives back what was reserved for it. */
  free(): void {
    this.#budget.release(this.#pictureBytes + this.#decoderBytes);
    this.#pictureBytes = this.#decoderBytes = 0;
    this.#parameters = this.#format = undefined;
  }

  /** Reads the parameters of the stream. @returns Whether they are other ones than before. */
  #takeParameters(data: Uint8Array): boolean {
    if (!startsWithStartCode(data)) {
      throw new StreamError("bad-h264", "H.264 does not begin with a start code");
    }
    let found: Uint8Array | undefined;
    visitNalUnits(data, (type, nal) => {
      if (type !== NAL_SEQUENCE_PARAMETERS) return;
      if (found !== undefined && !isSame(found, nal)) {
        throw new StreamError("bad-h264", "one picture of H.264 with two descriptions");
      }
      found = nal;
    });
    if (found === undefined || isSame(found, this.#parameters)) return false;
    this.#format = readPictureFormat(found);
    this.#parameters = found.slice();
    return true;
  }

  /** What a stream before has taken stays with the channel, as the memory of a decoder never shrinks. */
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
