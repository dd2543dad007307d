import assert from "node:assert/strict";
import {
  BINARY_KIND,
  CODEC,
  LAST_RECTANGLE,
  readHead,
  readPixels,
  readText,
  type Rectangle,
  writeBinary,
  writePixels,
  writeText,
} from "../../../../lib/web/views/protocol.ts";

const head = { kind: BINARY_KIND.pixels, flags: LAST_RECTANGLE, segment: 0xfffffffe, seq: 7 };

Deno.test("view messages: a rectangle of pixels comes out as it went in", () => {
  const rectangle: Rectangle = {
    surfaceWidth: 8192,
    surfaceHeight: 600,
    x: 8000,
    y: 599,
    width: 2,
    height: 1,
    codec: CODEC.deflate,
    channels: 4,
    bytes: Uint8Array.of(1, 2, 3),
  };
  const message = writeBinary(head, writePixels(rectangle));
  // A message may stand anywhere in a larger buffer.
  const shifted = new Uint8Array([9, ...message, 9]).subarray(1, -1);
  assert.deepEqual(readHead(shifted), head);
  assert.deepEqual(readPixels(shifted), rectangle);
});

Deno.test("view messages: text comes out as it went in, and the first bytes are as described", () => {
  const change = { cols: 132, rows: 50, ansi: "\x1b[1;1Hł漢👍" };
  const message = writeBinary({ kind: 1, flags: 0, segment: 258, seq: 3 }, writeText(change));
  assert.deepEqual([...message.subarray(0, 16)], [
    1,
    0,
    0,
    0,
    2,
    1,
    0,
    0,
    3,
    0,
    0,
    0,
    132,
    0,
    50,
    0,
  ]);
  assert.deepEqual(readText(message), change);
});
