import assert from "node:assert/strict";
import fc from "fast-check";
import { nalContent, visitNalUnits } from "../../lib/decoders/h264/nal.ts";
import { readPictureFormat } from "../../lib/decoders/h264/sps.ts";
import { StreamError } from "../../lib/errors.ts";
import { concat } from "../support/feed.ts";
import { nal, sps } from "../support/h264.ts";

const pure = { permissions: "none" } as const;
const START_CODE_BYTES = 4;
const CODES = ["bad-h264", "h264-profile", "h264-size"];

const fields = fc.record({
  widthBlocks: fc.integer({ min: 1, max: 150 }),
  heightBlocks: fc.integer({ min: 1, max: 150 }),
  profile: fc.constantFrom(66, 77, 88),
  constraints: fc.integer({ min: 0x80, max: 0xff }),
  level: fc.integer({ min: 0, max: 255 }),
  id: fc.integer({ min: 0, max: 31 }),
  references: fc.integer({ min: 0, max: 8 }),
  crop: fc.option(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)), { nil: undefined }),
  offsets: fc.option(fc.array(fc.nat(), { maxLength: 255 }), { nil: undefined }),
  orderBits: fc.option(fc.integer({ min: 4, max: 16 }), { nil: undefined }),
}, { requiredKeys: ["widthBlocks", "heightBlocks"] });

Deno.test("h264: parameters are read as they were written", pure, () => {
  fc.assert(fc.property(fields, (stream) => {
    const { widthBlocks, heightBlocks, references = 1 } = stream;
    const [left, right, top, bottom] = stream.crop ?? [0, 0, 0, 0];
    assert.deepEqual(readPictureFormat(sps(stream as never).subarray(START_CODE_BYTES)), {
      widthBlocks,
      heightBlocks,
      left: left * 2,
      top: top * 2,
      width: widthBlocks * 16 - (left + right) * 2,
      height: heightBlocks * 16 - (top + bottom) * 2,
      references,
    });
  }));
});

Deno.test("h264: any bytes are parameters within bounds or refused with a code", pure, () => {
  const damaged = fc.tuple(fields, fc.nat(), fc.nat(255)).map(([stream, at, byte]) => {
    const bytes = sps(stream as never).subarray(START_CODE_BYTES);
    bytes[at % bytes.length] = byte;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), damaged), (bytes) => {
      try {
        const { widthBlocks, heightBlocks, left, top, width, height, references } =
          readPictureFormat(bytes);
        assert.ok(widthBlocks * heightBlocks <= 36_864);
        assert.ok(references <= 1 || references * widthBlocks * heightBlocks <= 184_320);
        assert.ok(width > 0 && left + width <= widthBlocks * 16 && width % 2 === 0);
        assert.ok(height > 0 && top + height <= heightBlocks * 16 && height % 2 === 0);
      } catch (error) {
        assert.ok(error instanceof StreamError && CODES.includes(error.code), String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("h264: all NAL units are found with their content", pure, () => {
  const part = fc.record({
    type: fc.integer({ min: 1, max: 31 }),
    // Few values, so that start codes are frequent; 0x80 is the bit that ends the content.
    content: fc.array(fc.constantFrom(0, 0, 1, 2, 3, 255), { maxLength: 20 })
      .map((bytes) => Uint8Array.from([...bytes, 0x80])),
  }, { noNullPrototype: true });
  fc.assert(fc.property(fc.array(part, { maxLength: 6 }), fc.nat(3), (parts, zeros) => {
    const trailing = new Uint8Array(zeros);
    const unit = concat(parts.flatMap(({ type, content }) => [nal(type, content), trailing]));
    const found: unknown[] = [];
    visitNalUnits(unit, (type, bytes) => {
      found.push({ type, content: new Uint8Array(nalContent(bytes, 1_000)) });
    });
    assert.deepEqual(found, parts);
  }));
});
