import assert from "node:assert/strict";
import { CodedPictures } from "../../../../lib/decoders/h264/coded_pictures.ts";
import { MemoryBudget } from "../../../../lib/decoders/memory_budget.ts";
import { StreamError } from "../../../../lib/errors.ts";
import { UnitDecoder } from "../../../../lib/decoders/h264/worker/unit_decoder.ts";
import type { StreamFields } from "../../../support/h264.ts";
import { concat } from "../../../support/feed.ts";
import { keyPicture, keyUnit, pps, samePicture, sps, testPlanes } from "../../../support/h264.ts";
import { SeededRandom } from "../../../support/random.ts";

const SMALL = { widthBlocks: 3, heightBlocks: 2 } as const;

function take(fields: StreamFields, data = keyUnit(fields)) {
  const { widthBlocks, heightBlocks } = fields;
  const size = { width: widthBlocks * 16, height: heightBlocks * 16 };
  return new CodedPictures(new MemoryBudget()).take({ ...size, data });
}

Deno.test("pictures that are stored without loss come out unchanged, also the following ones", () => {
  for (const [widthBlocks, heightBlocks] of [[1, 1], [3, 2], [2, 5], [14, 13]] as const) {
    const fields = { widthBlocks, heightBlocks };
    const planes = testPlanes(fields);
    const picture = take(fields, keyUnit(fields, planes));
    const decoder = new UnitDecoder(picture.decoderBytes);
    assert.deepEqual(new Uint8Array(decoder.decode(picture)), planes);
    for (let number = 1; number < 20; number++) {
      const data = samePicture(fields, number);
      assert.deepEqual(new Uint8Array(decoder.decode({ ...picture, data })), planes);
    }
    const others = testPlanes(fields, 2);
    const data = keyPicture(fields, others);
    assert.deepEqual(new Uint8Array(decoder.decode({ ...picture, data })), others);
  }
});

Deno.test("a decoder needs no more memory than was reserved for it", () => {
  const sizes = [[1, 1], [120, 68], [256, 144], [512, 72], [100, 100], [40, 40]] as const;
  for (const [widthBlocks, heightBlocks] of sizes) {
    const most = Math.min(16, Math.floor(184_320 / (widthBlocks * heightBlocks)));
    for (const references of [0, 1, most]) {
      const picture = take({ widthBlocks, heightBlocks, references });
      const decoder = new UnitDecoder(picture.decoderBytes);
      const planes = decoder.decode(picture);
      assert.equal(planes.length, widthBlocks * heightBlocks * 384);
      assert.ok(decoder.memoryBytes <= picture.decoderBytes);
      // A decoder with less memory refuses the picture.
      if (decoder.memoryBytes === 16 << 20) continue;
      const poor = new UnitDecoder(decoder.memoryBytes - 65_536);
      assert.throws(() => poor.decode(picture), { name: "StreamError", code: "memory-limit" });
    }
  }
});

Deno.test("a decoder reuses the memory of the one before without its content", () => {
  const large = { widthBlocks: 120, heightBlocks: 68, references: 3 };
  const small = { widthBlocks: 14, heightBlocks: 13 };
  let decoder: UnitDecoder | undefined;
  for (const fields of [small, large, small, { ...small, references: 5 }, large]) {
    const planes = fields === large ? undefined : testPlanes(fields);
    const picture = take(fields, keyUnit(fields, planes));
    const fresh = new UnitDecoder(picture.decoderBytes);
    decoder = new UnitDecoder(take(large).decoderBytes, decoder);
    const before = decoder.memoryBytes;
    const decoded = new Uint8Array(decoder.decode(picture));
    assert.deepEqual(decoded, new Uint8Array(fresh.decode(picture)));
    if (planes !== undefined) assert.deepEqual(decoded, planes);
    const next = { ...picture, data: samePicture(fields, 1) };
    assert.deepEqual(new Uint8Array(decoder.decode(next)), decoded);
    assert.equal(decoder.memoryBytes, Math.max(before, fresh.memoryBytes));
  }
});

Deno.test("a picture of another size than announced is refused", () => {
  const picture = take(SMALL);
  const data = keyUnit({ widthBlocks: 2, heightBlocks: 3 });
  assert.throws(() => new UnitDecoder(16 << 20).decode({ ...picture, data }), {
    code: "h264-size",
  });
});

Deno.test("units that are cut anywhere give no picture", () => {
  const picture = take(SMALL);
  const whole = keyUnit(SMALL);
  for (let length = 1; length < whole.length - 1; length++) {
    const decoder = new UnitDecoder(16 << 20);
    const data = whole.slice(0, length);
    assert.throws(() => decoder.decode({ ...picture, data }), { code: "bad-h264" }, `${length}`);
  }
});

Deno.test("noise is refused or decoded within the memory limit", () => {
  const random = new SeededRandom(264);
  const parameters = concat([sps(SMALL), pps()]);
  const picture = take(SMALL);
  let shown = 0;
  for (let i = 0; i < 400; i++) {
    const decoder = new UnitDecoder(picture.decoderBytes);
    for (let k = 0; k < 4; k++) {
      const noise = random.bytes(1 + random.bytes(1)[0]! * (k + 1));
      const data = i % 3 === 0
        ? noise
        : i % 3 === 1
        ? concat([parameters, Uint8Array.of(0, 0, 1, 0x65), noise])
        : damage(keyUnit(SMALL, testPlanes(SMALL)), noise);
      try {
        shown += decoder.decode({ ...picture, data }).length > 0 ? 1 : 0;
      } catch (error) {
        assert.ok(
          error instanceof StreamError || error instanceof WebAssembly.RuntimeError,
          String(error),
        );
      }
      assert.ok(decoder.memoryBytes <= picture.decoderBytes);
    }
  }
  assert.ok(shown > 0, "some damage leaves a picture");
});

/** Overwrites bytes of a unit; each three bytes of noise are an offset and a value. */
function damage(unit: Uint8Array<ArrayBuffer>, noise: Uint8Array): Uint8Array<ArrayBuffer> {
  for (let i = 0; i + 2 < noise.length && i < 30; i += 3) {
    unit[(noise[i]! << 8 | noise[i + 1]!) % unit.length] = noise[i + 2]!;
  }
  return unit;
}
