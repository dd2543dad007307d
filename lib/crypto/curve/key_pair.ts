/**
 * A key pair and its agreement with a peer in one computation, in WebAssembly.
 *
 * The public key is the agreement with the base point. Both agreements go through the same steps, one in
 * each lane of a vector, and together take as long as one of them does by `node:crypto`.
 *
 * @module
 */

import { type WasmModule, wasmModule } from "../../bytes/wasm.ts";
import { KEY_BYTES } from "../provider.ts";
import { WASM } from "./simd/wasm_bytes.ts";

/** What `simd/assembly/index.ts` exports. */
interface PairExports {
  /** Whether the processor has the instruction on which the arithmetic rests. */
  isFused(): number;
  /** Computes RESULTS from SCALAR and POINTS, and wipes all else that depends on SCALAR. */
  agree(): void;
}

// Addresses that `simd/assembly/layout.ts` has too.
const SCALAR = 1_024;
const BASE_POINT = SCALAR + KEY_BYTES;
const PEER = BASE_POINT + KEY_BYTES;
const PUBLIC_KEY = PEER + KEY_BYTES;
const SHARED = PUBLIC_KEY + KEY_BYTES;
const MEMORY_BYTES = 8_192;

const load = wasmModule<PairExports>(WASM, MEMORY_BYTES);
let usable: WasmModule<PairExports> | null | undefined;

/** What comes of one private key and the public key of a peer, 32 bytes each. */
export interface KeyPair {
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** The agreement; the caller wipes it. Zero for a point of low order. */
  readonly shared: Uint8Array<ArrayBuffer>;
}

/**
 * Computes a public key and an agreement.
 *
 * @param raw The private key, 32 bytes, clamped or not.
 * @param peer The public key of the peer, 32 bytes; the top bit is ignored.
 * @returns `undefined` where the processor or WebAssembly lacks what is needed.
 */
export function computePair(raw: Uint8Array, peer: Uint8Array): KeyPair | undefined {
  if (usable === undefined) {
    const loaded = load();
    usable = loaded?.exports.isFused() === 1 ? loaded : null;
  }
  if (usable === null) return undefined;
  const { bytes, exports } = usable;
  bytes.set(raw, SCALAR);
  bytes.fill(0, BASE_POINT, PEER);
  bytes[BASE_POINT] = 9;
  bytes.set(peer, PEER);
  exports.agree();
  const publicKey = bytes.slice(PUBLIC_KEY, SHARED);
  const shared = bytes.slice(SHARED, SHARED + KEY_BYTES);
  bytes.fill(0, PUBLIC_KEY, SHARED + KEY_BYTES);
  return { publicKey, shared };
}
