/**
 * The memory that the vector loops of `pixels.wat` work in, without copies in or out.
 *
 * One memory has the unpacked content of the frame that is being drawn. Each large canvas has a memory of
 * its own, with an instance of the module that joins the two. Such a memory never grows, so a view of it
 * stays valid as long as its reader keeps it; and it is returned to the machine as a whole once nothing
 * refers to it, so there is nothing to fragment. What it may take in all is counted by `MemoryBudget`.
 *
 * @module
 */

import { MAX_WHOLE_DRAW_BYTES } from "../../limits.ts";
import { WASM } from "./wasm_bytes.ts";

/** Draws packed pixels of the content onto a region; see `pixels.wat`. */
export type VectorLoop = (
  source: number,
  target: number,
  width: number,
  height: number,
  stride: number,
) => void;

/** The exports of `pixels.wat`; `xorRgb` leaves alpha as it is. */
export interface VectorLoops {
  readonly expandRgb565: VectorLoop;
  readonly expandRgb: VectorLoop;
  readonly xorRgb: VectorLoop;
}

const PAGE_BYTES = 65_536;
/** The loops read a few bytes behind the content. */
const SLACK_BYTES = PAGE_BYTES;

/**
 * Smaller pictures are in ordinary memory: each memory takes 10 GiB of the address space of 128 TiB,
 * and with this bound a process has at most 4,096 of them within its budget.
 */
const LEAST_BYTES = 512 << 10;

interface Loaded {
  readonly module: WebAssembly.Module;
  readonly content: WebAssembly.Memory;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

let loaded: Loaded | undefined;
let isTried = false;

/** The loops by the memory of a canvas. */
const loopsByBuffer = new WeakMap<ArrayBufferLike, VectorLoops>();

function load(): Loaded | undefined {
  if (isTried) return loaded;
  isTried = true;
  try {
    const module = new WebAssembly.Module(Uint8Array.fromBase64(WASM));
    const content = memoryOf(MAX_WHOLE_DRAW_BYTES + SLACK_BYTES);
    const bytes = new Uint8Array(content.buffer as ArrayBuffer, 0, MAX_WHOLE_DRAW_BYTES);
    loaded = { module, content, bytes };
  } catch {
    // Whatever is missing, the plain-TypeScript implementation does the work.
  }
  return loaded;
}

function memoryOf(sizeBytes: number): WebAssembly.Memory {
  const pages = Math.ceil(sizeBytes / PAGE_BYTES);
  return new WebAssembly.Memory({ initial: pages, maximum: pages });
}

/**
 * The memory for the content of one frame. The machine gives only those pages of it that were written.
 *
 * @returns {@linkcode MAX_WHOLE_DRAW_BYTES}; `undefined` where WebAssembly or its parts are missing.
 */
export function contentMemory(): Uint8Array<ArrayBuffer> | undefined {
  return load()?.bytes;
}

/**
 * Allocates memory for pixels, in ordinary memory where the vector loops cannot have one.
 *
 * @returns Zeros; its buffer may be longer.
 * @throws {RangeError} The machine has too little memory.
 */
export function allocatePixels(sizeBytes: number): Uint8Array<ArrayBuffer> {
  const shared = sizeBytes < LEAST_BYTES ? undefined : load();
  if (shared === undefined) return new Uint8Array(sizeBytes);
  try {
    const canvas = memoryOf(sizeBytes);
    const env = { content: shared.content, canvas };
    const { exports } = new WebAssembly.Instance(shared.module, { env });
    loopsByBuffer.set(canvas.buffer, exports as unknown as VectorLoops);
    return new Uint8Array(canvas.buffer as ArrayBuffer, 0, sizeBytes);
  } catch {
    return new Uint8Array(sizeBytes);
  }
}

/** The loops that draw on pixels of {@linkcode allocatePixels}; `undefined` in ordinary memory. */
export function loopsOn(pixels: Uint8Array): VectorLoops | undefined {
  return loopsByBuffer.get(pixels.buffer);
}
