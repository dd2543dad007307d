/**
 * The WebAssembly module and its memory.
 *
 * The memory has its final size from the start: a view of it would be detached by growth, also
 * while a socket reads into it. It is address space, not memory: pages that were never touched
 * cost nothing.
 *
 * @module
 */

import { ARENA_END } from "./memory_map.ts";
import { WASM } from "./wasm_bytes.ts";

/** What `assembly/index.ts` exports; addresses are offsets in the memory. */
export interface SimdExports {
  /** Starts cipher and MAC with the key material at KEY, MAC_KEY and NONCE, and wipes it there. */
  install(slot: number): void;
  /** Overwrites everything that follows from the keys. */
  wipe(slot: number): void;
  /** Feeds the MAC. */
  absorb(slot: number, data: number, length: number): void;
  /** Applies the key stream in place. */
  apply(slot: number, data: number, length: number): void;
  /** Decrypts 16 bytes ahead to SLOT_PEEKED of the slot. */
  peek(slot: number, data: number): void;
  /** Compares the tag of all that was absorbed; 16 bytes at `tag` are read. */
  verify(slot: number, tag: number, tagLength: number): number;
  /** Writes the tag of all that was absorbed. */
  sign(slot: number, tag: number, tagLength: number): void;
  /** Absorbs, verifies and, when the tag is right, decrypts in place. */
  open(slot: number, data: number, length: number, tag: number, tagLength: number): number;
  /** Opens equal packets that lie one behind the other; gives how many, as `Opener.openRun`. */
  openRun(
    slot: number,
    data: number,
    count: number,
    size: number,
    kindAt: number,
    kind: number,
  ): number;
  /** Encrypts in place, absorbs and signs. */
  seal(slot: number, data: number, length: number, tag: number, tagLength: number): void;
}

/** An instance and its memory. */
export interface SimdModule {
  /** The functions. */
  readonly exports: SimdExports;
  /** All of the memory; never detached. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const PAGE_BYTES = 65_536;
/** Kernels read up to five chunks behind the data that they are given, and use none of it. */
const OVERREAD_BYTES = 8_192;

let loaded: SimdModule | undefined;
let tried = false;

/**
 * Makes the instance on the first call.
 *
 * @returns It, or `undefined` where WebAssembly, its vector instructions or address space are missing.
 */
export function loadModule(): SimdModule | undefined {
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

function instantiate(): SimdModule {
  const pages = Math.ceil((ARENA_END + OVERREAD_BYTES) / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const module = new WebAssembly.Module(Uint8Array.fromBase64(WASM));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return {
    exports: exports as unknown as SimdExports,
    bytes: new Uint8Array(memory.buffer) as Uint8Array<ArrayBuffer>,
  };
}
