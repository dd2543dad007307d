import assert from "node:assert/strict";
import { FairShare } from "../../../lib/bytes/fair_share.ts";
import { MemoryBudget } from "../../../lib/decoders/memory_budget.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const isLimit = { code: "memory-limit" };

test("the memory of a client counts in that of all clients until it is released", () => {
  const all = new FairShare(200);
  const [one, other] = [new MemoryBudget(80, all, "a"), new MemoryBudget(80, all, "a")];
  one.reserve(60);
  other.reserve(30);
  assert.equal(all.used, 90);
  assert.throws(() => other.reserve(20), isLimit);
  assert.deepEqual([one.usedBytes, other.usedBytes, all.used], [60, 30, 90]);
  one.release(20);
  other.reserve(20);
  assert.deepEqual([one.usedBytes, other.usedBytes, all.used], [40, 50, 90]);
});

test("the clients of one key have no more memory than is left for all others", () => {
  const all = new FairShare(200);
  const greedy = Array.from({ length: 7 }, () => new MemoryBudget(80, all, "greedy"));
  for (const one of greedy.slice(0, 5)) one.reserve(20);
  assert.throws(() => greedy[5]!.reserve(1), isLimit);
  const ordinary = new MemoryBudget(80, all, "ordinary");
  ordinary.reserve(50);
  assert.throws(() => ordinary.reserve(1), isLimit);
  new MemoryBudget(80, all, "third").reserve(25);
});

test("what a client's own limit refuses is not counted for all", () => {
  const all = new FairShare(200);
  const one = new MemoryBudget(80, all);
  assert.throws(() => one.reserve(81), isLimit);
  assert.equal(all.used, 0);
});

test("an allocation that the machine refuses is not counted", () => {
  const all = new FairShare(Infinity);
  const one = new MemoryBudget(Infinity, all);
  assert.throws(() => one.allocate(2 ** 53), isLimit);
  assert.deepEqual([one.usedBytes, all.used], [0, 0]);
});

test("a closed budget counts nothing, and late releases change nothing", () => {
  const all = new FairShare(200);
  const [one, other] = [new MemoryBudget(80, all), new MemoryBudget(80, all)];
  one.reserve(60);
  other.reserve(10);
  one.close();
  one.close();
  one.release(60);
  assert.deepEqual([one.usedBytes, all.used], [0, 10]);
  assert.throws(() => one.reserve(1), isLimit);
});

test("nothing is there to be had also for a client whose key has no part any more", () => {
  const budget = new MemoryBudget(10, { used: 0, limit: 0, take: () => false, give() {} }, "gone");
  budget.reserve(0);
  assert.equal(budget.allocate(0).length, 0);
  assert.throws(() => budget.reserve(1), { code: "memory-limit" });
  assert.equal(budget.usedBytes, 0);
});
