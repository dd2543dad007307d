import assert from "node:assert/strict";
import { readPictureFormat } from "../../../../lib/decoders/h264/sps.ts";
import { NAL_SEQUENCE_PARAMETERS, visitNalUnits } from "../../../../lib/decoders/h264/nal.ts";
import type { StreamFields } from "../../../support/h264.ts";
import { sps } from "../../../support/h264.ts";
import vectors from "../../../vectors/events/video-h264.json" with { type: "json" };

const pure = { permissions: "none" } as const;
const START_CODE_BYTES = 4;
const SMALL = { widthBlocks: 3, heightBlocks: 2 } as const;

function read(fields: StreamFields) {
  return readPictureFormat(sps(fields).subarray(START_CODE_BYTES));
}

Deno.test("parameters that the reference's encoder wrote are read", pure, () => {
  const body = Uint8Array.fromBase64(vectors.frames[0]!.source_packets[1]!.body_b64);
  const formats: unknown[] = [];
  visitNalUnits(body.subarray(7), (type, nal) => {
    if (type === NAL_SEQUENCE_PARAMETERS) formats.push(readPictureFormat(nal));
  });
  assert.deepEqual(formats, [
    { widthBlocks: 3, heightBlocks: 2, left: 0, top: 0, width: 48, height: 32, references: 0 },
  ]);
});

Deno.test("cropping counts in units of two pixels", pure, () => {
  const { left, top, width, height } = read({ ...SMALL, crop: [1, 2, 3, 4] });
  assert.deepEqual([left, top, width, height], [2, 6, 48 - 6, 32 - 14]);
});

Deno.test("a stream beyond the baseline or the limits is refused", pure, () => {
  const cases: [Partial<StreamFields>, string | undefined][] = [
    [{ profile: 66, constraints: 0 }, undefined],
    [{ profile: 77, constraints: 0x80 }, undefined],
    [{ profile: 88, constraints: 0x80 }, undefined],
    [{ profile: 77, constraints: 0x40 }, "h264-profile"],
    [{ profile: 100, constraints: 0x80 }, "h264-profile"],
    [{ profile: 0 }, "h264-profile"],
    [{ interlaced: true }, "h264-profile"],
    [{ id: 31 }, undefined],
    [{ id: 32 }, "bad-h264"],
    [{ offsets: Array(255).fill(2 ** 31 - 1) }, undefined],
    [{ offsets: Array(256).fill(0) }, "bad-h264"],
    [{ orderBits: 16 }, undefined],
    [{ orderBits: 17 }, "bad-h264"],
    [{ references: 16 }, undefined],
    [{ references: 17 }, "bad-h264"],
    [{ crop: [10, 13, 0, 0] }, undefined],
    [{ crop: [11, 13, 0, 0] }, "bad-h264"],
    [{ crop: [0, 0, 2 ** 31, 0] }, "bad-h264"],
    [{ widthBlocks: 256, heightBlocks: 144, references: 5 }, undefined],
    [{ widthBlocks: 256, heightBlocks: 144, references: 6 }, "h264-size"],
    [{ widthBlocks: 257, heightBlocks: 144 }, "h264-size"],
    [{ widthBlocks: 2 ** 31, heightBlocks: 2 ** 31 }, "h264-size"],
  ];
  for (const [fields, code] of cases) {
    const what = JSON.stringify(fields).slice(0, 60);
    if (code === undefined) read({ ...SMALL, ...fields });
    else assert.throws(() => read({ ...SMALL, ...fields }), { name: "StreamError", code }, what);
  }
});

Deno.test("parameters that are cut off are damaged", pure, () => {
  const whole = sps({ ...SMALL, crop: [1, 1, 1, 1] }).subarray(START_CODE_BYTES);
  for (let length = 0; length < whole.length - 1; length++) {
    assert.throws(() => readPictureFormat(whole.subarray(0, length)), { code: "bad-h264" });
  }
  assert.throws(() => readPictureFormat(new Uint8Array(5_000)), { code: "h264-profile" });
  const zeros = new Uint8Array(5_000);
  zeros.set(whole.subarray(0, 4));
  assert.throws(() => readPictureFormat(zeros), { code: "bad-h264" }, "a number without an end");
});
