/**
 * The choice of symmetric cryptography.
 *
 * @module
 */

import type { CryptoProvider } from "./provider.ts";
import { SimdArena } from "./simd/arena.ts";
import { loadModule } from "./simd/module.ts";
import { simdProvider } from "./simd/provider.ts";
import { typescriptProvider } from "./typescript.ts";

let arena: SimdArena | undefined;

/**
 * Gives the fastest implementation that works here; the choice is made at the first call.
 *
 * @returns The SIMD module, or the plain-TypeScript twin where it does not run.
 */
export function defaultProvider(): CryptoProvider {
  return simdProvider() ?? typescriptProvider;
}

/**
 * Gives the arena whose blocks {@linkcode defaultProvider} decrypts without a copy.
 *
 * @returns The one arena of this process, or `undefined` where the SIMD module does not run.
 */
export function defaultArena(): SimdArena | undefined {
  const module = loadModule();
  if (module === undefined) return undefined;
  return arena ??= new SimdArena(module);
}
