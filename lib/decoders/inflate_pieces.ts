/**
 * Decompresses a large payload in pieces: the whole content is never in memory, and other work can run
 * between two pieces.
 *
 * @module
 */

import { constants } from "node:zlib";
import { StreamError } from "../errors.ts";
import { inflate, inflateKind, openNative, outputBlock } from "./inflate.ts";
import { readZstdPayload, type ZstdFrame } from "./zstd_frame.ts";

/** The library's maximum: the window of a frame is bounded by its content anyway. */
const MAX_WINDOW_LOG = 31;

/**
 * Decompresses a payload. The window of zstd stays in memory meanwhile: at most the size of the content,
 * with real encoders 8 MiB.
 *
 * @param payload zstd frames that can hold the content; borrowed until the last piece.
 * @param sizeBytes The size that the content must have, at least 1.
 * @param pieceBytes The size of the pieces; the last may be shorter.
 * @returns The pieces; each is valid until anything else is decompressed.
 * @throws {StreamError} `bad-zstd` or `memory-limit`.
 */
export function* inflatePieces(
  payload: Uint8Array,
  sizeBytes: number,
  pieceBytes: number,
): Generator<Uint8Array, void> {
  if (inflateKind() === "documented") {
    const content = inflate(payload, sizeBytes).slice();
    for (let at = 0; at < sizeBytes; at += pieceBytes) {
      yield content.subarray(at, Math.min(at + pieceBytes, sizeBytes));
    }
    return;
  }
  const block = outputBlock(pieceBytes);
  const stream = new Stream(payload);
  try {
    for (let left = sizeBytes; left > 0; left -= pieceBytes) {
      const piece = block.subarray(0, Math.min(left, pieceBytes));
      if (stream.fill(piece) < piece.length) throw damaged(`the content lacks ${left} bytes`);
      yield piece;
    }
    // A wrong checksum is found behind the content.
    if (stream.fill(new Uint8Array(1)) > 0) throw damaged(`the content exceeds ${sizeBytes} bytes`);
  } finally {
    stream.close();
  }
}

/** The decompression of one payload. */
class Stream {
  readonly #payload: Uint8Array;
  readonly #native = openNative({ [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG });
  readonly #frames: ZstdFrame[];
  #at = 0;
  #fault: string | undefined;

  constructor(payload: Uint8Array) {
    this.#payload = payload;
    this.#native._handle.onerror = (message) => this.#fault = message;
    this.#frames = [...readZstdPayload(payload).frames];
    this.#at = this.#frames[0]?.start ?? 0;
  }

  /** Writes content to `piece` until it is full or the content ends. @returns The number of bytes. */
  fill(piece: Uint8Array): number {
    let filled = 0;
    while (filled < piece.length && this.#frames.length > 0) {
      const before = this.#at;
      const given = this.#write(this.#frames[0]!.end, piece, filled);
      filled += given;
      if (given === 0 && this.#at === before) this.#endFrame();
    }
    return filled;
  }

  close(): void {
    this.#native._handle.close();
  }

  #endFrame(): void {
    const frame = this.#frames.shift()!;
    if (this.#at < frame.end) throw damaged(`${frame.end - this.#at} bytes are left over`);
    this.#at = this.#frames[0]?.start ?? this.#at;
    this.#native._handle.reset();
  }

  #write(end: number, into: Uint8Array, from: number): number {
    const { _handle: handle, _writeState: state } = this.#native;
    const room = into.length - from;
    const left = end - this.#at;
    try {
      handle.writeSync(constants.ZSTD_e_end, this.#payload, this.#at, left, into, from, room);
    } catch (cause) {
      throw damaged(cause);
    }
    if (this.#fault !== undefined) throw damaged(this.#fault);
    const [roomLeft, inputLeft] = state;
    this.#at = end - inputLeft!;
    return room - roomLeft!;
  }
}

function damaged(cause: unknown): StreamError {
  return new StreamError("bad-zstd", "a zstd frame is damaged", { cause });
}
