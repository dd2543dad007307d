// All implementations of the provider: plain TypeScript, the SIMD module on copies, and in place.

import assert from "node:assert/strict";
import { LARGE_BLOCK_BYTES } from "../../../lib/bytes/receive_buffer.ts";
import type { CryptoProvider } from "../../../lib/crypto/provider.ts";
import { LARGE_ARENA, loadModule } from "../../../lib/crypto/simd/module.ts";
import { simdProvider } from "../../../lib/crypto/simd/provider.ts";
import { typescriptProvider } from "../../../lib/crypto/typescript.ts";

/** One of them. */
export interface Implementation {
  readonly name: string;
  readonly provider: CryptoProvider;
  /** Copies bytes to where this implementation takes packets; valid until the next call. */
  readonly place: (bytes: Uint8Array) => Uint8Array;
}

const simd = simdProvider();
assert.ok(simd, "the SIMD module runs");
const memory = loadModule()!.bytes;
// In the last blocks of the arena, which no test fills, and at an odd address.
const at = LARGE_ARENA + 200 * LARGE_BLOCK_BYTES + 5;

export const implementations: readonly Implementation[] = [
  { name: "typescript", provider: typescriptProvider, place: (bytes) => bytes.slice() },
  { name: "simd", provider: simd, place: (bytes) => bytes.slice() },
  {
    name: "simd in place",
    provider: simd,
    place: (bytes) => {
      const view = memory.subarray(at, at + bytes.length);
      view.set(bytes);
      return view;
    },
  },
];
