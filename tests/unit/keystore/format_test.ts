import assert from "node:assert/strict";
import {
  formatAccepted,
  formatHostAddress,
  formatHostKey,
  formatKey,
  parseAccepted,
  parseHostAddress,
  parseHostKeys,
  parsePublicKey,
  replaceAccepted,
  requireHost,
} from "../../../keystore/format.ts";
import { NO_CONDITIONS } from "../../../keystore/conditions.ts";
import { KeystoreError } from "../../../lib/errors.ts";
import { testKey, testKeyText } from "../../support/keystore.ts";

const key = testKeyText(1);
/** The rest of a line without conditions. */
const plain = { publicKey: testKey(1), conditions: NO_CONDITIONS, problem: undefined };

const noLine: readonly [what: string, text: string, code: string, message: RegExp][] = [
  ["one word", "default\n", "bad-line", /has one word/],
  ["a leading space", ` default ${key}\n`, "bad-line", /starts with a blank/],
  ["a leading tab", `\tdefault ${key}\n`, "bad-line", /starts with a blank/],
  ["two spaces", `default  ${key}\n`, "bad-line", /more than one blank/],
  ["a third word", `default ${key} laptop\n`, "bad-line", /more than two words/],
  ["a third word after a tab", `default ${key}\tlaptop\n`, "bad-line", /more than two words/],
  ["a short key", "default AAAA\n", "bad-key", /has 4 characters|has 3 bytes/],
  ["a zero key", `default ${"A".repeat(43)}=\n`, "bad-key", /low order/],
];

for (const [what, text, code, message] of noLine) {
  Deno.test({
    name: `a line with ${what} is skipped with a warning, and the next line counts`,
    permissions: "none",
    fn() {
      const alone = parseAccepted(text, "/s/accepted/x");
      assert.equal(alone.value, undefined);
      assert.equal(alone.warnings.length, 1);
      const [warning] = alone.warnings;
      assert.deepEqual([warning!.path, warning!.line, warning!.code], ["/s/accepted/x", 1, code]);
      assert.match(warning!.message, message);
      const followed = parseAccepted(`${text}demo ${key}\n`, "x");
      assert.deepEqual(followed.value, { ...plain, tags: ["demo"], line: 2 });
    },
  });
}

Deno.test({
  name: "blanks and CR at the end of a line are dropped, and the last newline may be missing",
  permissions: "none",
  fn() {
    for (const end of ["", "\n", "\r\n", "   \n", " \t\r\n\n", "\v\f\n"]) {
      const { value, warnings } = parseAccepted(`a,b\t${key}${end}`, "x");
      assert.deepEqual(value, { ...plain, tags: ["a", "b"], line: 1 });
      assert.deepEqual(warnings, []);
    }
  },
});

Deno.test({
  name: "comments and empty lines are skipped without a warning",
  permissions: "none",
  fn() {
    const { value, warnings } = parseAccepted(`# my laptop\n\n \r\n#\ndemo ${key}\n# end\n`, "x");
    assert.equal(value?.line, 5);
    assert.deepEqual(warnings, []);
    assert.deepEqual(parseAccepted("", "x"), { value: undefined, warnings: [] });
  },
});

Deno.test({
  name: "a commented-out key is not a key",
  permissions: "none",
  fn() {
    assert.equal(parseAccepted(`#default ${key}\n`, "x").value, undefined);
    assert.deepEqual(parseHostKeys(`#host ${key}\n`, "x").value, []);
  },
});

Deno.test({
  name: "a second key in a file does not count and gives a warning",
  permissions: "none",
  fn() {
    const { value, warnings } = parseAccepted(`a ${key}\nb ${testKeyText(2)}\nrubbish\n`, "x");
    assert.deepEqual(value?.tags, ["a"]);
    assert.equal(warnings.length, 1);
    assert.equal(warnings[0]!.line, 2);
    assert.match(warnings[0]!.message, /only the first key of a file counts.*line 1/);
  },
});

Deno.test({
  name: "a hostkeys file gives its good lines in order and warnings without keys",
  permissions: "none",
  fn() {
    const text = `a.example ${key}\nbad line\nb.example:0 ${key}\n${key} c.example\n` +
      `[::1]:7000 ${testKeyText(2)}\n`;
    const { value, warnings } = parseHostKeys(text, "x");
    assert.deepEqual(value, [
      { host: "a.example", port: 6680, privateKey: testKey(1) },
      { host: "::1", port: 7000, privateKey: testKey(2) },
    ]);
    assert.deepEqual(warnings.map((it) => it.line), [2, 3, 4]);
    assert.ok(!JSON.stringify(warnings).includes(key.slice(0, 8)));
  },
});

Deno.test({
  name: "replacing tags and the comment keeps the other lines of a file",
  permissions: "none",
  fn() {
    const text = `# laptop\nrubbish\na ${key}   \r\n# end`;
    const { value } = parseAccepted(text, "x");
    const { conditions } = value!;
    const replaced = replaceAccepted(text, value!, ["a", "b"], conditions);
    assert.equal(replaced, `# laptop\nrubbish\na,b ${key}\n# end\n`);
    const commented = replaceAccepted(replaced, value!, ["a"], { ...conditions, comment: "x" });
    assert.equal(commented, `# laptop\nrubbish\na ${key}\n# comment: x\n# end\n`);
    assert.equal(
      replaceAccepted(commented, value!, ["a"], conditions),
      `# laptop\nrubbish\na ${key}\n# end\n`,
    );
  },
});

