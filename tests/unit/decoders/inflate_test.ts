import assert from "node:assert/strict";
import { inflate, inflateKind, useInflate } from "../../../lib/decoders/inflate.ts";
import { noise, zstd } from "./frames.ts";

function refusal(frame: Uint8Array, sizeBytes: number): string | undefined {
  try {
    inflate(frame, sizeBytes);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
}

/** A frame of one compressed block that says 100 bytes and holds 100 000. */
function bomb(): Uint8Array {
  const large = zstd(new Uint8Array(100_000).fill(7));
  assert.equal(large[4]! >> 6, 2);
  return Uint8Array.from([...large.subarray(0, 4), 0x20, 100, ...large.subarray(9)]);
}

Deno.test("the native handle is in use on this platform", { permissions: "none" }, () => {
  // Fails when the internals of node:zlib change: then everything works on, but slower.
  assert.equal(inflateKind(), "handle");
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

  test("refuses a frame that holds more than it says", () => {
    assert.equal(refusal(bomb(), 100), "bad-zstd");
    assert.deepEqual(new Uint8Array(inflate(zstd(noise(50)), 50)), noise(50));
  });

  test("refuses damage or gives what the frame says, and goes on after it", () => {
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
