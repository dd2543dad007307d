/**
 * The outside of zstd frames (RFC 8878, section 3.1): where they lie and what they may hold.
 *
 * A payload is what `ZSTD_decompressDCtx` takes: frames one behind the other, empty ones and
 * skippable ones among them, with or without a content size and a checksum. Everything here is read
 * before anything is decompressed or allocated.
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

const BLOCK_RAW = 0;
const BLOCK_RUN = 1;
const BLOCK_COMPRESSED = 2;

/** Where one frame lies in its payload. */
export interface ZstdFrame {
  /** The offset of its first byte. */
  readonly start: number;
  /** The offset behind its last byte. */
  readonly end: number;
}

/** What a payload may hold. */
export interface ZstdPayload {
  /** The frames with content, in order; skippable ones are left out. */
  readonly frames: readonly ZstdFrame[];
  /** The content is at least this long: the sum of all content sizes that are given. */
  readonly leastBytes: number;
  /** The content is at most this long. */
  readonly mostBytes: number;
}

/**
 * Finds the frames of a payload.
 *
 * @param bytes The payload; borrowed.
 * @throws {StreamError} `bad-zstd` when it is no row of zstd frames or one of too many, `zstd-size`
 * when a frame gives a size that its blocks cannot reach, `zstd-truncated` when bytes are missing.
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
        `the blocks hold ${blocks.mostBytes} bytes at most, the frame says ${contentBytes}`,
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
 * Finds the frames of a payload whose content has a known size.
 *
 * DEVIATION: the reference presents and acknowledges a frame whose content size is not the
 * announced one. Pinned by "every refused frame has its code and changes nothing".
 *
 * @param bytes The payload; borrowed.
 * @param sizeBytes The size that the content must have.
 * @throws {StreamError} As {@linkcode readZstdPayload}; `zstd-size` when the frames cannot hold that.
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
  /** The size of the content, if the frame gives it. */
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
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 0x03]!;
  const sizeAt = dictionaryAt + dictionaryBytes;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  need(view, start, sizeAt + sizeBytes - start);
  for (let at = dictionaryAt; at < sizeAt; at++) {
    if (view.getUint8(at) !== 0) throw new StreamError("bad-zstd", "a dictionary is asked for");
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
