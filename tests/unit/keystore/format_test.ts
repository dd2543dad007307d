import assert from "node:assert/strict";
import {
  formatAccepted,
  formatHostKey,
  parseAccepted,
  parseHostKeys,
  replaceTags,
} from "../../../keystore/format.ts";
import { testKey, testKeyText } from "./helpers.ts";

const key = testKeyText(1);

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
    name: `a line with ${what} is passed over with a warning, and the next one counts`,
    permissions: "none",
    fn() {
      const alone = parseAccepted(text, "/s/accepted/x");
      assert.equal(alone.value, undefined);
      assert.equal(alone.warnings.length, 1);
      const [warning] = alone.warnings;
      assert.deepEqual([warning!.path, warning!.line, warning!.code], ["/s/accepted/x", 1, code]);
      assert.match(warning!.message, message);
      const followed = parseAccepted(`${text}demo ${key}\n`, "x");
      assert.deepEqual(followed.value, { tags: ["demo"], publicKey: testKey(1), line: 2 });
    },
  });
}

Deno.test({
  name: "blanks and CR at the end of a line are no part of it, and the last newline may be missing",
  permissions: "none",
  fn() {
    for (const end of ["", "\n", "\r\n", "   \n", " \t\r\n\n", "\v\f\n"]) {
      const { value, warnings } = parseAccepted(`a,b\t${key}${end}`, "x");
      assert.deepEqual(value, { tags: ["a", "b"], publicKey: testKey(1), line: 1 });
      assert.deepEqual(warnings, []);
    }
  },
});

Deno.test({
  name: "comments and empty lines are passed over in silence",
  permissions: "none",
  fn() {
    const { value, warnings } = parseAccepted(`# my laptop\n\n \r\n#\ndemo ${key}\n# end\n`, "x");
    assert.equal(value?.line, 5);
    assert.deepEqual(warnings, []);
    assert.deepEqual(parseAccepted("", "x"), { value: undefined, warnings: [] });
  },
});

Deno.test({
  name: "a commented-out key is no key",
  permissions: "none",
  fn() {
    assert.equal(parseAccepted(`#default ${key}\n`, "x").value, undefined);
    assert.deepEqual(parseHostKeys(`#host ${key}\n`, "x").value, []);
  },
});

Deno.test({
  name: "a second key in a file does not count, and a warning says so",
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
  name: "a hostkeys file gives its good lines in order, and warnings hold no key",
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
  name: "new tags leave the other lines of a file as they are",
  permissions: "none",
  fn() {
    const text = `# laptop\nrubbish\na ${key}   \r\n# end`;
    const { value } = parseAccepted(text, "x");
    assert.equal(replaceTags(text, value!, ["a", "b"]), `# laptop\nrubbish\na,b ${key}\n# end\n`);
  },
});

Deno.test({
  name: "lines are written as arcan-net writes them",
  permissions: "none",
  fn() {
    assert.equal(formatAccepted(["a", "b"], testKey(1)), `a,b ${key}\n`);
    const privateKey = testKey(1);
    assert.equal(formatHostKey({ host: "h", port: 1, privateKey }), `h:1 ${key}\n`);
    assert.equal(formatHostKey({ host: "::1", port: 1, privateKey }), `[::1]:1 ${key}\n`);
  },
});
