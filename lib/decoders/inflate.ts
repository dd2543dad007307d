/**
 * Decompresses one zstd frame into memory that is used again for the next one.
 *
 * The documented call of `node:zlib` makes a context, an options object and an output buffer every
 * time: 12 µs for a line of text and a third of the time of a large picture. The native handle
 * below it decodes into memory of the caller and keeps its context (0.5 µs). The handle is not part
 * of the documented interface, so it is tried on a known frame first, and the documented call
 * serves wherever the answer is not exactly right.
 *
 * @module
 */

import { constants, createZstdDecompress, zstdDecompressSync } from "node:zlib";
import { StreamError } from "../errors.ts";
import { checkZstdFrame } from "./zstd_frame.ts";

/** Gives the content of one whole frame, `sizeBytes` of it when all is well. */
type Inflate = (frame: Uint8Array, sizeBytes: number) => Uint8Array;

/**
 * The output block that is kept; holds a picture of 3840 x 2160. Larger ones are made each time and
 * freed at once, so that no more than one of them exists in the whole process.
 */
const KEEP_BYTES = 32 * 1024 * 1024;

const FIRST_BYTES = 65_536;

/** The content `a12 a12 a12 a12 ` in one frame, compressed so that the native code has work to do. */
const PROBE_FRAME = new Uint8Array(
  [40, 181, 47, 253, 32, 16, 85, 0, 0, 32, 97, 49, 50, 32, 1, 0, 115, 142, 8],
);
const PROBE_TEXT = "a12 a12 a12 a12 ";

let output: Uint8Array<ArrayBuffer> | undefined;
let large: Uint8Array<ArrayBuffer> | undefined;
let inflateChosen: Inflate | undefined;
let kind: InflateKind | undefined;

/** Which way the frames are decompressed. */
export type InflateKind = "handle" | "documented";

/**
 * Chooses the way on first use.
 *
 * @returns The way that is in use.
 */
export function inflateKind(): InflateKind {
  if (kind === undefined) useInflate("handle");
  return kind!;
}

/**
 * Switches the way that frames are decompressed; both give the same bytes.
 *
 * @param wanted The way to use; `handle` becomes `documented` where the handle does not work.
 */
export function useInflate(wanted: InflateKind): void {
  const handle = wanted === "handle" ? openHandle() : undefined;
  inflateChosen = handle ?? inflateDocumented;
  kind = handle === undefined ? "documented" : "handle";
}

/**
 * Decompresses one frame for content that is done with at once; memory of any size is free after.
 *
 * @param frame One whole zstd frame; borrowed.
 * @param sizeBytes The size that the content must have, at least 1.
 * @param use Takes exactly that many bytes, which are valid during the call alone.
 * @returns What `use` returns.
 * @throws {StreamError} `bad-zstd`, `zstd-size`, `zstd-truncated` or `memory-limit`, and what `use`
 * throws.
 */
export function withInflated<T>(
  frame: Uint8Array,
  sizeBytes: number,
  use: (content: Uint8Array) => T,
): T {
  try {
    return use(inflate(frame, sizeBytes));
  } finally {
    freeLarge();
  }
}

/**
 * Decompresses one frame.
 *
 * @param frame One whole zstd frame; borrowed.
 * @param sizeBytes The size that the content must have, at least 1.
 * @returns Exactly that many bytes, valid until the next call.
 * @throws {StreamError} `bad-zstd`, `zstd-size`, `zstd-truncated` or `memory-limit`.
 */
export function inflate(frame: Uint8Array, sizeBytes: number): Uint8Array {
  checkZstdFrame(frame, sizeBytes);
  if (inflateChosen === undefined) useInflate("handle");
  freeLarge();
  let content: Uint8Array;
  try {
    content = inflateChosen!(frame, sizeBytes);
  } catch (cause) {
    if (cause instanceof StreamError) throw cause;
    throw new StreamError("bad-zstd", "the zstd frame is damaged", { cause });
  }
  if (content.length !== sizeBytes) {
    throw new StreamError("bad-zstd", `the frame gave ${content.length} of ${sizeBytes} bytes`);
  }
  return content;
}

/** Frees a block that is too large to keep without waiting for the garbage collector. */
function freeLarge(): void {
  large?.buffer.transfer(0);
  large = undefined;
}

const inflateDocumented: Inflate = (frame, sizeBytes) =>
  zstdDecompressSync(frame, { chunkSize: Math.max(sizeBytes + 1, 64), maxOutputLength: sizeBytes });

function outputBlock(sizeBytes: number): Uint8Array {
  if (output !== undefined && output.length >= sizeBytes) return output;
  try {
    const block = new Uint8Array(Math.max(sizeBytes, FIRST_BYTES));
    if (sizeBytes <= KEEP_BYTES) output = block;
    else large = block;
    return block;
  } catch (cause) {
    throw new StreamError("memory-limit", `the machine has no ${sizeBytes} bytes left`, { cause });
  }
}

/** The part of the native zlib handle that is used, as Node and Deno have it. */
interface NativeHandle {
  reset(): void;
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

function openHandle(): Inflate | undefined {
  try {
    const stream = createZstdDecompress({ chunkSize: 64 }) as unknown as {
      _handle?: NativeHandle;
      _writeState?: Uint32Array;
    };
    const handle = stream._handle;
    const state = stream._writeState;
    if (handle === undefined || state === undefined) return undefined;
    let fault: string | undefined;
    handle.onerror = (message) => fault = message;
    const inflateHandle: Inflate = (frame, sizeBytes) => {
      const block = outputBlock(sizeBytes);
      fault = undefined;
      handle.reset();
      handle.writeSync(constants.ZSTD_e_end, frame, 0, frame.length, block, 0, sizeBytes);
      if (fault !== undefined) throw new Error(fault);
      const [outputLeft, inputLeft] = state;
      if (inputLeft !== 0) throw new Error(`${inputLeft} bytes were not read`);
      return block.subarray(0, sizeBytes - outputLeft!);
    };
    return works(inflateHandle) ? inflateHandle : undefined;
  } catch {
    return undefined;
  }
}

/** Tries good and damaged frames, so that neither a wrong result nor a missed fault goes by. */
function works(inflateHandle: Inflate): boolean {
  const gives = () => {
    const content = inflateHandle(PROBE_FRAME, PROBE_TEXT.length);
    return content.length === PROBE_TEXT.length &&
      content.every((byte, at) => byte === PROBE_TEXT.charCodeAt(at));
  };
  if (!gives()) return false;
  try {
    inflateHandle(PROBE_FRAME.with(6, 0xff), PROBE_TEXT.length);
    return false;
  } catch {
    return gives();
  }
}
