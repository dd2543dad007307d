/**
 * Sequence parameter sets of H.264: the size and memory of the pictures, known before any is decoded.
 * Source: ITU-T H.264, 7.3.2.1.1 and 7.4.2.1.1.
 *
 * @module
 */

import { StreamError } from "../../errors.ts";
import { MAX_H264_BLOCKS, MAX_H264_KEPT_BLOCKS } from "../../limits.ts";
import { nalContent } from "./nal.ts";

/** The pictures of a stream: a decoded picture has whole blocks, the shown part is cropped. */
export interface PictureFormat {
  /** Decoded width in blocks of 16 pixels. */
  readonly widthBlocks: number;
  /** Decoded height in blocks of 16 pixels. */
  readonly heightBlocks: number;
  /** The first shown column; even. */
  readonly left: number;
  /** The first shown row; even. */
  readonly top: number;
  /** Shown width in pixels; even. */
  readonly width: number;
  /** Shown height in pixels; even. */
  readonly height: number;
  /** The number of earlier pictures that the decoder keeps. */
  readonly references: number;
}

const BASELINE = 66;
/** Profiles whose streams are decoded if their first flag marks them as baseline. */
const BASELINE_COMPATIBLE: readonly number[] = [77, 88];
/** The longest one, with 255 offsets of 63 bits, has 2 KB. */
const MAX_BYTES = 4_096;
const MAX_REFERENCES = 16;

/**
 * Reads a sequence parameter set up to the cropping.
 *
 * @param nal Borrowed for the call.
 * @throws {StreamError} `bad-h264` when it is damaged, `h264-profile` when it needs more than the
 * constrained baseline, `h264-size` when the pictures are too large or too many.
 */
export function readPictureFormat(nal: Uint8Array): PictureFormat {
  const bits = new Bits(nalContent(nal, MAX_BYTES));
  const profile = bits.read(8);
  const obeysBaseline = bits.read(1) === 1;
  bits.read(15);
  if (profile !== BASELINE && !(obeysBaseline && BASELINE_COMPATIBLE.includes(profile))) {
    throw new StreamError("h264-profile", `profile ${profile} of H.264 is not decoded here`);
  }
  within("its number", bits.unsigned(), 31);
  within("log2_max_frame_num", bits.unsigned(), 12);
  skipPictureOrder(bits);
  const references = within("the number of references", bits.unsigned(), MAX_REFERENCES);
  bits.read(1);
  const widthBlocks = bits.unsigned() + 1;
  const heightBlocks = bits.unsigned() + 1;
  if (bits.read(1) === 0) throw new StreamError("h264-profile", "interlaced H.264");
  bits.read(1);
  const [left, right, top, bottom] = bits.read(1) === 0 ? [0, 0, 0, 0] : readCropping(bits);
  const width = widthBlocks * 16 - left - right;
  const height = heightBlocks * 16 - top - bottom;
  if (width < 1 || height < 1) damaged("nothing is left of the picture");
  checkSize(widthBlocks * heightBlocks, references);
  return { widthBlocks, heightBlocks, left, top, width, height, references };
}

function skipPictureOrder(bits: Bits): void {
  const type = within("pic_order_cnt_type", bits.unsigned(), 2);
  if (type === 0) within("log2_max_pic_order_cnt_lsb", bits.unsigned(), 12);
  if (type !== 1) return;
  bits.read(1);
  bits.unsigned();
  bits.unsigned();
  const count = within("the number of picture order offsets", bits.unsigned(), 255);
  for (let i = 0; i < count; i++) bits.unsigned();
}

/** @returns Pixels: the stream counts in samples of colour, one for 2 x 2 pixels. */
function readCropping(bits: Bits): readonly [number, number, number, number] {
  const left = bits.unsigned() * 2;
  const right = bits.unsigned() * 2;
  const top = bits.unsigned() * 2;
  return [left, right, top, bits.unsigned() * 2];
}

function checkSize(blocks: number, references: number): void {
  if (blocks > MAX_H264_BLOCKS) {
    throw new StreamError(
      "h264-size",
      `pictures of ${blocks} blocks, the limit is ${MAX_H264_BLOCKS}`,
    );
  }
  if (references > 1 && blocks * references > MAX_H264_KEPT_BLOCKS) {
    throw new StreamError(
      "h264-size",
      `${references} pictures of ${blocks} blocks to keep, the limit is ${MAX_H264_KEPT_BLOCKS} blocks`,
    );
  }
}

function within(what: string, value: number, limit: number): number {
  if (value > limit) damaged(`${what} is ${value}, at most ${limit}`);
  return value;
}

function damaged(detail: string): never {
  throw new StreamError("bad-h264", `the parameters of H.264 are damaged: ${detail}`);
}

/** Reads bits from the most significant one. */
class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @param count At most 32. */
  read(count: number): number {
    if (this.#at + count > this.#bytes.length * 8) damaged("they end too soon");
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      value = value * 2 + (this.#bytes[this.#at >> 3]! >> (7 - (this.#at & 7)) & 1);
    }
    return value;
  }

  /** Reads an Exp-Golomb number of at most 32 bits; signed ones have the same length. */
  unsigned(): number {
    let zeros = 0;
    while (this.read(1) === 0) if (++zeros > 31) damaged("a number of more than 32 bits");
    return 2 ** zeros - 1 + this.read(zeros);
  }
}
