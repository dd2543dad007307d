/**
 * The frames and blocks of a zstd payload (RFC 8878, section 3.1): their offsets and sizes.
 *
 * A payload is what `ZSTD_decompressDCtx` accepts: successive frames, also empty and skippable ones,
 * with or without a content size and a checksum. All of this is read before anything is decompressed
 * or allocated, as no library tells the size of a content without a content size.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { MAX_ZSTD_FRAMES } from "../limits.ts";

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const SKIPPABLE_VARIANTS = 0x0f;
const SKIPPABLE_HEAD_BYTES = 8;
const DESCRIPTOR_AT = 4;
const MIN_HEAD_BYTES = 6;
const MAX_BLOCK_BYTES = 131_072;
const BLOCK_HEAD_BYTES = 3;
const CHECKSUM_BYTES = 4;

const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];

const BLOCK_RAW = 0;
const BLOCK_RUN = 1;
const BLOCK_COMPRESSED = 2;

/** The offsets of one frame in its payload. */
export interface ZstdFrame {
  readonly start: number;
  /** The offset behind the last byte. */
  readonly end: number;
}

/** The frames of a payload, and the bounds of its content. */
export interface ZstdPayload {
  /** The frames in order, without skippable ones. */
  readonly frames: readonly ZstdFrame[];
  /** The sum of the content sizes that frames give. */
  readonly leastBytes: number;
  readonly mostBytes: number;
}

/**
 * Finds the frames of a payload.
 *
 * @param bytes Borrowed for the call.
 * @throws {StreamError} `bad-zstd` for anything but zstd frames and for too many of them, `zstd-size`
 * when the blocks of a frame cannot reach its content size, `zstd-truncated` when bytes are missing.
 */
export function readZstdPayload(bytes: Uint8Array): ZstdPayload {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const frames: ZstdFrame[] = [];
  let leastBytes = 0;
  let mostBytes = 0;
  let count = 0;
  for (let start = 0; start < bytes.length || count === 0; count++) {
    if (count === MAX_ZSTD_FRAMES) {
      throw new StreamError("bad-zstd", `more than ${MAX_ZSTD_FRAMES} zstd frames in one payload`);
    }
    need(view, start, 4);
    if (isSkippable(view, start)) {
      start = skippableEnd(view, start);
      continue;
    }
    const { contentBytes, blocksAt, hasChecksum } = readHead(view, start);
    const blocks = walkBlocks(view, blocksAt);
    if (contentBytes !== undefined && blocks.mostBytes < contentBytes) {
      throw new StreamError(
        "zstd-size",
        `the blocks hold at most ${blocks.mostBytes} bytes, the frame says ${contentBytes}`,
      );
    }
    if (hasChecksum) need(view, blocks.end, CHECKSUM_BYTES);
    const end = blocks.end + (hasChecksum ? CHECKSUM_BYTES : 0);
    frames.push({ start, end });
    leastBytes += contentBytes ?? 0;
    mostBytes += contentBytes ?? blocks.mostBytes;
    start = end;
  }
  return { frames, leastBytes, mostBytes };
}

/**
 * Finds the frames of a payload whose content must have a size.
 *
 * DEVIATION: the reference presents and acknowledges a frame whose content size is not the
 * announced one. Pinned by "every refused frame has its code and changes nothing".
 *
 * @param bytes Borrowed for the call.
 * @throws {StreamError} As {@linkcode readZstdPayload}; `zstd-size` when the content cannot have
 * the size.
 */
export function readSizedPayload(bytes: Uint8Array, sizeBytes: number): ZstdPayload {
  const zstd = readZstdPayload(bytes);
  if (zstd.leastBytes > sizeBytes || zstd.mostBytes < sizeBytes) {
    throw new StreamError(
      "zstd-size",
      `the frames hold ${zstd.leastBytes} to ${zstd.mostBytes} bytes, the header says ${sizeBytes}`,
    );
  }
  return zstd;
}

function isSkippable(view: DataView, at: number): boolean {
  return (view.getUint32(at, true) & ~SKIPPABLE_VARIANTS) === SKIPPABLE_MAGIC;
}

function skippableEnd(view: DataView, at: number): number {
  need(view, at, SKIPPABLE_HEAD_BYTES);
  const sizeBytes = SKIPPABLE_HEAD_BYTES + view.getUint32(at + 4, true);
  need(view, at, sizeBytes);
  return at + sizeBytes;
}

interface FrameHead {
  /** `undefined` when the frame does not give it. */
  readonly contentBytes: number | undefined;
  readonly blocksAt: number;
  readonly hasChecksum: boolean;
}

function readHead(view: DataView, start: number): FrameHead {
  if (view.getUint32(start, true) !== MAGIC) {
    throw new StreamError("bad-zstd", `no zstd frame at byte ${start}`);
  }
  need(view, start, MIN_HEAD_BYTES);
  const descriptor = view.getUint8(start + DESCRIPTOR_AT);
  if ((descriptor & 0x08) !== 0) throw new StreamError("bad-zstd", "a reserved bit is set");
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryAt = start + DESCRIPTOR_AT + (isSingleSegment ? 1 : 2);
  const dictionaryBytes = DICTIONARY_ID_BYTES[descriptor & 0x03]!;
  const sizeAt = dictionaryAt + dictionaryBytes;
  const sizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6]! || (isSingleSegment ? 1 : 0);
  need(view, start, sizeAt + sizeBytes - start);
  for (let at = dictionaryAt; at < sizeAt; at++) {
    if (view.getUint8(at) !== 0) throw new StreamError("bad-zstd", "the frame needs a dictionary");
  }
  return {
    contentBytes: readContentSize(view, sizeAt, sizeBytes),
    blocksAt: sizeAt + sizeBytes,
    hasChecksum: (descriptor & 0x04) !== 0,
  };
}

function readContentSize(view: DataView, at: number, sizeBytes: number): number | undefined {
  switch (sizeBytes) {
    case 0:
      return undefined;
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}

function walkBlocks(view: DataView, at: number): { end: number; mostBytes: number } {
  let mostBytes = 0;
  for (;;) {
    need(view, at, BLOCK_HEAD_BYTES);
    const head = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (head >> 1) & 3;
    const size = head >> 3;
    if (type > BLOCK_COMPRESSED || size > MAX_BLOCK_BYTES) {
      throw new StreamError("bad-zstd", `a block of type ${type} and ${size} bytes`);
    }
    const blockBytes = BLOCK_HEAD_BYTES + (type === BLOCK_RUN ? 1 : size);
    need(view, at, blockBytes);
    at += blockBytes;
    mostBytes += type === BLOCK_RAW || type === BLOCK_RUN ? size : MAX_BLOCK_BYTES;
    if ((head & 1) !== 0) return { end: at, mostBytes };
  }
}

function need(view: DataView, at: number, sizeBytes: number): void {
  if (at + sizeBytes <= view.byteLength) return;
  throw new StreamError(
    "zstd-truncated",
    `the zstd frames need ${at + sizeBytes} bytes, have ${view.byteLength}`,
  );
}
