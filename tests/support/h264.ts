/** A small H.264 encoder: it stores pictures uncompressed, so the decoded pixels are known. */

import { concat } from "./feed.ts";

/** Writes bits, most significant first. */
export class BitWriter {
  readonly #bits: number[] = [];

  /** Writes the low `count` bits of a number. */
  bits(value: number, count: number): this {
    for (let i = count - 1; i >= 0; i--) this.#bits.push(Math.floor(value / 2 ** i) & 1);
    return this;
  }

  /** Writes an unsigned Exp-Golomb number. */
  unsigned(value: number): this {
    const length = (value + 1).toString(2).length;
    return this.bits(0, length - 1).bits(value + 1, length);
  }

  /** Writes zeros up to the next byte. */
  align(): this {
    while (this.#bits.length % 8 > 0) this.#bits.push(0);
    return this;
  }

  bytes(bytes: Iterable<number>): this {
    for (const byte of bytes) this.bits(byte, 8);
    return this;
  }

  /** The bytes, with the stop bit at the end. */
  done(): Uint8Array {
    this.#bits.push(1);
    this.align();
    const bytes = new Uint8Array(this.#bits.length / 8);
    this.#bits.forEach((bit, i) => {
      bytes[i >> 3]! |= bit << (7 - (i & 7));
    });
    return bytes;
  }
}

/** A start code and a NAL unit. */
export function nal(head: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = [0, 0, 0, 1, head];
  let zeros = 0;
  for (const byte of content) {
    if (zeros >= 2 && byte <= 3) {
      bytes.push(3);
      zeros = 0;
    }
    bytes.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Uint8Array.from(bytes);
}

/** The fields of a sequence parameter set. */
export interface StreamFields {
  /** In blocks of 16 x 16 pixels. */
  readonly widthBlocks: number;
  readonly heightBlocks: number;
  readonly profile?: number;
  /** The eight bits after the profile. */
  readonly constraints?: number;
  readonly level?: number;
  readonly id?: number;
  readonly references?: number;
  /** Left, right, top and bottom, in units of 2 pixels. */
  readonly crop?: readonly [number, number, number, number];
  readonly interlaced?: boolean;
  /** Offsets for picture order count type 1. */
  readonly offsets?: readonly number[];
  /** Bits for picture order count type 0. */
  readonly orderBits?: number;
}

export function sps(fields: StreamFields): Uint8Array<ArrayBuffer> {
  const { offsets, orderBits, crop } = fields;
  const w = new BitWriter().bits(fields.profile ?? 66, 8).bits(fields.constraints ?? 0xc0, 8)
    .bits(fields.level ?? 51, 8).unsigned(fields.id ?? 0).unsigned(0);
  if (orderBits !== undefined) w.unsigned(0).unsigned(orderBits - 4);
  else if (offsets === undefined) w.unsigned(2);
  else {
    w.unsigned(1).bits(0, 1).unsigned(0).unsigned(0).unsigned(offsets.length);
    for (const offset of offsets) w.unsigned(offset);
  }
  w.unsigned(fields.references ?? 1).bits(0, 1)
    .unsigned(fields.widthBlocks - 1).unsigned(fields.heightBlocks - 1)
    .bits(fields.interlaced ? 0 : 1, 1);
  if (fields.interlaced) w.bits(0, 1);
  w.bits(1, 1).bits(crop === undefined ? 0 : 1, 1);
  for (const each of crop ?? []) w.unsigned(each);
  return nal(0x67, w.bits(0, 1).done());
}

export function pps(spsId = 0): Uint8Array<ArrayBuffer> {
  const w = new BitWriter().unsigned(0).unsigned(spsId).bits(0, 2).unsigned(0).unsigned(0)
    .unsigned(0).bits(0, 3).unsigned(0).unsigned(0).unsigned(0).bits(0b100, 3);
  return nal(0x68, w.done());
}

/** Y, Cb and Cr of a picture, one after the other, in whole blocks. */
export type Planes = Uint8Array;

/** A key picture with given planes. */
export function keyPicture(
  { widthBlocks, heightBlocks }: StreamFields,
  planes: Planes,
): Uint8Array<ArrayBuffer> {
  const w = new BitWriter().unsigned(0).unsigned(7).unsigned(0).bits(0, 4).unsigned(0)
    .bits(0, 2).unsigned(0).unsigned(1);
  const stride = widthBlocks * 16;
  const size = stride * heightBlocks * 16;
  for (let block = 0; block < widthBlocks * heightBlocks; block++) {
    const x = block % widthBlocks;
    const y = Math.floor(block / widthBlocks);
    w.unsigned(25).align();
    const row = (from: number, width: number, side: number) => {
      for (let i = 0; i < side; i++) {
        const at = from + (y * side + i) * width + x * side;
        w.bytes(planes.subarray(at, at + side));
      }
    };
    row(0, stride, 16);
    row(size, stride / 2, 8);
    row(size * 5 / 4, stride / 2, 8);
  }
  return nal(0x65, w.done());
}

/** A gray key picture, one byte a block. */
export function grayPicture(
  { widthBlocks, heightBlocks }: StreamFields,
): Uint8Array<ArrayBuffer> {
  const w = new BitWriter().unsigned(0).unsigned(7).unsigned(0).bits(0, 4).unsigned(0)
    .bits(0, 2).unsigned(0).unsigned(1);
  for (let i = 0; i < widthBlocks * heightBlocks; i++) {
    // Predicted from neighbours, of which there are none, without a residual.
    w.unsigned(3).unsigned(0).unsigned(0).bits(1, 1);
  }
  return nal(0x65, w.done());
}

/** A picture that repeats the previous one. */
export function samePicture(
  { widthBlocks, heightBlocks }: StreamFields,
  number: number,
): Uint8Array<ArrayBuffer> {
  const w = new BitWriter().unsigned(0).unsigned(5).unsigned(0).bits(number % 16, 4)
    .bits(0, 3).unsigned(0).unsigned(1).unsigned(widthBlocks * heightBlocks);
  return nal(0x61, w.done());
}

/** Planes with different values all over the picture. */
export function testPlanes({ widthBlocks, heightBlocks }: StreamFields, seed = 1): Planes {
  const size = widthBlocks * heightBlocks * 256;
  return Uint8Array.from({ length: size * 3 / 2 }, (_, i) => 16 + (i * 7 + seed * 31) % 220);
}

/** An access unit: both parameter sets and a key picture, gray without planes. */
export function keyUnit(fields: StreamFields, planes?: Planes): Uint8Array<ArrayBuffer> {
  const picture = planes === undefined ? grayPicture(fields) : keyPicture(fields, planes);
  return concat([sps(fields), pps(fields.id ?? 0), picture]);
}
