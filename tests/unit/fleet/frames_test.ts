import assert from "node:assert/strict";
import { encodeFrame, type Frame, FrameReader } from "../../../lib/fleet/views/frames.ts";

const MAX = 16_777_216;

const FRAMES: readonly Frame[] = [
  { kind: "message", message: "" },
  { kind: "message", message: '{"title":"日本🎉"}' },
  { kind: "message", message: new Uint8Array(0) },
  { kind: "message", message: crypto.getRandomValues(new Uint8Array(1000)) },
  { kind: "ended" },
  { kind: "ended", fault: "" },
  { kind: "ended", fault: "the message é is wrong" },
];

Deno.test("view frames: they are read as they were written, in pieces of any size", async () => {
  const bytes = await new Blob(FRAMES.map(encodeFrame)).bytes();
  for (const size of [1, 4, 5, 6, 333, bytes.length]) {
    const reader = new FrameReader(MAX);
    const read: Frame[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      reader.push(bytes.subarray(at, at + size));
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) read.push(frame);
    }
    assert.deepEqual(read, FRAMES, `${size}`);
  }
});

Deno.test("view frames: one that is too long is refused before its content has come", () => {
  const head = encodeFrame({ kind: "message", message: "x" }).slice(0, 5);
  const length = new DataView(head.buffer);
  length.setUint32(1, MAX, true);
  const reader = new FrameReader(MAX);
  reader.push(head);
  assert.equal(reader.next(), undefined);
  length.setUint32(1, MAX + 1, true);
  const other = new FrameReader(MAX);
  other.push(head);
  assert.throws(() => other.next(), /16777217 bytes, the most is 16777216/);
});

Deno.test("view frames: pieces are not kept, so that short ones take no more than their bytes", () => {
  const reader = new FrameReader(MAX);
  const message = crypto.getRandomValues(new Uint8Array(50_000));
  const part = new Uint8Array(1);
  let read: Frame | undefined;
  for (const byte of encodeFrame({ kind: "message", message })) {
    assert.equal(read, undefined);
    part[0] = byte;
    reader.push(part);
    read = reader.next();
  }
  assert.deepEqual(read, { kind: "message", message });
});

Deno.test("view frames: one of an unknown kind is refused", () => {
  const reader = new FrameReader(MAX);
  reader.push(new Uint8Array([9, 0, 0, 0, 0]));
  assert.throws(() => reader.next(), /no frames of the kind 9/);
});
