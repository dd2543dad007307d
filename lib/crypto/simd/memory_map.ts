/**
 * Where things are in the memory of the WebAssembly module, as in `assembly/layout.ts`.
 *
 * @module
 */

import { MAX_CLIENTS, MAX_UNAUTHENTICATED } from "../../limits.ts";

/** The key of {@linkcode SimdExports.install}, 32 bytes. */
export const KEY = 1_024;
/** The MAC key of it, 32 bytes. */
export const MAC_KEY = 1_056;
/** The nonce of it, 8 bytes. */
export const NONCE = 1_088;
/** A tag that is copied in or out, 16 bytes. */
export const TAG = 1_104;

/** Packets that are not in this memory are copied here, whole up to a data packet of full length. */
export const COPY = 4_096;
/** Length of that, in bytes. */
export const COPY_BYTES = 68 * 1_024;

const CONNECTIONS = MAX_CLIENTS + MAX_UNAUTHENTICATED;

/** The states of the directions of all connections. */
export const SLOTS: number = COPY + COPY_BYTES;
/** Length of one, in bytes. */
export const SLOT_BYTES = 2_624;
/** How many there are: two for each connection. */
export const SLOT_COUNT: number = 2 * CONNECTIONS;
/** Offset in a slot of the 16 bytes that were decrypted ahead. */
export const SLOT_PEEKED = 2_576;

/** Length of a receive block of a quiet connection, in bytes. */
export const SMALL_BLOCK_BYTES = 4_096;
/** How many there are: one for each connection. */
export const SMALL_BLOCKS: number = CONNECTIONS;
/** Length of a receive block of a busy connection, in bytes. */
export const LARGE_BLOCK_BYTES = 262_144;
/** How many there are: enough for those whose bytes arrive within one turn. */
export const LARGE_BLOCKS = 256;

/** The small receive blocks, at a page of the processor. */
export const SMALL_ARENA: number = Math.ceil((SLOTS + SLOT_COUNT * SLOT_BYTES) / 4_096) * 4_096;
/** The large receive blocks. */
export const LARGE_ARENA: number = SMALL_ARENA + SMALL_BLOCKS * SMALL_BLOCK_BYTES;
/** The first byte behind everything. */
export const ARENA_END: number = LARGE_ARENA + LARGE_BLOCKS * LARGE_BLOCK_BYTES;
