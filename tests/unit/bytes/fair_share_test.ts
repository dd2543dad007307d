import assert from "node:assert/strict";
import { FairShare } from "../../../lib/bytes/fair_share.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

/** Takes units until one is refused. @returns How many it got. */
function takeAll(share: FairShare, owner: string): number {
  let taken = 0;
  while (share.take(owner, 1)) taken++;
  return taken;
}

test("an owner that takes all it can gets half of what is left", () => {
  const share = new FairShare(64);
  assert.deepEqual(["a", "b", "c", "d"].map((owner) => takeAll(share, owner)), [32, 16, 8, 4]);
  assert.equal(share.used, 60);
  assert.equal(takeAll(share, "a"), 0);
});

test("owners that all want much get equal parts", () => {
  const share = new FairShare(100);
  const owners = Array.from({ length: 9 }, (_, i) => `owner ${i}`);
  const taken = new Map(owners.map((owner) => [owner, 0]));
  for (let round = 0; round < 100; round++) {
    for (const owner of owners) {
      if (share.take(owner, 1)) taken.set(owner, taken.get(owner)! + 1);
    }
  }
  assert.deepEqual([...taken.values()], Array(9).fill(10));
});

test("what one owner gives back all others can take", () => {
  const share = new FairShare(64);
  takeAll(share, "a");
  takeAll(share, "b");
  share.give("a", 32);
  assert.equal(share.used, 16);
  assert.equal(takeAll(share, "c"), 24);
  share.give("b", 16);
  share.give("c", 24);
  assert.equal(share.used, 0);
  assert.equal(takeAll(share, "a"), 32);
});

test("a refused amount takes nothing", () => {
  const share = new FairShare(64);
  assert.equal(share.take("a", 33), false);
  assert.equal(share.used, 0);
  assert.equal(share.take("a", 32), true);
});
