import assert from "node:assert/strict";
import { ApiMisuseError } from "../../../lib/errors.ts";
import { checkSecret, parseSecret } from "../../../lib/net/secret.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

function refused(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof ApiMisuseError);
    assert.equal(error.code, "bad-secret");
    return error.message;
  }
  assert.fail("it is refused");
}

test("num and secret are read", () => {
  for (
    const [text, enrolments, secret] of [
      ["2:open sesame", 2, "open sesame"],
      ["0:x", 0, "x"],
      ["007:a", 7, "a"],
      ["10000:a:b:", 10_000, "a:b:"],
      ["1: ", 1, " "],
    ] as const
  ) {
    const parsed = parseSecret(text);
    assert.equal(parsed.enrolments, enrolments);
    assert.equal(new TextDecoder().decode(parsed.secret), secret);
  }
});

test("what is not num:secret is refused", () => {
  for (
    const text of [
      "",
      ":",
      "2",
      "2:",
      "secret",
      ":secret",
      "-1:secret",
      "1.5:a",
      "a:b",
      " 1:a",
      "1 :a",
    ]
  ) refused(() => parseSecret(text));
});

test("more places than the limit are refused", () => {
  assert.match(refused(() => parseSecret("10001:secret")), /10001.*10000/);
  refused(() => parseSecret("99999999999999999999:secret"));
});

test("a secret of 32 bytes is refused", () => {
  assert.equal(checkSecret("x".repeat(31)).length, 31);
  assert.match(refused(() => checkSecret("x".repeat(32))), /32 bytes.*31/);
  assert.equal(checkSecret("é".repeat(15)).length, 30);
  refused(() => checkSecret("é".repeat(16)));
  refused(() => checkSecret(""));
});

test("line breaks and NUL are refused", () => {
  for (const text of ["a\n", "a\r\nb", "a\0b"]) refused(() => checkSecret(text));
});

test("no message holds the secret", () => {
  for (const text of ["10001:hunter2", "1:hunter2\n", "x:hunter2", `1:${"hunter2".repeat(9)}`]) {
    assert.doesNotMatch(refused(() => parseSecret(text)), /hunter2/);
  }
});
