import assert from "node:assert/strict";
import { formatAddress } from "../../../../lib/address.ts";
import { concat } from "../../../../lib/bytes/concat.ts";
import { MAX_PROXY_HEADER_BYTES, MAX_PROXY_LINE_BYTES } from "../../../../lib/limits.ts";
import { parseProxyHeader } from "../../../../lib/net/proxy/header.ts";
import { BAD, GOOD } from "../../../support/proxy_headers.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const BEHIND = Uint8Array.of(0x50, 0x52, 0x4f, 0x58, 0x59, 0x0d, 0x0a, 0xff);

for (const [what, [bytes, source]] of Object.entries(GOOD)) {
  test(`a PROXY header is read when it is whole: ${what}`, () => {
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(parseProxyHeader(bytes.subarray(0, length)), undefined, `${length} bytes`);
    }
    for (const behind of [new Uint8Array(0), BEHIND, new Uint8Array(5_000)]) {
      const header = parseProxyHeader(concat([bytes, behind]));
      assert.equal(header?.length, bytes.length);
      assert.equal(header?.source && formatAddress(header.source), source);
    }
  });
}

for (const [what, bytes] of Object.entries(BAD)) {
  test(`a PROXY header is refused, however it comes: ${what}`, () => {
    for (let length = 0; length < bytes.length; length++) {
      try {
        assert.equal(parseProxyHeader(bytes.subarray(0, length)), undefined);
      } catch (error) {
        assert.equal((error as { code?: string }).code, "bad-proxy-header");
      }
    }
    assert.throws(() => parseProxyHeader(bytes), {
      code: "bad-proxy-header",
      message: /^the PROXY header is wrong: .*[^.]$/,
    });
  });
}

test("the longest headers are as long as the limits", () => {
  assert.equal(GOOD["the longest line"]![0].length, MAX_PROXY_LINE_BYTES);
  assert.equal(GOOD["as much as is taken"]![0].length, MAX_PROXY_HEADER_BYTES);
  assert.equal(BAD["a line of 108 bytes"]!.length, MAX_PROXY_LINE_BYTES + 1);
});
