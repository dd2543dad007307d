/**
 * Decompresses the zstd frames of one payload into memory that the next payload uses again.
 *
 * The documented function of `node:zlib` makes a context, an options object and an output buffer at
 * each call: 12 µs for a line of text, a third of the time of a large picture. The native handle
 * below it writes to the caller's memory and keeps its context (0.5 µs). As the handle is not
 * documented, it is tried on known frames first; where a result differs, the documented function is
 * used.
 *
 * @module
 */

import { constants, createZstdDecompress, zstdDecompressSync, type ZstdOptions } from "node:zlib";
import { StreamError } from "../errors.ts";
import { contentMemory } from "./simd/memory.ts";
import { readSizedPayload, type ZstdFrame, type ZstdPayload } from "./zstd_frame.ts";

/**
 * Decompresses one whole frame of a payload into a part of a block.
 *
 * @returns The number of bytes written.
 * @throws {Error} The frame is damaged or has more content than `roomBytes`.
 */
type Inflate = (
  payload: Uint8Array,
  frame: ZstdFrame,
  block: Uint8Array,
  at: number,
  roomBytes: number,
) => number;

const FIRST_BYTES = 65_536;

/** {@linkcode PROBE_TEXT} in one frame with a compressed block. */
const PROBE_FRAME = new Uint8Array(
  [40, 181, 47, 253, 32, 16, 85, 0, 0, 32, 97, 49, 50, 32, 1, 0, 115, 142, 8],
);
const PROBE_TEXT = "a12 a12 a12 a12 ";

let output: Uint8Array<ArrayBuffer> | undefined;
let inflateChosen: Inflate | undefined;
let kind: InflateKind | undefined;

/** How frames are decompressed. */
export type InflateKind = "handle" | "documented";

/** Chooses how frames are decompressed at the first call. */
export function inflateKind(): InflateKind {
  if (kind === undefined) useInflate("handle");
  return kind!;
}

/** @param wanted `handle` becomes `documented` where the handle does not work. */
export function useInflate(wanted: InflateKind): void {
  const handle = wanted === "handle" ? openHandle() : undefined;
  inflateChosen = handle ?? inflateDocumented;
  kind = handle === undefined ? "documented" : "handle";
}

/**
 * Decompresses a payload of a known size. Its memory is kept, so `inflatePieces` is for content of more
 * than `MAX_WHOLE_DRAW_BYTES`.
 *
 * @param payload zstd frames; borrowed for the call.
 * @param sizeBytes The size that the content must have, at least 1.
 * @returns The content, valid until the next call.
 * @throws {StreamError} `bad-zstd`, `zstd-size`, `zstd-truncated` or `memory-limit`.
 */
export function inflate(payload: Uint8Array, sizeBytes: number): Uint8Array {
  const content = inflateFrames(payload, readSizedPayload(payload, sizeBytes), sizeBytes);
  if (content.length !== sizeBytes) {
    throw new StreamError("bad-zstd", `the frames gave ${content.length} of ${sizeBytes} bytes`);
  }
  return content;
}

/**
 * Decompresses the frames of a payload.
 *
 * @param payload Borrowed for the call.
 * @returns The content, valid until the next call.
 * @throws {StreamError} `bad-zstd`, also for content of more than `limitBytes`; `memory-limit`.
 */
export function inflateFrames(
  payload: Uint8Array,
  { frames }: ZstdPayload,
  limitBytes: number,
): Uint8Array {
  if (inflateChosen === undefined) useInflate("handle");
  const block = outputBlock(limitBytes);
  let at = 0;
  for (const frame of frames) {
    try {
      at += inflateChosen!(payload, frame, block, at, limitBytes - at);
    } catch (cause) {
      throw new StreamError(
        "bad-zstd",
        `a zstd frame is damaged or holds more than ${limitBytes - at} bytes`,
        { cause },
      );
    }
  }
  return block.subarray(0, at);
}

const inflateDocumented: Inflate = (payload, { start, end }, block, at, roomBytes) => {
  const content = zstdDecompressSync(payload.subarray(start, end), {
    chunkSize: Math.max(roomBytes + 1, 64),
    maxOutputLength: Math.max(roomBytes, 1),
  });
  if (content.length > roomBytes) throw new Error(`${content.length} bytes for ${roomBytes}`);
  block.set(content, at);
  return content.length;
};

/**
 * Memory for a content, where the vector loops read it unless it is too large.
 *
 * @returns At least `sizeBytes`, which each content is written to anew.
 * @throws {StreamError} `memory-limit`.
 */
export function outputBlock(sizeBytes: number): Uint8Array {
  const shared = contentMemory();
  if (shared !== undefined && shared.length >= sizeBytes) return shared;
  if (output !== undefined && output.length >= sizeBytes) return output;
  try {
    return output = new Uint8Array(Math.max(sizeBytes, FIRST_BYTES));
  } catch (cause) {
    throw new StreamError("memory-limit", `the machine cannot allocate ${sizeBytes} bytes`, {
      cause,
    });
  }
}

/** The used part of the native zlib handle of Node and Deno. */
interface NativeHandle {
  reset(): void;
  close(): void;
  writeSync(
    flush: number,
    input: Uint8Array,
    inputAt: number,
    inputBytes: number,
    output: Uint8Array,
    outputAt: number,
    outputBytes: number,
  ): void;
  onerror: (message: string) => void;
}

/** A native decompression and what its last call left: bytes of room in the output, then of input. */
export interface NativeStream {
  readonly _handle: NativeHandle;
  readonly _writeState: Uint32Array;
}

/** Opens a native decompression; without the handle its parts are `undefined`. */
export function openNative(params: ZstdOptions["params"] = {}): NativeStream {
  return createZstdDecompress({ chunkSize: 64, params }) as unknown as NativeStream;
}

function openHandle(): Inflate | undefined {
  try {
    const { _handle: handle, _writeState: state }: Partial<NativeStream> = openNative();
    if (handle === undefined || state === undefined) return undefined;
    let fault: string | undefined;
    handle.onerror = (message) => fault = message;
    const inflateHandle: Inflate = (payload, { start, end }, block, at, roomBytes) => {
      fault = undefined;
      handle.reset();
      handle.writeSync(constants.ZSTD_e_end, payload, start, end - start, block, at, roomBytes);
      if (fault !== undefined) throw new Error(fault);
      const [outputLeft, inputLeft] = state;
      if (inputLeft !== 0) throw new Error(`${inputLeft} bytes were not read`);
      return roomBytes - outputLeft!;
    };
    return works(inflateHandle) ? inflateHandle : undefined;
  } catch {
    return undefined;
  }
}

/** Tries a good frame, a damaged one and the good one again. */
function works(inflateHandle: Inflate): boolean {
  const inflateProbe = (payload: Uint8Array) => {
    const block = new Uint8Array(PROBE_TEXT.length);
    const frame = { start: 0, end: payload.length };
    return block.subarray(0, inflateHandle(payload, frame, block, 0, block.length));
  };
  const gives = () => {
    const content = inflateProbe(PROBE_FRAME);
    return content.length === PROBE_TEXT.length &&
      content.every((byte, at) => byte === PROBE_TEXT.charCodeAt(at));
  };
  if (!gives()) return false;
  try {
    inflateProbe(PROBE_FRAME.with(6, 0xff));
    return false;
  } catch {
    return gives();
  }
}
