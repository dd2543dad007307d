import assert from "node:assert/strict";
import { checkZstdFrame } from "../../../lib/decoders/zstd_frame.ts";
import { noise, zstd, zstdUnsized } from "./frames.ts";

function refusal(bytes: Uint8Array, expectedBytes: number): string | undefined {
  try {
    checkZstdFrame(bytes, expectedBytes);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
}

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

const text = new TextEncoder().encode("terminal ".repeat(50));
const frame = zstd(text);

test("whole frames of every size field pass", () => {
  for (const size of [1, 255, 256, 65_791, 65_792, 300_000]) {
    for (const content of [new Uint8Array(size), noise(size)]) {
      assert.equal(refusal(zstd(content), size), undefined, `${size} bytes`);
    }
  }
});

test("a content size that is missing or another one is refused", () => {
  assert.equal(refusal(zstdUnsized(text), text.length), "zstd-size");
  assert.equal(refusal(frame, text.length - 1), "zstd-size");
  assert.equal(refusal(frame, text.length + 1), "zstd-size");
});

test("a content size of eight bytes is read in full", () => {
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 5, 0, 0, 0, 0, 0, 0, 0];
  const rawBlock = [0x29, 0, 0, 1, 2, 3, 4, 5];
  assert.equal(refusal(Uint8Array.from([...head, ...rawBlock]), 5), undefined);
  assert.equal(refusal(Uint8Array.from([...head.with(10, 1), ...rawBlock]), 5), "zstd-size");
});

test("a content size that the blocks cannot reach is refused before memory is taken", () => {
  const claims192MiB = [0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x0c, 0x29, 0, 0, 1, 2, 3, 4, 5];
  assert.equal(refusal(Uint8Array.from(claims192MiB), 0x0c000000), "zstd-size");
});

test("every cut leaves a truncated frame", () => {
  for (let length = 0; length < frame.length; length++) {
    assert.equal(refusal(frame.subarray(0, length), text.length), "zstd-truncated", `${length}`);
  }
});

test("anything behind the frame is refused, a second frame too", () => {
  assert.equal(refusal(Uint8Array.from([...frame, 0]), text.length), "bad-zstd");
  assert.equal(refusal(Uint8Array.from([...frame, ...frame]), text.length), "bad-zstd");
});

test("what is no plain zstd frame is refused", () => {
  const skippable = frame.with(0, 0x50).with(1, 0x2a).with(2, 0x4d).with(3, 0x18);
  assert.equal(refusal(skippable, text.length), "bad-zstd");
  assert.equal(refusal(frame.with(4, frame[4]! | 8), text.length), "bad-zstd");
  for (const dictionary of [1, 2, 3]) {
    assert.equal(refusal(frame.with(4, frame[4]! | dictionary), text.length), "bad-zstd");
  }
});

test("a block of the reserved type or of more than 128 KiB is refused", () => {
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 5];
  assert.equal(refusal(Uint8Array.from([...head, 0x07, 0, 0]), 5), "bad-zstd");
  assert.equal(refusal(Uint8Array.from([...head, 0x0b, 0, 0x10, 7]), 5), "bad-zstd");
});
