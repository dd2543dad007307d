/**
 * WebAssembly modules with a memory of a fixed size.
 *
 * @module
 */

/** An instance and its memory. */
export interface WasmModule<E> {
  /** The functions. */
  readonly exports: E;
  /** All of the memory; never detached, as it never grows. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const PAGE_BYTES = 65_536;

/**
 * Makes an instance when it is first asked for.
 *
 * @param base64 The module, which imports `env.memory` alone.
 * @param memoryBytes What its memory holds, rounded up to whole pages.
 * @returns Gives the one instance, or `undefined` where WebAssembly, its vector instructions or address
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
      // Any reason for which this fails is a reason to use the plain-TypeScript twin.
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
