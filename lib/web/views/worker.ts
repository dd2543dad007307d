/**
 * Compresses rectangles in a worker; `compressor.ts` has the other side.
 *
 * @module
 */

import { compress, type Compressed, type CompressTask } from "./compress.ts";

interface Scope {
  onmessage: (event: MessageEvent<CompressTask>) => void;
  postMessage(compressed: Compressed, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;

scope.onmessage = ({ data }) => {
  const { codec, bytes } = compress(data);
  // The memory of zlib may be larger than its result.
  const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
  scope.postMessage({ codec, bytes: own }, [own.buffer]);
};
