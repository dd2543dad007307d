import assert from "node:assert/strict";
import { isIP } from "node:net";
import { MalformedError } from "../../../lib/errors.ts";
import { MAX_PROXY_HEADER_BYTES } from "../../../lib/limits.ts";
import { parseProxyHeader, type ProxyHeader } from "../../../lib/net/proxy/header.ts";
import { BAD, GOOD } from "../../support/proxy_headers.ts";
import type { Target } from "../target.ts";

type Outcome = ProxyHeader | "refused" | undefined;

/**
 * PROXY headers: the whole input, each of its beginnings up to a bound, and the bytes of the header alone
 * agree; a header is within its limit and has an address or none.
 */
export const proxyHeaders: Target = {
  name: "PROXY headers",
  corpus: [...Object.values(GOOD).map(([bytes]) => bytes), ...Object.values(BAD)],
  run: (input) => {
    const whole = outcome(input);
    if (whole === undefined) assert.ok(input.length < MAX_PROXY_HEADER_BYTES);
    for (let length = 0; length < Math.min(input.length, 128); length++) {
      const part = outcome(input.subarray(0, length));
      if (part !== undefined) assert.deepEqual(part, whole, `the first ${length} bytes`);
    }
    if (whole === undefined || whole === "refused") return;
    assert.ok(whole.length <= Math.min(input.length, MAX_PROXY_HEADER_BYTES));
    assert.deepEqual(outcome(input.subarray(0, whole.length)), whole);
    assert.equal(outcome(input.subarray(0, whole.length - 1)), undefined);
    if (whole.source === undefined) return;
    assert.notEqual(isIP(whole.source.hostname), 0);
    assert.ok(whole.source.port >= 0 && whole.source.port <= 65_535);
  },
};

function outcome(bytes: Uint8Array): Outcome {
  try {
    return parseProxyHeader(bytes);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    assert.equal(error.code, "bad-proxy-header");
    return "refused";
  }
}
