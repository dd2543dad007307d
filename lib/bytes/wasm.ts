/**
 * Loads embedded WebAssembly modules, each with a memory of fixed size.
 *
 * @module
 */

/** An instance and its memory. */
export interface WasmModule<E> {
  readonly exports: E;
  /** The whole memory; never detached, as it never grows. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const PAGE_BYTES = 65_536;

/**
 * Returns a loader that instantiates the module at its first call and caches the instance.
 *
 * @param base64 A module that imports `env.memory` alone.
 * @param memoryBytes Rounded up to whole pages.
 * @returns The loader; it returns `undefined` where WebAssembly, its vector instructions or address
 *   space are missing.
 */
export function wasmModule<E>(
  base64: string,
  memoryBytes: number,
): () => WasmModule<E> | undefined {
  let loaded: WasmModule<E> | undefined;
  let tried = false;
  return () => {
    if (tried) return loaded;
    tried = true;
    try {
      loaded = instantiate(base64, Math.ceil(memoryBytes / PAGE_BYTES));
    } catch {
      // Whatever is missing, the plain-TypeScript implementation does the work.
    }
    return loaded;
  };
}

function instantiate<E>(base64: string, pages: number): WasmModule<E> {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const module = new WebAssembly.Module(Uint8Array.fromBase64(base64));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return {
    exports: exports as E,
    bytes: new Uint8Array(memory.buffer as ArrayBuffer),
  };
}
