/**
 * The pixels of rectangles, as they come.
 *
 * @module
 */

import { CODEC, type Rectangle } from "../views/protocol.ts";

/** The pixels as R, G, B, A bytes, row after row from the top. */
export async function unpack(rectangle: Rectangle): Promise<Uint8ClampedArray<ArrayBuffer>> {
  const { width, height, channels, codec, bytes } = rectangle;
  const plain = codec === CODEC.raw ? bytes : await inflate(bytes);
  if (codec === CODEC.deflateUp) addRows(plain, width * channels);
  const rgba = new Uint8ClampedArray(width * height * 4);
  if (channels === 4) rgba.set(plain.subarray(0, rgba.length));
  else addAlpha(plain, new Uint32Array(rgba.buffer));
  return rgba;
}

async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
    .pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Each row came as the difference to the row above it. */
function addRows(bytes: Uint8Array, rowBytes: number): void {
  for (let at = rowBytes; at < bytes.length; at++) bytes[at]! += bytes[at - rowBytes]!;
}

/** R, G, B to opaque pixels, as little-endian words. */
function addAlpha(rgb: Uint8Array, words: Uint32Array): void {
  for (let to = 0, from = 0; to < words.length; to++, from += 3) {
    words[to] = 0xff000000 | (rgb[from + 2]! << 16) | (rgb[from + 1]! << 8) | rgb[from]!;
  }
}
