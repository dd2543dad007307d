import assert from "node:assert/strict";
import { viewOfBuffer, writeUint64 } from "../../../lib/bytes/view.ts";

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

test("a view spans the whole buffer and is cached for all arrays in it", () => {
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const view = viewOfBuffer(bytes.subarray(2));
  assert.equal(view.byteLength, 4);
  assert.equal(view.getUint8(2), 3);
  assert.equal(viewOfBuffer(bytes.subarray(1, 2)), view);
});

test("another buffer gets another view", () => {
  const [first, second] = [new Uint8Array([1]), new Uint8Array([2])];
  assert.equal(viewOfBuffer(first).getUint8(0), 1);
  assert.equal(viewOfBuffer(second).getUint8(0), 2);
  assert.equal(viewOfBuffer(first).getUint8(0), 1);
});

test("64-bit numbers are little-endian", () => {
  const view = new DataView(new ArrayBuffer(9));
  for (const value of [0, 1, 0xffff_ffff, 0x1_0000_0000, Number.MAX_SAFE_INTEGER]) {
    writeUint64(view, 1, value);
    assert.equal(view.getBigUint64(1, true), BigInt(value));
  }
});
