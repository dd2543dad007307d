import assert from "node:assert/strict";
import { unpack } from "../../../../lib/web/page/unpack.ts";
import { compress } from "../../../../lib/web/views/compress.ts";
import { CODEC } from "../../../../lib/web/views/protocol.ts";
import { pure } from "../../../support/pure.ts";
import { SeededRandom } from "../../../support/random.ts";

const [WIDTH, HEIGHT] = [40, 30];

/** Easy to compress by every codec: rows are alike. */
function picture(channels: number): Uint8Array<ArrayBuffer> {
  const random = new SeededRandom(3);
  const row = random.bytes(WIDTH * channels);
  return Uint8Array.from(
    { length: WIDTH * HEIGHT * channels },
    (_, at) => row[at % row.length]! + (Math.floor(at / row.length) >> 3) * 7,
  );
}

for (const [name, codec] of Object.entries(CODEC)) {
  for (const channels of [3, 4] as const) {
    pure(`pixels of ${channels} bytes that came as ${name} are what they were`, async () => {
      const bytes = picture(channels);
      const packed = compress({ bytes: bytes.slice(), stride: WIDTH * channels, codec });
      assert.equal(packed.codec, codec);
      const rgba = await unpack({
        surfaceWidth: WIDTH,
        surfaceHeight: HEIGHT,
        x: 0,
        y: 0,
        width: WIDTH,
        height: HEIGHT,
        channels,
        ...packed,
      });
      const expected = channels === 4
        ? bytes
        : Uint8Array.from({ length: WIDTH * HEIGHT * 4 }, (_, at) =>
          at % 4 === 3 ? 255 : bytes[(at >> 2) * 3 + at % 4]!);
      assert.deepEqual(Uint8Array.from(rgba), expected);
    });
  }
}
