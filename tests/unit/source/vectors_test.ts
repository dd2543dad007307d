/** The reference's encoder and ours make the same of the same pictures. */

import assert from "node:assert/strict";
import { inflate } from "../../../lib/decoders/inflate.ts";
import type { PictureFormat } from "../../../lib/source/encoders.ts";
import { makePictureEncoder } from "../../../lib/source/encoders.ts";
import { decodeControl } from "../../../lib/wire/control.ts";
import { base64 } from "../decoders/frames.ts";
import dzstd from "../../vectors/events/video-dzstd.json" with { type: "json" };
import rgb from "../../vectors/events/video-rgb.json" with { type: "json" };
import rgb565 from "../../vectors/events/video-rgb565.json" with { type: "json" };
import rgba from "../../vectors/events/video-rgba.json" with { type: "json" };

interface Vector {
  label: string;
  input: {
    w: number;
    h: number;
    origo_ll: number;
    region: { x1: number; y1: number; x2: number; y2: number } | null;
    rgba_b64: string;
  };
  source_packets: { type: number; body_b64: string }[];
}

const SETS: readonly [format: PictureFormat, vectors: { frames: unknown[] }][] = [
  ["raw", rgba],
  ["rgb", rgb],
  ["rgb565", rgb565],
  ["zstd", dzstd],
];

for (const [format, { frames }] of SETS) {
  Deno.test(`${format}: headers and pixels as the reference sends them`, {
    permissions: "none",
  }, () => {
    const encoder = makePictureEncoder(format);
    for (const { label, input, source_packets } of frames as Vector[]) {
      const { w: width, h: height, origo_ll, region } = input;
      const picture = {
        width,
        height,
        rgba: base64(input.rgba_b64),
        origoLowerLeft: origo_ll !== 0,
      };
      const frame = region === null ? encoder.encode(picture) : encoder.encode(picture, {
        x: region.x1,
        y: region.y1,
        width: region.x2 - region.x1,
        height: region.y2 - region.y1,
      });
      const [head, ...data] = source_packets.map(({ body_b64 }) => base64(body_b64));
      const theirs = decodeControl(head!);
      assert(theirs.command === "videoframe");
      const { payload, chunkBytes: _chunkBytes, ...ours } = frame;
      for (const [name, value] of Object.entries(ours)) {
        assert.equal(theirs[name as keyof typeof ours], value, `${label}: ${name}`);
      }
      const expected = Uint8Array.from(data.flatMap((body) => [...body.subarray(7)]));
      if (format === "zstd") {
        const content = inflate(payload, frame.expandedLength).slice();
        assert.deepEqual(content, inflate(expected, theirs.expandedLength), label);
      } else {
        assert.deepEqual(payload.slice(), expected, label);
      }
    }
  });
}
