import assert from "node:assert/strict";
import { decodeBase64, encodeBase64 } from "../../../lib/bytes/base64.ts";
import { equalConstantTime } from "../../../lib/bytes/equal.ts";
import {
  decodeUtf8,
  decodeUtf8Lenient,
  encodeUtf8,
  splitUtf8,
  untilNul,
} from "../../../lib/bytes/text.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

test("a field ends at its first NUL, or at its end", () => {
  assert.deepEqual([...untilNul(Uint8Array.of(1, 2, 0, 3, 0))], [1, 2]);
  assert.deepEqual([...untilNul(Uint8Array.of(1, 2))], [1, 2]);
  assert.deepEqual([...untilNul(Uint8Array.of(0, 1))], []);
});

test("UTF-8 that is not valid is refused, or shown as U+FFFD", () => {
  const bad = Uint8Array.of(0x61, 0xff, 0x62);
  assert.equal(decodeUtf8(bad), undefined);
  assert.equal(decodeUtf8Lenient(bad), "a\ufffdb");
  assert.equal(decodeUtf8(encodeUtf8("\ufeffå€😀")), "\ufeffå€😀", "a byte order mark is text");
});

test("text is split between code points, and nothing is lost", () => {
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
  for (const text of ["AQI", "AQI==", "AQJ=", "AQ ID", "AQID\n", "AQ-_", "AQID=", "A"]) {
    assert.equal(decodeBase64(text), undefined, JSON.stringify(text));
  }
  assert.equal(encodeBase64(Uint8Array.of(0xfb, 0xff)), "+/8=");
});

test("bytes are equal when lengths and contents are", () => {
  const a = Uint8Array.of(1, 2, 3);
  assert.ok(equalConstantTime(a, a.slice()));
  assert.ok(!equalConstantTime(a, Uint8Array.of(1, 2, 4)));
  assert.ok(!equalConstantTime(a, Uint8Array.of(1, 2)));
  assert.ok(equalConstantTime(new Uint8Array(0), new Uint8Array(0)));
});
