import assert from "node:assert/strict";
import { KeystoreError } from "../../../lib/errors.ts";
import { formatKey, parsePrivateKey, parsePublicKey } from "../../../keystore/keys.ts";

const good = "4Qz1M1N1Z5rahquE7jDd0KzAIR0o0dEznxFvjMM3xwU=";

const bad: readonly [what: string, text: string, message: RegExp][] = [
  ["of no characters", "", /the key is empty/],
  ["without padding", good.slice(0, -1), /has 43 characters; 32 bytes of base64 have 44/],
  ["of 31 bytes", "Dw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw==", /has 31 bytes; a key has 32/],
  ["of 33 bytes", "EBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ", /has 33 bytes/],
  ["of 64 bytes", formatKey(new Uint8Array(64).fill(1)), /has 64 bytes/],
  ["with a trailing word", `${good} x`, /character 45 is " "/],
  ["with a newline", `${good}\n`, /character 45 is "\\n"/],
  ["with stray bits", good.slice(0, -2) + "V=", /padding or last character/],
  ["with padding inside", `=${good.slice(0, -2)}=`, /padding or last character/],
];

for (const [what, text, message] of bad) {
  Deno.test({
    name: `a key ${what} is refused and not repeated`,
    permissions: "none",
    fn() {
      for (const parse of [parsePublicKey, parsePrivateKey]) {
        assert.throws(() => parse(text), (error: unknown) => {
          assert.ok(error instanceof KeystoreError);
          assert.equal(error.code, "bad-key");
          assert.match(error.message, message);
          if (text !== "") assert.ok(!error.message.includes(text.slice(0, 8)));
          return true;
        });
      }
    },
  });
}

Deno.test({
  name: "keys that the reference misreads: foreign characters are no zero bits",
  permissions: "none",
  fn() {
    // The URL alphabet, which the reference reads as if each - and _ were an A.
    const url = formatKey(new Uint8Array(32).fill(0xfb)).replaceAll("+", "-").replaceAll("/", "_");
    for (const text of [url, good.replace("Q", "!")]) {
      assert.throws(() => parsePublicKey(text), { code: "bad-key", message: /is not base64/ });
    }
  },
});

Deno.test({
  name: "keys that the reference misreads: points of low order are nobody's own",
  permissions: "none",
  fn() {
    const zero = new Uint8Array(32);
    const one = Uint8Array.of(1, ...new Uint8Array(31));
    const highBit = new Uint8Array(32);
    highBit[31] = 0x80;
    for (const key of [zero, one, highBit]) {
      assert.throws(() => parsePublicKey(formatKey(key)), {
        code: "bad-key",
        message: /low order/,
      });
    }
    assert.throws(() => parsePrivateKey(formatKey(zero)), { code: "bad-key", message: /is zero/ });
  },
});

Deno.test({
  name: "keys are written as they were read, private ones unclamped",
  permissions: "none",
  fn() {
    assert.equal(formatKey(parsePublicKey(good)), good);
    const unclamped = formatKey(new Uint8Array(32).fill(255));
    assert.equal(formatKey(parsePrivateKey(unclamped)), unclamped);
  },
});
