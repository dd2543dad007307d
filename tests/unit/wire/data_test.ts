import assert from "node:assert/strict";
import { ApiMisuseError } from "../../../lib/errors.ts";
import { decodeDataHead, encodeDataHead } from "../../../lib/wire/data.ts";

Deno.test(
  "data head: channel, stream and length are little-endian",
  { permissions: "none" },
  () => {
    const out = new Uint8Array(9).fill(0xee);
    const head = { channel: 3, stream: 0xbacabaca, length: 0x1234 };
    encodeDataHead(head, out, 1);
    assert.deepEqual([...out], [0xee, 3, 0xca, 0xba, 0xca, 0xba, 0x34, 0x12, 0xee]);
    assert.deepEqual(decodeDataHead(out, 1), head);
    assert.deepEqual(decodeDataHead(out.subarray(1)), head);
  },
);

Deno.test("data head: values that do not fit are refused", { permissions: "none" }, () => {
  const good = { channel: 0, stream: 0, length: 0 };
  for (const bad of [{ channel: 256 }, { stream: -1 }, { stream: 2 ** 32 }, { length: 65536 }]) {
    assert.throws(() => encodeDataHead({ ...good, ...bad }, new Uint8Array(7)), ApiMisuseError);
  }
  assert.throws(() => encodeDataHead(good, new Uint8Array(6)), ApiMisuseError);
  assert.throws(() => decodeDataHead(new Uint8Array(6)), ApiMisuseError);
});
