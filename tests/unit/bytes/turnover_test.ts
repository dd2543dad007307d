import assert from "node:assert/strict";
import { TurnoverMap, TurnoverSet } from "../../../lib/bytes/turnover.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

/** Small numbers in a fixed order that looks random. */
function* numbers(count: number): Generator<number> {
  for (let seed = 1; count > 0; count--) yield (seed = seed * 48_271 % 0x7fff_ffff) % 200;
}

test("a turnover map is a map, however often its members come and go", () => {
  const map = new TurnoverMap<number, number>();
  const model = new Map<number, number>();
  let at = 0;
  for (const key of numbers(5_000)) {
    if (++at % 3 !== 0) {
      map.set(key, at);
      model.set(key, at);
    } else {
      assert.equal(map.delete(key), model.delete(key));
    }
    if (at % 4_000 === 0) {
      map.clear();
      model.clear();
    }
    assert.equal(map.size, model.size);
    assert.equal(map.has(key), model.has(key));
    assert.equal(map.get(key), model.get(key));
    if (at % 50 > 0) continue;
    assert.deepEqual([...map.keys()], [...model.keys()]);
    assert.deepEqual([...map.values()], [...model.values()]);
  }
});

test("a turnover set keeps the order of its members", () => {
  const set = new TurnoverSet<number>();
  for (let i = 0; i < 500; i++) {
    set.add(i);
    set.add(i);
    if (i >= 3) assert.ok(set.delete(i - 3));
    assert.ok(!set.delete(i - 3));
    assert.deepEqual([...set], [i - 2, i - 1, i].filter((member) => member >= 0));
    assert.equal(set.size, Math.min(i + 1, 3));
  }
  set.clear();
  assert.deepEqual([...set], []);
});

test("members can be deleted while they are iterated over", () => {
  const set = new TurnoverSet<number>();
  for (let i = 0; i < 300; i++) set.add(i);
  const seen: number[] = [];
  for (const member of set) {
    seen.push(member);
    set.delete(member);
  }
  assert.deepEqual(seen, Array.from({ length: 300 }, (_, i) => i));
  assert.equal(set.size, 0);
});
