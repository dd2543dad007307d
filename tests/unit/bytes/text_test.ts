import assert from "node:assert/strict";
import { decodeBase64 } from "../../../lib/bytes/base64.ts";
import { equalConstantTime } from "../../../lib/bytes/equal.ts";
import {
  decodeUtf8,
  decodeUtf8Lenient,
  encodeUtf8,
  splitUtf8,
  untilNul,
  withoutByteOrderMark,
} from "../../../lib/bytes/text.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

test("a field ends at its first NUL, or at its end", () => {
  assert.deepEqual([...untilNul(Uint8Array.of(1, 2, 0, 3, 0))], [1, 2]);
  assert.deepEqual([...untilNul(Uint8Array.of(1, 2))], [1, 2]);
  assert.deepEqual([...untilNul(Uint8Array.of(0, 1))], []);
});

test("invalid UTF-8 is refused or becomes U+FFFD", () => {
  const bad = Uint8Array.of(0x61, 0xff, 0x62);
  assert.equal(decodeUtf8(bad), undefined);
  assert.equal(decodeUtf8Lenient(bad), "a\ufffdb");
  assert.equal(decodeUtf8(encodeUtf8("\ufeffå€😀")), "\ufeffå€😀", "a byte order mark is text");
});

test("text is split between code points without loss", () => {
  const text = "aå€😀".repeat(20);
  for (let limit = 4; limit < 20; limit++) {
    const parts = splitUtf8(encodeUtf8(text), limit);
    assert.ok(parts.every((part) => part.length <= limit));
    assert.ok(parts.slice(0, -1).every((part) => part.length > limit - 4));
    assert.equal(parts.map((part) => decodeUtf8(part)).join(""), text);
  }
  assert.deepEqual(splitUtf8(new Uint8Array(0), 4).map((part) => part.length), [0]);
});

test("base64 must be canonical", () => {
  assert.deepEqual(decodeBase64("AQID"), Uint8Array.of(1, 2, 3));
  for (
    const text of ["AQI", "AQI==", "AQJ=", "AQ ID", "AQID\n", "\u00a0AQID", "AQ-_", "AQID=", "A"]
  ) {
    assert.equal(decodeBase64(text), undefined, JSON.stringify(text));
  }
  assert.deepEqual(decodeBase64("+/8="), Uint8Array.of(0xfb, 0xff));
});

test("bytes are equal when their lengths and contents are", () => {
  const a = Uint8Array.of(1, 2, 3);
  assert.ok(equalConstantTime(a, a.slice()));
  assert.ok(!equalConstantTime(a, Uint8Array.of(1, 2, 4)));
  assert.ok(!equalConstantTime(a, Uint8Array.of(1, 2)));
  assert.ok(equalConstantTime(new Uint8Array(0), new Uint8Array(0)));
});

test("one byte order mark is removed, and only at the beginning", () => {
  const text = (input: string) => decodeUtf8(withoutByteOrderMark(encodeUtf8(input)));
  assert.equal(text("\ufeffa\ufeff"), "a\ufeff");
  assert.equal(text("\ufeff\ufeffa"), "\ufeffa");
  assert.equal(text("a"), "a");
  assert.equal(text(""), "");
  assert.deepEqual(withoutByteOrderMark(Uint8Array.of(0xef, 0xbb)), Uint8Array.of(0xef, 0xbb));
});
