/**
 * The WebAssembly module: its functions and the layout of its memory.
 *
 * The memory has its final size from the start, because growth would detach every view of it, also
 * while a socket reads into one. It is address space only: untouched pages cost nothing.
 *
 * @module
 */

import { LARGE_BLOCK_BYTES, SMALL_BLOCK_BYTES } from "../../bytes/receive_buffer.ts";
import { type WasmModule, wasmModule } from "../../bytes/wasm.ts";
import { MAX_CLIENTS, MAX_UNAUTHENTICATED } from "../../limits.ts";
import { WASM } from "./wasm_bytes.ts";

// Addresses that `assembly/layout.ts` has too. Behind KEY, MAC_KEY and NONCE are the arguments of
// `install`; TAG is for a tag that is copied in or out.
export const KEY = 1_024;
export const MAC_KEY = 1_056;
export const NONCE = 1_088;
export const TAG = 1_104;

/** Packets outside this memory are copied here; data packets of full length fit. */
export const COPY = 4_096;
export const COPY_BYTES = 68 * 1_024;

const CONNECTIONS = MAX_CLIENTS + MAX_UNAUTHENTICATED;
const PAGE_BYTES = 4_096;

/** The slots: each holds the state of one direction of one connection. */
export const SLOTS: number = COPY + COPY_BYTES;
export const SLOT_BYTES = 2_624;
export const SLOT_COUNT: number = 2 * CONNECTIONS;
/** Offset in a slot of the 16 bytes that `peek` decrypted. */
export const SLOT_PEEKED = 2_576;

/** The small receive blocks, one for each connection. */
export const SMALL_ARENA: number = Math.ceil((SLOTS + SLOT_COUNT * SLOT_BYTES) / PAGE_BYTES) *
  PAGE_BYTES;
export const SMALL_BLOCKS: number = CONNECTIONS;
/** The large receive blocks, enough for the connections whose bytes arrive within one turn. */
export const LARGE_ARENA: number = SMALL_ARENA + SMALL_BLOCKS * SMALL_BLOCK_BYTES;
export const LARGE_BLOCKS = 256;

/** The end of everything above. */
export const ARENA_END: number = LARGE_ARENA + LARGE_BLOCKS * LARGE_BLOCK_BYTES;

/** What `assembly/index.ts` exports; slots, data and tags are addresses. */
export interface SimdExports {
  /** Starts cipher and MAC with the arguments at KEY, MAC_KEY and NONCE, and wipes those. */
  install(slot: number): void;
  wipe(slot: number): void;
  absorb(slot: number, data: number, length: number): void;
  /** Encrypts or decrypts in place. */
  apply(slot: number, data: number, length: number): void;
  /** Decrypts 16 bytes to SLOT_PEEKED of the slot. */
  peek(slot: number, data: number): void;
  /** Compares the tag of everything absorbed; reads 16 bytes at `tag`. */
  verify(slot: number, tag: number, tagLength: number): number;
  /** Writes the tag of everything absorbed. */
  sign(slot: number, tag: number, tagLength: number): void;
  /** Absorbs, verifies and, if the tag is right, decrypts in place. */
  open(slot: number, data: number, length: number, tag: number, tagLength: number): number;
  /** `Opener.openRun`, with `data` at the first tag. */
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

export type SimdModule = WasmModule<SimdExports>;

/** Kernels read up to four chunks after the data and ignore them. */
const OVERREAD_BYTES = 8_192;

/** Returns the one instance, or `undefined` where it does not run. */
export const loadModule: () => SimdModule | undefined = wasmModule(
  WASM,
  ARENA_END + OVERREAD_BYTES,
);
