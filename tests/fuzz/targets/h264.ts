import assert from "node:assert/strict";

import { CodedPictures } from "../../../lib/decoders/h264/coded_pictures.ts";
import { MemoryBudget } from "../../../lib/decoders/memory_budget.ts";
import { yuv420ToRgba } from "../../../lib/decoders/h264/yuv420.ts";
import { StreamError } from "../../../lib/errors.ts";
import { UnitDecoder } from "../../../lib/decoders/h264/worker/unit_decoder.ts";
import { concat } from "../../support/feed.ts";
import { keyUnit, samePicture, testPlanes } from "../../support/h264.ts";
import vectors from "../../vectors/events/video-h264.json" with { type: "json" };
import type { Target } from "../target.ts";

const SMALL = { widthBlocks: 3, heightBlocks: 2 } as const;
const SIZE = { width: 48, height: 32 } as const;
const DATA_HEAD_BYTES = 7;
const LENGTH_BYTES = 2;

/**
 * Access units for a surface of 48 x 32 pixels, each after its length. Each must give a picture of that
 * size, or end the decoder with a code or a WebAssembly trap. No decoder may use more memory than was
 * reserved.
 */
export const codedUnits: Target = {
  name: "access units of H.264",
  corpus: makeCorpus(),
  run: (input) => {
    const budget = new MemoryBudget();
    const pictures = new CodedPictures(budget);
    let decoder: UnitDecoder | undefined;
    try {
      for (const data of readUnits(input)) {
        const picture = pictures.take({ ...SIZE, data });
        if (picture.isFirst) decoder = new UnitDecoder(picture.decoderBytes);
        const rgba = yuv420ToRgba(decoder!.decode(picture), picture.format);
        assert.equal(rgba.length, SIZE.width * SIZE.height * 4);
        assert.ok(decoder!.memoryBytes <= picture.decoderBytes);
      }
    } catch (error) {
      const isExpected = error instanceof StreamError ||
        error instanceof WebAssembly.RuntimeError;
      if (!isExpected) throw error;
    }
    pictures.free();
  },
};

function* readUnits(input: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at + LENGTH_BYTES < input.length;) {
    const length = input[at]! | input[at + 1]! << 8;
    at += LENGTH_BYTES;
    yield input.slice(at, at + length);
    at += length;
  }
}

function makeCorpus(): Uint8Array[] {
  const stored = keyUnit(SMALL, testPlanes(SMALL));
  const gray = keyUnit(SMALL);
  const recorded = vectors.frames.slice(0, 2).map(({ source_packets }) =>
    Uint8Array.fromBase64(source_packets[1]!.body_b64).subarray(DATA_HEAD_BYTES)
  );
  return [
    recorded,
    [gray, samePicture(SMALL, 1), samePicture(SMALL, 2), gray],
    [stored, keyUnit({ ...SMALL, references: 16, offsets: [1, 2, 3] }), samePicture(SMALL, 1)],
  ].map((units) => concat(units.flatMap((unit) => [lengthOf(unit), unit])));
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  return Uint8Array.of(length & 0xff, length >> 8);
}
