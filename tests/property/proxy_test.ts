import assert from "node:assert/strict";
import fc from "fast-check";
import { concat } from "../../lib/bytes/concat.ts";
import { MAX_PROXY_HEADER_BYTES } from "../../lib/limits.ts";
import { parseProxyHeader } from "../../lib/net/proxy/header.ts";
import { BAD, binary, GOOD, line } from "../support/proxy_headers.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

/** What comes of bytes that arrive in parts: the header, the code of the error, or nothing yet. */
function feed(parts: readonly Uint8Array[]): unknown {
  for (let count = 0; count <= parts.length; count++) {
    try {
      const header = parseProxyHeader(concat(parts.slice(0, count)));
      if (header !== undefined) return header;
    } catch (error) {
      return (error as { code: string }).code;
    }
  }
  return undefined;
}

const known = fc.constantFrom(
  ...Object.values(GOOD).map(([bytes]) => bytes),
  ...Object.values(BAD),
);
/** Known headers with a few bytes changed, and more behind them. */
const input = fc.tuple(
  known,
  fc.array(fc.tuple(fc.nat(250), fc.nat(255)), { maxLength: 3 }),
  fc.uint8Array({ maxLength: 40 }),
).map(([bytes, changes, behind]) => {
  const changed = concat([bytes, behind]);
  for (const [at, value] of changes) if (at < changed.length) changed[at] = value;
  return changed;
});

test("a PROXY header gives the same however its bytes are split", () => {
  fc.assert(
    fc.property(input, fc.array(fc.nat(300), { maxLength: 8 }), (bytes, cuts) => {
      const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b)];
      const parts = at.map((from, i) => bytes.subarray(from, at[i + 1] ?? bytes.length));
      const whole = feed([bytes]);
      assert.deepEqual(feed(parts), whole);
      if (bytes.length <= 300) {
        assert.deepEqual(feed([...bytes].map((byte) => Uint8Array.of(byte))), whole);
      }
      if (bytes.length >= MAX_PROXY_HEADER_BYTES) assert.notEqual(whole, undefined);
    }),
    { numRuns: 2_000 },
  );
});

test("the address of a PROXY header is the one that was put in", () => {
  const port = fc.nat(65_535);
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), port, port, (source, destination, from, to) => {
      const text = `PROXY TCP4 ${source} ${destination} ${from} ${to}\r\n`;
      const hex = (address: string) => Uint8Array.from(address.split("."), Number).toHex();
      const ports = [from, to].map((it) => it.toString(16).padStart(4, "0")).join("");
      const packed = binary(0x21, 0x11, hex(source) + hex(destination) + ports);
      for (const bytes of [line(text), packed]) {
        assert.deepEqual(parseProxyHeader(bytes)?.source, { hostname: source, port: from });
      }
    }),
  );
  const address = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(address, port, (source, from) => {
      const groups = source.toHex().match(/.{4}/g)!;
      const digits = from.toString(16).padStart(4, "0");
      const packed = binary(0x21, 0x21, `${source.toHex()}${"00".repeat(16)}${digits}0000`);
      const text = line(`PROXY TCP6 ${groups.join(":")} ::1 ${from} 1\r\n`);
      const { hostname, port } = parseProxyHeader(packed)!.source!;
      assert.deepEqual(parseProxyHeader(text)!.source, { hostname, port });
      assert.equal(port, from);
    }),
  );
});