Deno.test({
  name: "lines are formatted as arcan-net formats them",
  permissions: "none",
  fn() {
    assert.equal(formatAccepted(["a", "b"], testKey(1)), `a,b ${key}\n`);
    const privateKey = testKey(1);
    assert.equal(formatHostKey({ host: "h", port: 1, privateKey }), `h:1 ${key}\n`);
    assert.equal(formatHostKey({ host: "::1", port: 1, privateKey }), `[::1]:1 ${key}\n`);
  },
});

const goodKey = "4Qz1M1N1Z5rahquE7jDd0KzAIR0o0dEznxFvjMM3xwU=";

const badKeys: readonly [what: string, text: string, message: RegExp][] = [
  ["of no characters", "", /the key is empty/],
  ["without padding", goodKey.slice(0, -1), /has 43 characters; 32 bytes of base64 have 44/],
  ["of 31 bytes", "Dw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw==", /has 31 bytes; a key has 32/],
  ["of 33 bytes", "EBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ", /has 33 bytes/],
  ["of 64 bytes", formatKey(new Uint8Array(64).fill(1)), /has 64 bytes/],
  ["with a trailing word", `${goodKey} x`, /character 45 is " "/],
  ["with a newline", `${goodKey}\n`, /character 45 is "\\n"/],
  ["with stray bits", goodKey.slice(0, -2) + "V=", /the padding or the last character/],
  ["with padding inside", `=${goodKey.slice(0, -2)}=`, /the padding or the last character/],
];

for (const [what, text, message] of badKeys) {
  Deno.test({
    name: `a key ${what} is refused, and the error does not repeat it`,
    permissions: "none",
    fn() {
      const check = (error: unknown) => {
        assert.ok(error instanceof KeystoreError);
        assert.equal(error.code, "bad-key");
        assert.match(error.message, message);
        if (text !== "") assert.ok(!error.message.includes(text.slice(0, 8)));
        return true;
      };
      assert.throws(() => parsePublicKey(text), check);
      // In a line, a blank ends the key.
      if (!/^\S+$/.test(text)) return;
      const [warning] = parseHostKeys(`h ${text}`, "x").warnings;
      check(new KeystoreError(warning!.code, warning!.message));
    },
  });
}

Deno.test({
  name: "keys that the reference misreads: foreign characters are refused",
  permissions: "none",
  fn() {
    // The reference reads the - and _ of the URL alphabet as A.
    const url = formatKey(new Uint8Array(32).fill(0xfb)).replaceAll("+", "-").replaceAll("/", "_");
    for (const text of [url, goodKey.replace("Q", "!")]) {
      assert.throws(() => parsePublicKey(text), { code: "bad-key", message: /is not base64/ });
    }
  },
});

Deno.test({
  name: "keys that the reference misreads: points of low order are refused",
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
    const [warning] = parseHostKeys(`h ${formatKey(zero)}`, "x").warnings;
    assert.match(warning!.message, /is zero/);
  },
});

Deno.test({
  name: "keys are formatted as they were read, private ones unclamped",
  permissions: "none",
  fn() {
    assert.equal(formatKey(parsePublicKey(goodKey)), goodKey);
    const unclamped = formatKey(new Uint8Array(32).fill(255));
    const [hostKey] = parseHostKeys(`h ${unclamped}`, "x").value;
    assert.equal(formatKey(hostKey!.privateKey), unclamped);
  },
});

const goodAddresses: readonly [text: string, host: string, port: number][] = [
  ["10.0.0.1:1000", "10.0.0.1", 1000],
  ["host.example", "host.example", 6680],
  ["host.example:65535", "host.example", 65535],
  ["[::1]:3000", "::1", 3000],
  ["::1:4000", "::1", 4000],
  ["2001:db8::1:6680", "2001:db8::1", 6680],
  ["[fe80::1%eth0]:1", "fe80::1%eth0", 1],
  ["my_host", "my_host", 6680],
];

for (const [text, host, port] of goodAddresses) {
  Deno.test({
    name: `an address of a hostkeys line is read: ${text}`,
    permissions: "none",
    fn() {
      const address = parseHostAddress(text);
      assert.deepEqual(address, { host, port });
      assert.deepEqual(parseHostAddress(formatHostAddress(address)), address);
    },
  });
}

for (
  const text of ["", ":5", "h:0", "h:65536", "h:99999", "h:", "h:-1", "h:+1", "h:1e3", "[h]:5"]
) {
  Deno.test({
    name: `an address of a hostkeys line is refused: ${JSON.stringify(text)}`,
    permissions: "none",
    fn: () => assert.throws(() => parseHostAddress(text), { code: "bad-host" }),
  });
}

Deno.test({
  name:
    "addresses that the reference misreads: an IPv6 address without a port, or text after the port",
  permissions: "none",
  fn() {
    for (const text of ["::1", "[::1]", "2001:db8::5", "h:80x", "a:b:80"]) {
      assert.throws(() => parseHostAddress(text), { code: "bad-host" }, text);
    }
    assert.throws(
      () => parseHostAddress("2001:db8::5"),
      /write an IPv6 address and its port as \[/,
    );
  },
});

Deno.test({
  name: "requireHost takes a name or an address, with or without brackets",
  permissions: "none",
  fn() {
    for (const host of ["localhost", "a.b-c.example", "192.0.2.1", "::1", "fe80::1%eth0", "a."]) {
      assert.equal(requireHost(host), host);
    }
    assert.equal(requireHost("[::1]"), "::1");
    assert.throws(() => requireHost("h:80"), /"h:80".*give the port as a separate argument/);
    for (const host of ["", " ", "a b", "-x", "a\n", "a,b", "[a]", "a/b", "x".repeat(254)]) {
      assert.throws(() => requireHost(host), { code: "bad-host" }, JSON.stringify(host));
    }
  },
});
