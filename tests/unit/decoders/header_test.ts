import assert from "node:assert/strict";
import { decoderFor } from "../../../lib/decoders/decoders.ts";
import type { FrameHeader } from "../../../lib/decoders/frame_header.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { frameHeader } from "./frames.ts";

const { rgba, rgb, rgb565, h264, tpack, zstd, zstdDelta } = VIDEO_FORMAT;
const ALL = [rgba, rgb, rgb565, tpack, zstd, zstdDelta];

/** The code of the refusal, if any. */
function refusal(fields: Partial<FrameHeader>): string | undefined {
  const header = frameHeader(fields);
  try {
    decoderFor(header.format).validate(header);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
}

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

test("every decoder takes a header that fits", () => {
  for (const format of ALL) assert.equal(refusal({ format }), undefined, `format ${format}`);
});

test("formats without a decoder have different codes", () => {
  assert.equal(refusal({ format: h264 }), "unsupported-format");
  for (const format of [3, 4, 6, 10, 255]) assert.equal(refusal({ format }), "unknown-format");
});

test("a surface side is 1 to 8192 pixels", () => {
  for (const format of ALL) {
    const lengths = format === zstd || format === zstdDelta || format === tpack
      ? { length: 1_000 }
      : {};
    for (const side of ["surfaceWidth", "surfaceHeight"]) {
      const at = (pixels: number) =>
        refusal({ format, surfaceWidth: 4, surfaceHeight: 4, [side]: pixels, ...lengths });
      assert.equal(at(8_192), undefined);
      assert.equal(at(8_193), "bad-surface-size");
      assert.equal(at(65_535), "bad-surface-size");
      assert.equal(at(0), "bad-surface-size");
    }
  }
});

test("a region that leaves the surface is refused", () => {
  for (const format of ALL) {
    const inside = { format, surfaceWidth: 10, surfaceHeight: 10, x: 5, y: 5, width: 5, height: 5 };
    assert.equal(refusal(inside), undefined);
    for (
      const wrong of [
        { x: 6 },
        { y: 6 },
        { x: 10 },
        { y: 10 },
        { x: 65_535 },
        { width: 0 },
        { height: 0 },
        { width: 6 },
        { height: 65_535 },
      ]
    ) {
      const code = refusal({ ...inside, ...wrong });
      assert.equal(code, "region-outside-surface", JSON.stringify({ format, ...wrong }));
    }
  }
});

test("raw pixels have the length of the region", () => {
  for (const [format, bytes] of [[rgba, 4], [rgb, 3], [rgb565, 2]] as const) {
    const region = { format, width: 3, height: 2 };
    const fits = 3 * 2 * bytes;
    assert.equal(refusal({ ...region, expandedLength: fits }), undefined);
    for (const wrong of [0, fits - 1, fits + 1, 0xffff_ffff]) {
      assert.equal(refusal({ ...region, expandedLength: wrong }), "bad-expanded-length");
      assert.equal(refusal({ ...region, length: wrong }), "bad-length");
    }
  }
});

test("compressed pixels expand to the region and are hardly longer than their content", () => {
  for (const format of [zstd, zstdDelta]) {
    const region = { format, width: 3, height: 2 };
    for (const wrong of [0, 17, 19, 24, 0xffff_ffff]) {
      assert.equal(refusal({ ...region, expandedLength: wrong }), "bad-expanded-length");
    }
    for (const good of [9, 18, 42]) assert.equal(refusal({ ...region, length: good }), undefined);
    for (const wrong of [0, 8, 43, 0xffff_ffff]) {
      assert.equal(refusal({ ...region, length: wrong }), "bad-length");
    }
  }
});

test("a TPACK buffer has a head and at most four bytes for each pixel", () => {
  const surface = { format: tpack, surfaceWidth: 10, surfaceHeight: 10, length: 9 };
  for (const good of [16, 399, 400]) {
    assert.equal(refusal({ ...surface, expandedLength: good }), undefined);
  }
  for (const wrong of [0, 15, 401, 0xffff_ffff]) {
    assert.equal(refusal({ ...surface, expandedLength: wrong }), "bad-expanded-length");
  }
  assert.equal(refusal({ ...surface, expandedLength: 16, length: 40 }), undefined);
  assert.equal(refusal({ ...surface, expandedLength: 16, length: 41 }), "bad-length");
});
