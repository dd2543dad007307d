// Every way to run the seam: the twin, the SIMD module on copies, and the SIMD module in place.

import assert from "node:assert/strict";
import type { CryptoProvider } from "../../../lib/crypto/provider.ts";
import { LARGE_ARENA, LARGE_BLOCK_BYTES } from "../../../lib/crypto/simd/memory_map.ts";
import { loadModule } from "../../../lib/crypto/simd/module.ts";
import { simdProvider } from "../../../lib/crypto/simd/provider.ts";
import { typescriptProvider } from "../../../lib/crypto/typescript.ts";

/** One way to run the seam. */
export interface Implementation {
  readonly name: string;
  readonly provider: CryptoProvider;
  /** A copy of bytes where this way wants packets; one packet at a time. */
  readonly place: (bytes: Uint8Array) => Uint8Array;
}

const simd = simdProvider();
assert.ok(simd, "the SIMD module runs wherever the tests do");
const memory = loadModule()!.bytes;
// Where nobody else's blocks are, and at an odd address: the last blocks of the arena.
const at = LARGE_ARENA + 200 * LARGE_BLOCK_BYTES + 5;

/** All of them. */
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
