/**
 * The WebAssembly module of the pixel loops and its memory.
 *
 * The memory holds one strip of pixels and never grows: callers copy a strip in and out, which
 * stays in the processor's cache and costs less than the vector instructions save.
 *
 * @module
 */

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
export interface PixelModule {
  /** The functions. */
  readonly exports: PixelExports;
  /** All of the memory; never detached. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory as words. */
  readonly words: Int32Array<ArrayBuffer>;
}

/** Most pixels of one call; a multiple of the 16 that a turn of the loops takes. */
export const STRIP_PIXELS = 16_384;
/** Where a strip of packed pixels is copied to. */
export const SOURCE = 1_024;
/** Where the strip of RGBA is, behind the few bytes that a loop reads too many. */
export const TARGET: number = SOURCE + STRIP_PIXELS * 3 + 64;

const PAGE_BYTES = 65_536;
const PAGES = Math.ceil((TARGET + STRIP_PIXELS * 4) / PAGE_BYTES);

let loaded: PixelModule | undefined;
let tried = false;

/**
 * Makes the instance on the first call.
 *
 * @returns It, or `undefined` where WebAssembly or its vector instructions are missing.
 */
export function loadModule(): PixelModule | undefined {
  if (!tried) {
    tried = true;
    try {
      loaded = instantiate();
    } catch {
      // Any reason for which this fails is a reason to use the plain-TypeScript twin.
    }
  }
  return loaded;
}

function instantiate(): PixelModule {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const module = new WebAssembly.Module(Uint8Array.fromBase64(WASM));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const buffer = memory.buffer as ArrayBuffer;
  return {
    exports: exports as unknown as PixelExports,
    bytes: new Uint8Array(buffer),
    words: new Int32Array(buffer),
  };
}
