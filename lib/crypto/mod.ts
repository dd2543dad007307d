/**
 * The choice of the symmetric cryptography and of the memory that goes with it.
 *
 * @module
 */

import type { CryptoProvider } from "./provider.ts";
import { SimdArena } from "./simd/arena.ts";
import { loadModule } from "./simd/module.ts";
import { simdProvider } from "./simd/provider.ts";
import { typescriptProvider } from "./typescript.ts";

/** The cryptography in use: `typescript` where SIMD does not run. */
export function cryptoName(): "simd" | "typescript" {
  return defaultProvider().name;
}

let arena: SimdArena | undefined;

/** The SIMD implementation, or the one in plain TypeScript where SIMD does not run. */
export function defaultProvider(): CryptoProvider {
  return simdProvider() ?? typescriptProvider;
}

/**
 * The one arena of this process: {@linkcode defaultProvider} decrypts in its blocks without a copy.
 *
 * @returns `undefined` where the SIMD module does not run.
 */
export function defaultArena(): SimdArena | undefined {
  const module = loadModule();
  if (module === undefined) return undefined;
  return arena ??= new SimdArena(module);
}
