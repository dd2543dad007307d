/**
 * The inner loops of `../pixels.ts` with vector instructions. Those of `../pixels.ts` do the work for
 * few pixels, and where WebAssembly is missing.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import * as twin from "../pixels.ts";
import { BLOCK_PIXELS, ZEROS } from "../pixels.ts";
import {
  loadModule,
  type PixelModule,
  SOURCE,
  STRIP_PIXELS,
  type StripLoop,
  TARGET,
} from "./module.ts";

/** Below this count the copies and the call cost more than they save. */
const LEAST_PIXELS = 384;

function moduleFor(count: number): PixelModule | undefined {
  return count < LEAST_PIXELS ? undefined : loadModule();
}

/** Converts all of `source` into words, whatever the target has. */
function expand(
  { bytes, words }: PixelModule,
  loop: StripLoop,
  source: Uint8Array,
  target: Int32Array,
  at: number,
  count: number,
): void {
  const pixelBytes = source.length / count;
  for (let done = 0; done < count; done += STRIP_PIXELS) {
    const strip = Math.min(STRIP_PIXELS, count - done);
    bytes.set(source.subarray(done * pixelBytes, (done + strip) * pixelBytes), SOURCE);
    loop(SOURCE, TARGET, strip);
    target.set(words.subarray(TARGET >> 2, (TARGET >> 2) + strip), at + done);
  }
}

/** XORs the pixels of `source` from `from` onto the words from `at` to `end`. */
function xor(
  { bytes, words, exports }: PixelModule,
  source: Uint8Array,
  from: number,
  target: Int32Array,
  at: number,
  end: number,
): void {
  while (at < end) {
    const stop = Math.min(end, at + STRIP_PIXELS);
    const sourceEnd = from + (stop - at) * 3;
    bytes.set(source.subarray(from, sourceEnd), SOURCE);
    words.set(target.subarray(at, stop), TARGET >> 2);
    exports.xorRgb(SOURCE, TARGET, stop - at);
    target.set(words.subarray(TARGET >> 2, (TARGET >> 2) + stop - at), at);
    at = stop;
    from = sourceEnd;
  }
}

export const expandRgb: typeof twin.expandRgb = (source, from, target, at, count) => {
  const module = moduleFor(count);
  if (module === undefined) return twin.expandRgb(source, from, target, at, count);
  const packed = source.bytes.subarray(from, from + count * 3);
  expand(module, module.exports.expandRgb, packed, target, at, count);
};

export const expandRgb565: typeof twin.expandRgb565 = (source, from, target, at, count) => {
  const module = moduleFor(count);
  if (module === undefined) return twin.expandRgb565(source, from, target, at, count);
  const packed = new Uint8Array(source.buffer, source.byteOffset + from * 2, count * 2);
  expand(module, module.exports.expandRgb565, packed, target, at, count);
};

export const xorRgbSparse: typeof twin.xorRgbSparse = (source, from, target, at, count) => {
  const module = moduleFor(count);
  if (module === undefined) return twin.xorRgbSparse(source, from, target, at, count);
  const { bytes } = source;
  const native = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = at + count;
  // Changed blocks are gathered: one call for many of them costs less than a call for each.
  let changed = at;
  for (let block = at, start = from; end - block >= BLOCK_PIXELS; start += ZEROS.length) {
    const isZero = native.compare(ZEROS, 0, ZEROS.length, start, start + ZEROS.length) === 0;
    if (isZero) xor(module, bytes, from + (changed - at) * 3, target, changed, block);
    block += BLOCK_PIXELS;
    if (isZero) changed = block;
  }
  xor(module, bytes, from + (changed - at) * 3, target, changed, end);
};
