import assert from "node:assert/strict";
import { inflateRawSync } from "node:zlib";
import { compress } from "../../../../lib/web/views/compress.ts";
import { CODEC } from "../../../../lib/web/views/protocol.ts";
import { noise } from "../../decoders/frames.ts";

const [WIDTH, HEIGHT] = [300, 200];
const stride = WIDTH * 3;

/** Slopes with a little noise, as in photos. */
function photo(): Uint8Array<ArrayBuffer> {
  const grain = noise(WIDTH * HEIGHT * 3);
  return grain.map((byte, at) => at % stride / 9 + Math.floor(at / stride) / 2 + (byte & 7));
}

/** Lines of text on one colour. */
function desktop(): Uint8Array<ArrayBuffer> {
  const ink = noise(WIDTH * HEIGHT);
  return new Uint8Array(WIDTH * HEIGHT * 3).map((_, at) => {
    const [y, x] = [Math.floor(at / stride), Math.floor(at % stride / 3)];
    return y % 16 < 10 && ink[(y >> 2) * 8 + (x >> 3)]! < 90 ? 20 : 240;
  });
}

Deno.test("desktops are compressed on every line, photos on slow ones, noise on none", () => {
  const codecs = (bytes: Uint8Array<ArrayBuffer>) =>
    [true, false].map((isFast) => compress({ bytes, stride, isFast }).codec);
  assert.deepEqual(codecs(desktop()), [CODEC.deflate, CODEC.deflate]);
  assert.deepEqual(codecs(photo()), [CODEC.raw, CODEC.deflateUp]);
  assert.deepEqual(codecs(noise(WIDTH * HEIGHT * 3)), [CODEC.raw, CODEC.raw]);
  // So little that a look at a sample would cost as much.
  assert.deepEqual(codecs(noise(stride)), [CODEC.raw, CODEC.raw]);
  assert.deepEqual(codecs(Uint8Array.of(1, 2, 3)), [CODEC.raw, CODEC.raw]);
});

Deno.test("compressed pixels come out as they went in, rows added to those above", () => {
  for (const [bytes, codec] of [[desktop(), CODEC.deflate], [photo(), CODEC.deflateUp]] as const) {
    const packed = compress({ bytes: bytes.slice(), stride, isFast: false });
    assert.equal(packed.codec, codec);
    assert(packed.bytes.length < bytes.length * 0.9);
    const unpacked = new Uint8Array(inflateRawSync(packed.bytes));
    if (codec === CODEC.deflateUp) {
      for (let at = stride; at < unpacked.length; at++) unpacked[at]! += unpacked[at - stride]!;
    }
    assert.deepEqual(unpacked, bytes);
  }
});
