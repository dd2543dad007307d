/**
 * The WebAssembly module and its memory.
 *
 * The memory has its final size from the start: a view of it would be detached by growth, also
 * while a socket reads into it. It is address space, not memory: pages that were never touched
 * cost nothing.
 *
 * @module
 */

import { type WasmModule, wasmModule } from "../../bytes/wasm.ts";
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
export type SimdModule = WasmModule<SimdExports>;

/** Kernels read up to four chunks behind the data that they are given, and use none of it. */
const OVERREAD_BYTES = 8_192;

/** Gives the one instance, or `undefined` where it does not run. */
export const loadModule: () => SimdModule | undefined = wasmModule(
  WASM,
  ARENA_END + OVERREAD_BYTES,
);
