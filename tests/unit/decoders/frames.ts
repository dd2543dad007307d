/** Builders of frames for the tests of the decoders. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { zstdCompressSync } from "node:zlib";
import { decoderFor } from "../../../lib/decoders/decoders.ts";
import type { FrameProgress } from "../../../lib/decoders/frame_decoder.ts";
import type { FrameHeader } from "../../../lib/decoders/frame_header.ts";
import type { Surface } from "../../../lib/decoders/surface.ts";
import type { VideoStream } from "../../../lib/decoders/video_stream.ts";
import { compress } from "../../../lib/decoders/compress.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";

export { compress as zstd };

const BYTES_PER_PIXEL: Record<number, number> = {
  [VIDEO_FORMAT.rgba]: 4,
  [VIDEO_FORMAT.rgb]: 3,
  [VIDEO_FORMAT.rgb565]: 2,
  [VIDEO_FORMAT.zstd]: 3,
  [VIDEO_FORMAT.zstdDelta]: 3,
};

/** A header that covers a surface of 4 x 4 by default; the lengths fit the format. */
export function frameHeader(fields: Partial<FrameHeader> = {}): FrameHeader {
  const surfaceWidth = fields.surfaceWidth ?? 4;
  const surfaceHeight = fields.surfaceHeight ?? 4;
  const format = fields.format ?? VIDEO_FORMAT.rgba;
  const width = fields.width ?? surfaceWidth;
  const height = fields.height ?? surfaceHeight;
  const expandedLength = fields.expandedLength ??
    width * height * (BYTES_PER_PIXEL[format] ?? 4);
  return {
    stream: 1,
    x: 0,
    y: 0,
    flags: 0,
    length: expandedLength,
    commit: true,
    ...fields,
    format,
    surfaceWidth,
    surfaceHeight,
    width,
    height,
    expandedLength,
  };
}

/** One zstd frame without a content size. */
export function zstdUnsized(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zstdCompressSync(content));
}

/** A zstd frame without content. */
export const EMPTY = zstdUnsized(new Uint8Array(0));

/** Three bytes that decoders of zstd skip. */
export const SKIPPABLE = Uint8Array.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

export function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A frame of a compressed format and its payload. */
export function compressedFrame(
  content: Uint8Array,
  fields: Partial<FrameHeader> = {},
): { header: FrameHeader; payload: Uint8Array } {
  const payload = compress(content);
  const header = frameHeader({
    format: VIDEO_FORMAT.zstd,
    length: payload.length,
    expandedLength: content.length,
    ...fields,
  });
  return { header, payload };
}

/** The kind of progress; throws the reason of a refusal. */
export function outcome(progress: FrameProgress): Exclude<FrameProgress["type"], "refused"> {
  if (progress.type === "refused") throw progress.error;
  return progress.type;
}

/** Pushes a whole frame. */
export function show(stream: VideoStream, header: FrameHeader, payload: Uint8Array) {
  outcome(stream.begin(header));
  return outcome(stream.push(payload));
}

/** Decodes a whole frame in one go. */
export function draw(surface: Surface, header: FrameHeader, bytes: Uint8Array): void {
  const decoder = decoderFor(header.format);
  decoder.validate(header);
  const payload = { bytes, keep: () => bytes };
  const sizes = { wholeBytes: Infinity, pieceBytes: Infinity };
  assert.equal(decoder.decode(header, payload, surface, sizes).type, "drawn");
}

/** Repeatable bytes. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0, state = seed; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** One cell of a TPACK line. */
export interface Cell {
  fg?: readonly number[];
  bg?: readonly number[];
  attr?: number;
  attrExt?: number;
  codePoint?: number;
}

/** One TPACK line; a string stands for its characters. */
export interface Line {
  row: number;
  column?: number;
  cells: string | readonly Cell[];
}

/** The fields of a TPACK buffer; the counts are right unless given. */
export interface Tpack {
  lines: readonly Line[];
  flags?: number;
  background?: readonly number[];
  cursorState?: number;
  cursorColor?: readonly number[];
  sizeBytes?: number;
  lineCount?: number;
  cellCount?: number;
}

/** The cells of a text. */
export function cellsOf(text: string, cell: Cell = {}): Cell[] {
  return [...text].map((letter) => ({ ...cell, codePoint: letter.codePointAt(0)! }));
}

/** Packs a TPACK buffer. */
export function tpack(frame: Tpack): Uint8Array<ArrayBuffer> {
  const state = frame.cursorState ?? 8 | 2;
  const body: number[] = [];
  let cellCount = 0;
  for (const { row, column = 0, cells } of frame.lines) {
    const list = typeof cells === "string" ? cellsOf(cells) : cells;
    cellCount += list.length;
    body.push(...u16(row), ...u16(list.length), ...u16(column), 0, 0, 0);
    for (
      const { fg = [229, 229, 229], bg = [0, 0, 0], attr = 0, attrExt = 0, codePoint = 0 } of list
    ) {
      body.push(...fg, ...bg, attr, attrExt, ...u16(codePoint & 0xffff), ...u16(codePoint >>> 16));
    }
  }
  const color = (state & 8) === 0 ? [] : frame.cursorColor ?? [0, 255, 0];
  const size = frame.sizeBytes ?? 16 + color.length + body.length;
  return Uint8Array.from([
    ...u16(size & 0xffff),
    ...u16(size >>> 16),
    ...u16(frame.lineCount ?? frame.lines.length),
    ...u16(frame.cellCount ?? cellCount),
    0,
    ...u16(frame.flags ?? 1),
    ...(frame.background ?? [0, 0, 0, 255]),
    state,
    ...color,
    ...body,
  ]);
}

/** A TPACK frame on a surface of 320 x 160. */
export function tpackFrame(frame: Tpack, fields: Partial<FrameHeader> = {}) {
  return compressedFrame(tpack(frame), {
    format: VIDEO_FORMAT.tpack,
    surfaceWidth: 320,
    surfaceHeight: 160,
    ...fields,
  });
}

/** Decodes base64. */
export function base64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

function u16(value: number): [number, number] {
  return [value & 0xff, (value >>> 8) & 0xff];
}
