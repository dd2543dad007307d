/**
 * Decompresses a large payload in pieces, so that neither its content has to be in memory as a whole
 * nor its decompression to be done in one go.
 *
 * @module
 */

import { constants, createZstdDecompress } from "node:zlib";
import { StreamError } from "../errors.ts";
import type { NativeHandle } from "./inflate.ts";
import { inflate, inflateKind } from "./inflate.ts";
import { readZstdPayload, type ZstdFrame } from "./zstd_frame.ts";

/** The library refuses nothing up to this; what a frame takes is bounded by its content. */
const MAX_WINDOW_LOG = 31;

let scratch = new Uint8Array(0);

/**
 * Decompresses a payload. What zstd looks back on stays in memory meanwhile: at most the size of the
 * content, with real encoders 8 MiB.
 *
 * @param payload zstd frames that can hold the content; borrowed until the last piece.
 * @param sizeBytes The size that the content must have, at least 1.
 * @param pieceBytes The size of the pieces; the last may be shorter.
 * @returns The pieces; each is valid until the next one of any payload.
 * @throws {StreamError} `bad-zstd` or `memory-limit`.
 */
export function* inflatePieces(
  payload: Uint8Array,
  sizeBytes: number,
  pieceBytes: number,
): Generator<Uint8Array, void> {
  if (inflateKind() === "documented") {
    const content = inflate(payload, sizeBytes);
    for (let at = 0; at < sizeBytes; at += pieceBytes) {
      yield content.subarray(at, Math.min(at + pieceBytes, sizeBytes));
    }
    return;
  }
  if (scratch.length < pieceBytes) scratch = new Uint8Array(pieceBytes);
  const stream = new Stream(payload);
  try {
    for (let left = sizeBytes; left > 0; left -= pieceBytes) {
      const piece = scratch.subarray(0, Math.min(left, pieceBytes));
      if (stream.fill(piece) < piece.length) throw damaged(`the content lacks ${left} bytes`);
      yield piece;
    }
    // Whether a checksum is right comes out behind the content.
    if (stream.fill(new Uint8Array(1)) > 0) throw damaged(`the content exceeds ${sizeBytes} bytes`);
  } finally {
    stream.close();
  }
}

/** The state of one decompression. */
class Stream {
  readonly #payload: Uint8Array;
  readonly #handle: NativeHandle;
  /** How much output and input the last call left. */
  readonly #state: Uint32Array;
  readonly #frames: ZstdFrame[];
  #at = 0;
  #fault: string | undefined;

  constructor(payload: Uint8Array) {
    const stream = createZstdDecompress({
      chunkSize: 64,
      params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG },
    }) as unknown as { _handle: NativeHandle; _writeState: Uint32Array };
    this.#payload = payload;
    this.#handle = stream._handle;
    this.#state = stream._writeState;
    this.#handle.onerror = (message) => this.#fault = message;
    this.#frames = [...readZstdPayload(payload).frames];
    this.#at = this.#frames[0]?.start ?? 0;
  }

  /** Fills `piece` as far as there is content. @returns How many bytes. */
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

  /** Frees its memory. */
  close(): void {
    this.#handle.close();
  }

  #endFrame(): void {
    const frame = this.#frames.shift()!;
    if (this.#at < frame.end) throw damaged(`${frame.end - this.#at} bytes are left over`);
    this.#at = this.#frames[0]?.start ?? this.#at;
    this.#handle.reset();
  }

  #write(end: number, into: Uint8Array, from: number): number {
    const room = into.length - from;
    const left = end - this.#at;
    try {
      this.#handle.writeSync(constants.ZSTD_e_end, this.#payload, this.#at, left, into, from, room);
    } catch (cause) {
      throw damaged(cause);
    }
    if (this.#fault !== undefined) throw damaged(this.#fault);
    const [roomLeft, inputLeft] = this.#state;
    this.#at = end - inputLeft!;
    return room - roomLeft!;
  }
}

function damaged(cause: unknown): StreamError {
  return new StreamError("bad-zstd", "a zstd frame is damaged", { cause });
}
