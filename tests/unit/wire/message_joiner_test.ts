import assert from "node:assert/strict";
import { MAX_RECEIVED_MESSAGE_BYTES } from "../../../lib/limits.ts";
import { MessageJoiner } from "../../../lib/wire/message_joiner.ts";

const TEXT = "aé漢🙂".repeat(20);
const BYTES = new TextEncoder().encode(TEXT);

Deno.test("joiner: a text is joined wherever it was cut", { permissions: "none" }, () => {
  for (let size = 1; size <= 78; size++) {
    const joiner = new MessageJoiner();
    let joined = "";
    for (let at = 0; at < BYTES.length; at += size) {
      const more = at + size < BYTES.length;
      const part = joiner.take(BYTES.subarray(at, at + size), more)!;
      assert.equal(part.multipart, more);
      assert.equal(part.message.includes("\ufffd"), false);
      joined += part.message;
    }
    assert.equal(joined, TEXT, `parts of ${size} bytes`);
  }
});

Deno.test("joiner: the input may be overwritten afterwards", { permissions: "none" }, () => {
  const joiner = new MessageJoiner();
  const buffer = Uint8Array.of(0xc3);
  joiner.take(buffer, true);
  buffer[0] = 0xa4;
  assert.deepEqual(joiner.take(buffer, false), { message: "ä", multipart: false });
});

Deno.test(
  "joiner: invalid bytes empty only the part that they are in",
  { permissions: "none" },
  () => {
    const joiner = new MessageJoiner();
    const take = (bytes: number[], more: boolean) =>
      joiner.take(Uint8Array.from(bytes), more)?.message;
    assert.equal(take([0x61, 0xff], true), "");
    assert.equal(take([0x62], true), "b");
    assert.equal(take([0x80, 0x80, 0x80, 0x80], true), "");
    assert.equal(take([0x63, 0xc0], true), "");
    assert.equal(take([0x64, 0xe2, 0x82], false), "", "ends inside a code point");
    assert.equal(take([0xac], false), "", "no bytes are held back for the next text");
  },
);

Deno.test(
  "joiner: the rest of a text that is too long is dropped",
  { permissions: "none" },
  () => {
    const full = new Uint8Array(64).fill(0x61);
    const inCopy = (joiner: MessageJoiner, more: boolean) => joiner.take(full, more);
    const inPlace = (joiner: MessageJoiner, more: boolean) =>
      joiner.takeField(new DataView(full.buffer), 0, full.length, more);
    for (const take of [inCopy, inPlace]) {
      const joiner = new MessageJoiner();
      for (let sent = 0; sent < MAX_RECEIVED_MESSAGE_BYTES; sent += 64) {
        assert.equal(take(joiner, true)?.message.length, 64);
      }
      assert.equal(take(joiner, true), undefined);
      assert.equal(take(joiner, true), undefined);
      assert.deepEqual(take(joiner, false), { message: "", multipart: false });
      assert.deepEqual(joiner.take(full.subarray(0, 1), false), { message: "a", multipart: false });
    }
  },
);

Deno.test(
  "joiner: text passes unless it continues a code point or is too long",
  { permissions: "none" },
  () => {
    const joiner = new MessageJoiner();
    joiner.take(Uint8Array.of(0xc3), true);
    assert.equal(joiner.passes(1, true), false);
    assert.deepEqual(joiner.take(Uint8Array.of(0xa4), false), { message: "ä", multipart: false });
    assert.equal(joiner.passes(MAX_RECEIVED_MESSAGE_BYTES - 1, true), true);
    assert.equal(joiner.passes(2, false), false);
    assert.equal(joiner.passes(1, false), true, "what did not pass does not count");
    assert.equal(joiner.passes(MAX_RECEIVED_MESSAGE_BYTES, false), true, "it is another text");
  },
);
