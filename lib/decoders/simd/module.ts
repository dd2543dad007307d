/**
 * The WebAssembly module of the pixel loops and its memory.
 *
 * The memory has a fixed size, for one strip of pixels. Callers copy each strip in and out; it stays
 * in the processor's cache, and the copies cost less than the vector instructions save.
 *
 * @module
 */

import { type WasmModule, wasmModule } from "../../bytes/wasm.ts";
import { WASM } from "./wasm_bytes.ts";

/** @param source And `target`: offsets in the memory. */
export type StripLoop = (source: number, target: number, count: number) => void;

/** The exports of `assembly/index.ts`; `xorRgb` leaves alpha as it is. */
export interface PixelExports {
  readonly expandRgb565: StripLoop;
  readonly expandRgb: StripLoop;
  readonly xorRgb: StripLoop;
}

export interface PixelModule extends WasmModule<PixelExports> {
  /** The same memory as words. */
  readonly words: Int32Array<ArrayBuffer>;
}

/** The most pixels of one call; a multiple of the 16 pixels of one iteration of the loops. */
export const STRIP_PIXELS = 16_384;
/** The offset of a strip of packed pixels. */
export const SOURCE = 1_024;
/** The offset of the strip of RGBA. The gap is for the bytes that a loop reads beyond its source. */
export const TARGET: number = SOURCE + STRIP_PIXELS * 3 + 64;

const instance = wasmModule<PixelExports>(WASM, TARGET + STRIP_PIXELS * 4);
let loaded: PixelModule | undefined;

/** @returns The one instance; `undefined` where WebAssembly does not run. */
export function loadModule(): PixelModule | undefined {
  if (loaded === undefined) {
    const module = instance();
    if (module !== undefined) loaded = { ...module, words: new Int32Array(module.bytes.buffer) };
  }
  return loaded;
}
