import assert from "node:assert/strict";
import { CodedPictures } from "../../../../lib/decoders/h264/coded_pictures.ts";
import { MemoryBudget } from "../../../../lib/decoders/memory_budget.ts";
import { Surface } from "../../../../lib/decoders/surface.ts";
import { concat } from "../../../support/feed.ts";
import { grayPicture, keyUnit, nal, pps, sps } from "../../../support/h264.ts";
import { frameHeader } from "../frames.ts";

const pure = { permissions: "none" } as const;
const SMALL = { widthBlocks: 3, heightBlocks: 2 } as const;
const DECODER_BYTES = 16 << 20;

function unit(data: Uint8Array<ArrayBuffer>, width = 48, height = 32) {
  return { data, width, height };
}

Deno.test(
  "the decoder of a stream and its picture are counted until they are given back",
  pure,
  () => {
    const budget = new MemoryBudget();
    const pictures = new CodedPictures(budget);
    const surface = new Surface(budget);
    const header = frameHeader({ format: 5, surfaceWidth: 48, surfaceHeight: 32 });
    for (let i = 0; i < 3; i++) {
      const picture = pictures.take(unit(keyUnit(SMALL)));
      assert.equal(picture.isFirst, i === 0);
      assert.equal(picture.decoderBytes, DECODER_BYTES);
      const shown = i === 0 ? 0 : 48 * 32 * 4;
      assert.equal(budget.usedBytes, DECODER_BYTES + shown + 48 * 32 * 4);
      pictures.show(header, new Uint8Array(48 * 32 * 4).fill(i), surface);
      assert.equal(budget.usedBytes, DECODER_BYTES + 48 * 32 * 4);
      assert.equal(surface.pixels![0], i);
    }
    const next = { ...SMALL, widthBlocks: 120, heightBlocks: 68, references: 4 };
    const larger = pictures.take(unit(keyUnit(next), 1920, 1088));
    assert.ok(larger.isFirst);
    assert.ok(larger.decoderBytes > DECODER_BYTES);
    assert.equal(budget.usedBytes, larger.decoderBytes + 48 * 32 * 4 + 1920 * 1088 * 4);
    pictures.show(
      frameHeader({ format: 5, surfaceWidth: 1920, surfaceHeight: 1088 }),
      new Uint8Array(1920 * 1088 * 4),
      surface,
    );
    const smaller = pictures.take(unit(keyUnit(SMALL)));
    assert.ok(smaller.isFirst);
    assert.equal(smaller.decoderBytes, larger.decoderBytes, "memory never shrinks");
    pictures.free();
    surface.close();
    assert.equal(budget.usedBytes, 0);
  },
);

Deno.test("units that continue a stream need no parameters", pure, () => {
  const pictures = new CodedPictures(new MemoryBudget());
  const bare = concat([pps(), grayPicture(SMALL)]);
  assert.throws(() => pictures.take(unit(bare)), { code: "bad-h264" });
  assert.ok(pictures.take(unit(keyUnit(SMALL))).isFirst);
  assert.ok(!pictures.take(unit(bare)).isFirst);
  assert.ok(pictures.take(unit(keyUnit({ ...SMALL, references: 2 }))).isFirst);
  assert.throws(() => pictures.take(unit(bare, 50)), { code: "h264-size" }, "the surface grew");
  pictures.free();
  assert.throws(() => pictures.take(unit(bare)), { code: "bad-h264" });
});

Deno.test("streams that cannot be decoded are refused before memory is reserved", pure, () => {
  const cases: [string, Uint8Array<ArrayBuffer>, string][] = [
    ["nothing", new Uint8Array(0), "bad-h264"],
    ["zeros", new Uint8Array(100), "bad-h264"],
    ["noise", new Uint8Array(100).fill(0x67), "bad-h264"],
    ["something before the start", concat([Uint8Array.of(9), keyUnit(SMALL)]), "bad-h264"],
    ["no parameters", grayPicture(SMALL), "bad-h264"],
    ["empty parameters", nal(0x67, new Uint8Array(0)), "bad-h264"],
    ["the high profile", keyUnit({ ...SMALL, profile: 100 }), "h264-profile"],
    ["another width", keyUnit({ ...SMALL, widthBlocks: 4 }), "h264-size"],
    ["another height", keyUnit({ ...SMALL, crop: [0, 0, 0, 1] }), "h264-size"],
    ["two streams", concat([sps(SMALL), keyUnit({ ...SMALL, references: 2 })]), "bad-h264"],
  ];
  for (const [what, data, code] of cases) {
    const budget = new MemoryBudget();
    const pictures = new CodedPictures(budget);
    assert.throws(() => pictures.take(unit(data)), { name: "StreamError", code }, what);
    assert.equal(budget.usedBytes, 0, what);
  }
});

Deno.test("a decoder beyond the client's memory is refused", pure, () => {
  for (const limit of [DECODER_BYTES - 1, DECODER_BYTES + 100]) {
    const budget = new MemoryBudget(limit);
    const pictures = new CodedPictures(budget);
    assert.throws(() => pictures.take(unit(keyUnit(SMALL))), { code: "memory-limit" });
    pictures.free();
    assert.equal(budget.usedBytes, 0);
  }
});
