import assert from "node:assert/strict";
import { SEGMENT_KINDS, segmentKindName, segmentKindNumber } from "../../../lib/wire/constants.ts";
import { KEYSYMS, MODIFIERS } from "../../../lib/wire/keysyms.ts";

Deno.test("segment kinds: names and numbers map to each other", { permissions: "none" }, () => {
  for (const [number, name] of SEGMENT_KINDS) {
    assert.equal(segmentKindName(number), name);
    assert.equal(segmentKindNumber(name), number);
  }
  assert.equal(SEGMENT_KINDS.length, 32);
});

Deno.test(
  "segment kinds: the name of an unknown number is empty",
  { permissions: "none" },
  () => {
    for (const number of [254, 31, 200, 256, 0xffff_ffff]) {
      assert.equal(segmentKindName(number), "");
    }
    assert.equal(segmentKindNumber("no-such-kind"), undefined);
  },
);

Deno.test(
  "key symbols: numbers are those of SDL 1.2, without duplicates",
  { permissions: "none" },
  () => {
    const numbers = Object.values(KEYSYMS);
    assert.equal(new Set(numbers).size, numbers.length);
    assert.equal(KEYSYMS.minus, 45);
    assert.equal(KEYSYMS.slash, 47);
    assert.equal(KEYSYMS.up, 273);
    assert.equal(KEYSYMS.f15, 296);
    assert.equal(KEYSYMS.undo, 322);
  },
);

Deno.test("modifiers: each is one bit", { permissions: "none" }, () => {
  let all = 0;
  for (const bit of Object.values(MODIFIERS)) {
    assert.equal(bit & (bit - 1), 0);
    assert.equal(all & bit, 0);
    all |= bit;
  }
});
