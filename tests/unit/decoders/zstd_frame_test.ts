import assert from "node:assert/strict";
import { readZstdPayload } from "../../../lib/decoders/zstd_frame.ts";
import { MAX_ZSTD_FRAMES } from "../../../lib/limits.ts";
import { EMPTY, join, noise, SKIPPABLE, zstd, zstdUnsized } from "./frames.ts";

function refusal(bytes: Uint8Array): string | undefined {
  try {
    readZstdPayload(bytes);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
}

/** The bounds of the content. */
function range(bytes: Uint8Array): number[] {
  const { leastBytes, mostBytes } = readZstdPayload(bytes);
  return [leastBytes, mostBytes];
}

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

const text = new TextEncoder().encode("terminal ".repeat(50));
const frame = zstd(text);

test("frames with each kind of size field are read", () => {
  for (const size of [1, 255, 256, 65_791, 65_792, 300_000]) {
    for (const content of [new Uint8Array(size), noise(size)]) {
      const bytes = zstd(content);
      assert.deepEqual(readZstdPayload(bytes), {
        frames: [{ start: 0, end: bytes.length }],
        leastBytes: size,
        mostBytes: size,
      });
    }
  }
});

test("a frame without a content size has the bounds of its blocks", () => {
  assert.deepEqual(range(zstdUnsized(text)), [0, 131_072]);
  assert.deepEqual(range(zstdUnsized(new Uint8Array(0))), [0, 0]);
});

test("successive frames are found, without skippable ones", () => {
  const bytes = join(SKIPPABLE, frame, zstdUnsized(text), EMPTY, SKIPPABLE, frame, SKIPPABLE);
  const { frames, leastBytes, mostBytes } = readZstdPayload(bytes);
  const found = frames.map(({ start, end }) => bytes.subarray(start, end));
  assert.deepEqual(found, [frame, zstdUnsized(text), EMPTY, frame]);
  assert.deepEqual([leastBytes, mostBytes], [2 * text.length, 2 * text.length + 131_072]);
});

test("more frames than the limit are refused, of any kind", () => {
  for (const one of [frame, EMPTY, SKIPPABLE]) {
    const most = join(...new Array<Uint8Array>(MAX_ZSTD_FRAMES).fill(one));
    assert.equal(refusal(most), undefined);
    assert.equal(refusal(join(most, one)), "bad-zstd");
  }
});

test("a content size of eight bytes is read in full", () => {
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 5, 0, 0, 0, 0, 0, 0, 0];
  const rawBlock = [0x29, 0, 0, 1, 2, 3, 4, 5];
  assert.deepEqual(range(Uint8Array.from([...head, ...rawBlock])), [5, 5]);
  assert.equal(refusal(Uint8Array.from([...head.with(10, 1), ...rawBlock])), "zstd-size");
});

test("a content size that the blocks cannot reach is refused before memory is taken", () => {
  const claims192MiB = [0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x0c, 0x29, 0, 0, 1, 2, 3, 4, 5];
  assert.equal(refusal(Uint8Array.from(claims192MiB)), "zstd-size");
});

test("a frame that is cut anywhere is truncated, also behind a whole one", () => {
  for (const before of [new Uint8Array(0), frame, SKIPPABLE]) {
    for (const one of [frame, SKIPPABLE]) {
      for (let length = before.length === 0 ? 0 : 1; length < one.length; length++) {
        const cut = join(before, one.subarray(0, length));
        assert.equal(refusal(cut), "zstd-truncated", `${length}`);
      }
    }
  }
});

test("anything but a plain zstd frame is refused, first and behind others", () => {
  const damaged = [
    new Uint8Array(20),
    frame.with(0, 0x50),
    frame.with(4, frame[4]! | 8),
    ...[1, 2, 3].map((dictionary) => frame.with(4, frame[4]! | dictionary)),
  ];
  for (const bytes of damaged) {
    for (const before of [new Uint8Array(0), frame, EMPTY, SKIPPABLE]) {
      assert.equal(refusal(join(before, bytes)), "bad-zstd");
    }
  }
});

test("dictionary 0 means no dictionary", () => {
  const rawBlock = [0x29, 0, 0, 1, 2, 3, 4, 5];
  for (const [descriptor, ...dictionary] of [[0x21, 0], [0x22, 0, 0], [0x23, 0, 0, 0, 0]]) {
    const head = [0x28, 0xb5, 0x2f, 0xfd, descriptor!, ...dictionary, 5];
    assert.deepEqual(range(Uint8Array.from([...head, ...rawBlock])), [5, 5]);
  }
});

test("a block of the reserved type or of more than 128 KiB is refused", () => {
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 5];
  assert.equal(refusal(Uint8Array.from([...head, 0x07, 0, 0])), "bad-zstd");
  assert.equal(refusal(Uint8Array.from([...head, 0x0b, 0, 0x10, 7])), "bad-zstd");
});
