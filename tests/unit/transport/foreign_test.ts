import assert from "node:assert/strict";
import { isForeign } from "../../../lib/transport/foreign.ts";
import { hex, SESSIONS, streamOf } from "../../support/vectors.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const text = (start: string) => new TextEncoder().encode(start).subarray(0, 25);

for (
  const [name, bytes] of [
    ["HTTP", text("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")],
    ["SSH", text("SSH-2.0-OpenSSH_10.0 Debian-7\r\n")],
    ["a line from telnet", text("\r\n\r\nhello is anybody there\r\n")],
    ["TLS", hex("16030102000100fc0303".padEnd(50, "7"))],
  ] as const
) {
  test(`${name} is another protocol`, () => assert.ok(isForeign(bytes)));
}

test("the first packets of A12 clients are not another protocol", () => {
  for (const vector of Object.values(SESSIONS)) {
    assert.ok(!isForeign(streamOf(vector, "client").subarray(0, 25)), vector.name);
  }
});
