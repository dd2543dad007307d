/**
 * The outside of a zstd frame (RFC 8878, section 3.1.1): what it claims and where it ends.
 *
 * Everything here is read before anything is decompressed or allocated.
 *
 * @module
 */

import { StreamError } from "../errors.ts";

const MAGIC = 0xfd2fb528;
const DESCRIPTOR_AT = 4;
const MAX_BLOCK_BYTES = 131_072;
const BLOCK_HEAD_BYTES = 3;
const CHECKSUM_BYTES = 4;

const BLOCK_RAW = 0;
const BLOCK_RUN = 1;
const BLOCK_COMPRESSED = 2;

/**
 * Checks that the bytes are one whole zstd frame, with nothing behind it, that says how large its
 * content is and can possibly hold that much.
 *
 * DEVIATION: the reference presents and acknowledges a frame whose content size is not the
 * announced one. Pinned by "every refused frame has its code and changes nothing".
 *
 * @param bytes The payload; borrowed.
 * @param expectedBytes The size that the content must declare.
 * @throws {StreamError} `bad-zstd` when it is no such frame or has bytes behind it, `zstd-size`
 * when the declared size is missing, another one or out of reach, `zstd-truncated` when bytes are
 * missing.
 */
export function checkZstdFrame(bytes: Uint8Array, expectedBytes: number): void {
  const { view, declaredBytes, blocksAt } = readHead(bytes);
  if (declaredBytes !== expectedBytes) {
    throw new StreamError(
      "zstd-size",
      `the frame holds ${declaredBytes} bytes, the header says ${expectedBytes}`,
    );
  }
  const { end, mostBytes } = walkBlocks(view, blocksAt);
  if (mostBytes < expectedBytes) {
    throw new StreamError(
      "zstd-size",
      `the blocks hold ${mostBytes} bytes at most, the frame says ${expectedBytes}`,
    );
  }
  const frameEnd = (bytes[DESCRIPTOR_AT]! & 0x04) === 0 ? end : end + CHECKSUM_BYTES;
  if (frameEnd > bytes.length) throw truncated(frameEnd, bytes.length);
  if (frameEnd < bytes.length) {
    throw new StreamError("bad-zstd", `${bytes.length - frameEnd} bytes follow the frame`);
  }
}

/**
 * What a zstd frame says about the size of its content.
 *
 * @param bytes The frame, or its first 18 bytes; borrowed.
 * @returns The size in bytes, not checked against the blocks.
 * @throws {StreamError} `bad-zstd`, `zstd-size` when it says none, `zstd-truncated`.
 */
export function zstdContentBytes(bytes: Uint8Array): number {
  return readHead(bytes).declaredBytes;
}

interface FrameHead {
  readonly view: DataView;
  readonly declaredBytes: number;
  readonly blocksAt: number;
}

function readHead(bytes: Uint8Array): FrameHead {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 6) throw truncated(6, bytes.length);
  if (view.getUint32(0, true) !== MAGIC) throw new StreamError("bad-zstd", "no zstd frame");
  const descriptor = bytes[DESCRIPTOR_AT]!;
  if ((descriptor & 0x08) !== 0) throw new StreamError("bad-zstd", "a reserved bit is set");
  if ((descriptor & 0x03) !== 0) throw new StreamError("bad-zstd", "a dictionary is asked for");
  const singleSegment = (descriptor & 0x20) !== 0;
  const at = singleSegment ? 5 : 6;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  if (sizeBytes === 0) throw new StreamError("zstd-size", "the frame has no content size");
  if (at + sizeBytes > bytes.length) throw truncated(at + sizeBytes, bytes.length);
  return { view, declaredBytes: contentSize(view, at, sizeBytes), blocksAt: at + sizeBytes };
}

function contentSize(view: DataView, at: number, sizeBytes: number): number {
  switch (sizeBytes) {
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
    if (at + BLOCK_HEAD_BYTES > view.byteLength) {
      throw truncated(at + BLOCK_HEAD_BYTES, view.byteLength);
    }
    const head = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (head >> 1) & 3;
    const size = head >> 3;
    if (type > BLOCK_COMPRESSED || size > MAX_BLOCK_BYTES) {
      throw new StreamError("bad-zstd", `a block of type ${type} and ${size} bytes`);
    }
    at += BLOCK_HEAD_BYTES + (type === BLOCK_RUN ? 1 : size);
    if (at > view.byteLength) throw truncated(at, view.byteLength);
    mostBytes += type === BLOCK_RAW || type === BLOCK_RUN ? size : MAX_BLOCK_BYTES;
    if ((head & 1) !== 0) return { end: at, mostBytes };
  }
}

function truncated(need: number, have: number): StreamError {
  return new StreamError("zstd-truncated", `the zstd frame needs ${need} bytes, has ${have}`);
}
