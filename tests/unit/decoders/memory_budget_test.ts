import assert from "node:assert/strict";
import { MemoryBudget } from "../../../lib/decoders/memory_budget.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const isLimit = { code: "memory-limit" };

test("what a client takes is taken from that of all, and given back", () => {
  const all = new MemoryBudget(100);
  const [one, other] = [new MemoryBudget(80, all), new MemoryBudget(80, all)];
  one.reserve(60);
  other.reserve(30);
  assert.equal(all.usedBytes, 90);
  assert.throws(() => other.reserve(20), isLimit);
  assert.deepEqual([one.usedBytes, other.usedBytes, all.usedBytes], [60, 30, 90]);
  one.release(20);
  other.reserve(20);
  assert.deepEqual([one.usedBytes, other.usedBytes, all.usedBytes], [40, 50, 90]);
});

test("a client's own limit counts nothing against all", () => {
  const all = new MemoryBudget(100);
  const one = new MemoryBudget(80, all);
  assert.throws(() => one.reserve(81), isLimit);
  assert.equal(all.usedBytes, 0);
});

test("an allocation that the machine refuses is counted nowhere", () => {
  const all = new MemoryBudget(Infinity);
  const one = new MemoryBudget(Infinity, all);
  assert.throws(() => one.allocate(2 ** 53), isLimit);
  assert.deepEqual([one.usedBytes, all.usedBytes], [0, 0]);
});

test("a closed budget weighs on nobody, whatever is released late", () => {
  const all = new MemoryBudget(100);
  const [one, other] = [new MemoryBudget(80, all), new MemoryBudget(80, all)];
  one.reserve(60);
  other.reserve(10);
  one.close();
  one.close();
  one.release(60);
  assert.deepEqual([one.usedBytes, all.usedBytes], [0, 10]);
  assert.throws(() => one.reserve(1), isLimit);
});
