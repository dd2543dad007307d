import assert from "node:assert/strict";
import { constants, zstdCompressSync } from "node:zlib";
import { inflate, inflateKind, useInflate } from "../../../lib/decoders/inflate.ts";
import { EMPTY, join, noise, SKIPPABLE, zstd, zstdUnsized } from "./frames.ts";

function refusal(frame: Uint8Array, sizeBytes: number): string | undefined {
  try {
    inflate(frame, sizeBytes);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
}

/** A frame of one compressed block with a content size of 100 bytes and 100 000 bytes of content. */
function bomb(): Uint8Array {
  const large = zstd(new Uint8Array(100_000).fill(7));
  assert.equal(large[4]! >> 6, 2);
  return Uint8Array.from([...large.subarray(0, 4), 0x20, 100, ...large.subarray(9)]);
}

Deno.test("the native handle is in use on this platform", { permissions: "none" }, () => {
  // Fails when the internals of node:zlib change; decompression then works, but more slowly.
  assert.equal(inflateKind(), "handle");
});

Deno.test("the memory is used again for the next payload", { permissions: "none" }, () => {
  const first = inflate(zstd(noise(60)), 60);
  assert.equal(inflate(zstd(noise(50)), 50).buffer, first.buffer);
});

for (const kind of ["handle", "documented"] as const) {
  const test = (name: string, fn: () => void) => {
    Deno.test(`${kind}: ${name}`, { permissions: "none" }, () => {
      useInflate(kind);
      try {
        assert.equal(inflateKind(), kind);
        fn();
      } finally {
        useInflate("handle");
      }
    });
  };

  test("gives the content of frames of any size, one after the other", () => {
    for (const size of [1, 16, 5_000, 131_072, 131_073, 3_000_000, 17, 70_000]) {
      for (const content of [noise(size), new Uint8Array(size).fill(size)]) {
        const result = inflate(zstd(content), size);
        assert.deepEqual(new Uint8Array(result), content);
      }
    }
  });

  test("gives the content of all frames, with and without size and checksum, and skips others", () => {
    const [a, b, c] = [noise(70_000, 1), noise(3, 2), new Uint8Array(200_000).fill(3)];
    const checked = zstdCompressSync(c, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    const payloads: [payload: Uint8Array, ...content: Uint8Array[]][] = [
      [zstdUnsized(a), a],
      [join(zstd(a), EMPTY), a],
      [join(EMPTY, SKIPPABLE, zstdUnsized(b)), b],
      [join(zstd(b), zstdUnsized(a), EMPTY, checked, SKIPPABLE, zstd(b)), b, a, c, b],
      [checked, c],
    ];
    for (const [payload, ...parts] of payloads) {
      const content = join(...parts);
      assert.deepEqual(new Uint8Array(inflate(payload, content.length)), content);
    }
  });

  test("a damaged checksum is refused, of the last frame and of one before", () => {
    const text = noise(1_000);
    const checked = zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    const damaged = checked.with(checked.length - 1, checked.at(-1)! ^ 1);
    assert.equal(refusal(join(zstd(text), damaged), 2_000), "bad-zstd");
    assert.equal(refusal(join(damaged, zstd(text)), 2_000), "bad-zstd");
    assert.deepEqual(new Uint8Array(inflate(checked, 1_000)), text);
  });

  test("a size that is smaller or larger than that of the frames is refused", () => {
    const text = noise(1_000);
    for (const size of [999, 1_001]) {
      assert.equal(refusal(zstd(text), size), "zstd-size");
      assert.equal(refusal(join(zstd(text), SKIPPABLE), size), "zstd-size");
      assert.equal(refusal(zstdUnsized(new Uint8Array(1_000)), size), "bad-zstd");
    }
    assert.equal(refusal(SKIPPABLE, 1), "zstd-size");
    assert.equal(refusal(EMPTY, 1), "zstd-size");
  });

  test("a decompression bomb is stopped in any frame", () => {
    const text = noise(50);
    const unsized = zstdUnsized(new Uint8Array(50_000_000));
    assert(unsized.length < 10_000);
    for (const large of [bomb(), unsized]) {
      for (const payload of [large, join(large, zstd(text)), join(zstd(text), large, EMPTY)]) {
        for (const size of [50, 100, 150, 1_000]) {
          assert.match(refusal(payload, size)!, /^(?:bad-zstd|zstd-size)$/);
          assert.deepEqual(new Uint8Array(inflate(zstd(text), 50)), text);
        }
      }
    }
  });

  test("refuses a frame with more content than its size", () => {
    assert.equal(refusal(bomb(), 100), "bad-zstd");
    assert.deepEqual(new Uint8Array(inflate(zstd(noise(50)), 50)), noise(50));
  });

  test("refuses a damaged frame or gives content of its size, and decompresses the next frame", () => {
    const content = new TextEncoder().encode("one line of text, ".repeat(20));
    const frame = zstd(content);
    let refused = 0;
    for (let at = 0; at < frame.length; at++) {
      const code = refusal(frame.with(at, frame[at]! ^ 0x55), content.length);
      if (code !== undefined) refused++;
      assert.deepEqual(new Uint8Array(inflate(frame, content.length)), content);
    }
    assert(refused > 0);
  });
}
