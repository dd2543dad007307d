/**
 * The WebAssembly module of the pixel loops and its memory.
 *
 * The memory holds one strip of pixels and never grows: callers copy a strip in and out, which
 * stays in the processor's cache and costs less than the vector instructions save.
 *
 * @module
 */

import { type WasmModule, wasmModule } from "../../bytes/wasm.ts";
import { WASM } from "./wasm_bytes.ts";

/** A loop of `assembly/index.ts`; `source` and `target` are offsets in the memory. */
export type StripLoop = (source: number, target: number, count: number) => void;

/** What `assembly/index.ts` exports. */
export interface PixelExports {
  /** RGB565 to opaque RGBA. */
  readonly expandRgb565: StripLoop;
  /** RGB to opaque RGBA. */
  readonly expandRgb: StripLoop;
  /** XORs RGB onto RGBA, whose alpha stays. */
  readonly xorRgb: StripLoop;
}

/** An instance and its memory. */
export interface PixelModule extends WasmModule<PixelExports> {
  /** The same memory as words. */
  readonly words: Int32Array<ArrayBuffer>;
}

/** Most pixels of one call; a multiple of the 16 that a turn of the loops takes. */
export const STRIP_PIXELS = 16_384;
/** Where a strip of packed pixels is copied to. */
export const SOURCE = 1_024;
/** Where the strip of RGBA is, behind the few bytes that a loop reads too many. */
export const TARGET: number = SOURCE + STRIP_PIXELS * 3 + 64;

const instance = wasmModule<PixelExports>(WASM, TARGET + STRIP_PIXELS * 4);
let loaded: PixelModule | undefined;

/** Gives the one instance, or `undefined` where it does not run. */
export function loadModule(): PixelModule | undefined {
  if (loaded === undefined) {
    const module = instance();
    if (module !== undefined) loaded = { ...module, words: new Int32Array(module.bytes.buffer) };
  }
  return loaded;
}
