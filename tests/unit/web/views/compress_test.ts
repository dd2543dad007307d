import assert from "node:assert/strict";
import { inflateRawSync } from "node:zlib";
import { codecFor, compress } from "../../../../lib/web/views/compress.ts";
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

Deno.test("a sample decides: desktops, photos and noise are compressed as the line is", () => {
  const codecs = (bytes: Uint8Array) =>
    (["slow", "fast", "local"] as const).map((line) => codecFor(bytes, stride, line));
  const { raw, deflate, deflateUp } = CODEC;
  assert.deepEqual(codecs(desktop()), [deflate, deflate, raw]);
  assert.deepEqual(codecs(photo()), [deflateUp, raw, raw]);
  assert.deepEqual(codecs(noise(WIDTH * HEIGHT * 3)), [raw, raw, raw]);
  // So little that a look at a sample would cost as much.
  assert.deepEqual(codecs(noise(stride)), [deflate, deflate, raw]);
});

Deno.test("compressed pixels come out as they went in, and are never larger", () => {
  const { raw, deflate, deflateUp } = CODEC;
  for (const codec of [raw, deflate, deflateUp]) {
    for (const bytes of [desktop(), photo(), noise(stride), Uint8Array.of(1, 2, 3)]) {
      const packed = compress({ bytes: bytes.slice(), stride, codec });
      assert(
        packed.codec === codec || packed.codec === raw && packed.bytes.length === bytes.length,
      );
      assert(packed.bytes.length <= bytes.length);
      assert.deepEqual(unpack(packed), bytes);
    }
  }
});

function unpack({ codec, bytes }: { codec: number; bytes: Uint8Array }): Uint8Array {
  if (codec === CODEC.raw) return bytes;
  const unpacked = new Uint8Array(inflateRawSync(bytes));
  if (codec === CODEC.deflateUp) {
    for (let at = stride; at < unpacked.length; at++) unpacked[at]! += unpacked[at - stride]!;
  }
  return unpacked;
}
