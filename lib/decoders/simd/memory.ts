/**
 * The memory that the vector loops of `pixels.wat` work in, without copies in or out.
 *
 * One memory has the unpacked content of the frame that is being drawn. Each large canvas has a memory of
 * its own, with an instance of the module that joins the two. Such a memory never grows, so that no view
 * of it is detached. `MemoryBudget` counts what is in use.
 *
 * Memories that are given back are used again, because the garbage collector frees them late. Those that
 * a reader has seen are not: the reader may still hold the picture.
 *
 * @module
 */

import {
  MAX_DROPPED_PIXEL_BYTES,
  MAX_FREE_PIXEL_BYTES,
  MAX_WHOLE_DRAW_BYTES,
} from "../../limits.ts";
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

/** The memory of a canvas. */
interface CanvasMemory {
  readonly buffer: ArrayBuffer;
  readonly loops: VectorLoops;
  isSeen: boolean;
}

/** The memories in use, by their buffers. */
const inUse = new WeakMap<ArrayBufferLike, CanvasMemory>();
/** The memories for the next canvases, the one that was given back last at the end. */
const free: CanvasMemory[] = [];
let freeBytes = 0;
/** Bytes of memories that nothing uses and the garbage collector has not freed. */
let droppedBytes = 0;
const freed = new FinalizationRegistry<number>((sizeBytes) => void (droppedBytes -= sizeBytes));

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
  const pages = sizeBytes / PAGE_BYTES;
  return new WebAssembly.Memory({ initial: pages, maximum: pages });
}

/** Rounds up to one of four sizes between a power of two and the next, for memories that fit others too. */
function roundedBytes(sizeBytes: number): number {
  const step = Math.max(PAGE_BYTES, 2 ** (Math.floor(Math.log2(sizeBytes)) - 2));
  return Math.ceil(sizeBytes / step) * step;
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
 * @returns Zeros; its buffer may be longer. Give it back with {@linkcode freePixels}.
 * @throws {RangeError} The machine has too little memory.
 */
export function allocatePixels(sizeBytes: number): Uint8Array<ArrayBuffer> {
  const memory = sizeBytes < LEAST_BYTES ? undefined : takeMemory(roundedBytes(sizeBytes));
  if (memory === undefined) return new Uint8Array(sizeBytes);
  inUse.set(memory.buffer, memory);
  return new Uint8Array(memory.buffer, 0, sizeBytes);
}

function takeMemory(sizeBytes: number): CanvasMemory | undefined {
  const index = free.findLastIndex(({ buffer }) => buffer.byteLength === sizeBytes);
  if (index >= 0) {
    const [memory] = free.splice(index, 1);
    freeBytes -= sizeBytes;
    new Uint8Array(memory!.buffer).fill(0);
    return memory;
  }
  if (droppedBytes > MAX_DROPPED_PIXEL_BYTES) return undefined;
  const shared = load();
  if (shared === undefined) return undefined;
  try {
    const canvas = memoryOf(sizeBytes);
    const env = { content: shared.content, canvas };
    const { exports } = new WebAssembly.Instance(shared.module, { env });
    const loops = exports as unknown as VectorLoops;
    return { buffer: canvas.buffer as ArrayBuffer, loops, isSeen: false };
  } catch {
    return undefined; // The machine has no address space for another one.
  }
}

/** Takes back what {@linkcode allocatePixels} gave; nothing may write to it any more. */
export function freePixels(pixels: Uint8Array): void {
  const memory = inUse.get(pixels.buffer);
  if (memory === undefined) return;
  inUse.delete(memory.buffer);
  if (memory.isSeen) return drop(memory);
  free.push(memory);
  freeBytes += memory.buffer.byteLength;
  while (freeBytes > MAX_FREE_PIXEL_BYTES) {
    const oldest = free.shift()!;
    freeBytes -= oldest.buffer.byteLength;
    drop(oldest);
  }
}

function drop({ buffer }: CanvasMemory): void {
  droppedBytes += buffer.byteLength;
  freed.register(buffer, buffer.byteLength);
}

/** Keeps the memory of pixels that a reader gets from being used again. */
export function markSeen(pixels: Uint8Array): void {
  const memory = inUse.get(pixels.buffer);
  if (memory !== undefined) memory.isSeen = true;
}

/** The loops that draw on pixels of {@linkcode allocatePixels}; `undefined` in ordinary memory. */
export function loopsOn(pixels: Uint8Array): VectorLoops | undefined {
  return inUse.get(pixels.buffer)?.loops;
}
