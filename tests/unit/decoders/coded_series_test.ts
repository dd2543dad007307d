import assert from "node:assert/strict";
import { CodedSeries } from "../../../lib/decoders/h264/coded_series.ts";
import { MemoryBudget } from "../../../lib/decoders/memory_budget.ts";
import { MAX_SERIES_BYTES, MAX_SERIES_UNITS } from "../../../lib/limits.ts";
import { concat } from "../../support/feed.ts";
import { keyPicture, keyUnit, nal, pps, samePicture, sps, testPlanes } from "../../support/h264.ts";
import { pure } from "../../support/pure.ts";

const STREAM = { widthBlocks: 2, heightBlocks: 1 } as const;
const SIZE = { width: 32, height: 16 } as const;
const KEY = keyUnit(STREAM);
const BARE_KEY = keyPicture(STREAM, testPlanes(STREAM));

function series(budget = new MemoryBudget()) {
  const coded = new CodedSeries(budget);
  let told = 0;
  coded.onUnit = () => told++;
  return {
    coded,
    budget,
    add: (data: Uint8Array<ArrayBuffer>, bottomUp = false) =>
      coded.add({ ...SIZE, data }, bottomUp),
    told: () => told,
  };
}

pure("a series begins with each key picture, and what comes before the first is not kept", () => {
  const { coded, add, told, budget } = series();
  add(samePicture(STREAM, 1));
  assert.deepEqual([coded.number, coded.length, coded.canBegin, told()], [0, 0, false, 0]);
  add(KEY, true);
  add(samePicture(STREAM, 1));
  const { number } = coded;
  assert.deepEqual([coded.length, coded.canBegin, told()], [2, true, 2]);
  assert.deepEqual(coded.at(0), { ...SIZE, data: KEY, isKey: true, bottomUp: true });
  assert.equal(coded.at(1)?.isKey, false);
  assert.equal(coded.at(2), undefined);
  add(KEY);
  assert.notEqual(coded.number, number);
  assert.equal(coded.length, 1);
  assert.equal(budget.usedBytes, KEY.length);
  coded.clear();
  assert.deepEqual([coded.number, coded.canBegin, budget.usedBytes], [0, false, 0]);
});

pure("a key picture without parameters gets those that came before", () => {
  const { coded, add } = series();
  add(concat([sps(STREAM), pps(), BARE_KEY]));
  add(BARE_KEY);
  assert.deepEqual(coded.at(0)!.data, concat([sps(STREAM), pps(), BARE_KEY]));
});

pure("only so many units are kept: those that follow serve viewers that are in step", () => {
  const { coded, add, budget } = series();
  add(KEY);
  for (let i = 1; i < MAX_SERIES_UNITS; i++) add(samePicture(STREAM, i));
  assert.equal(coded.canBegin, true);
  add(samePicture(STREAM, 1));
  assert.deepEqual([coded.canBegin, coded.length], [false, MAX_SERIES_UNITS + 1]);
  assert.equal(coded.at(0), undefined);
  assert.ok(coded.at(MAX_SERIES_UNITS) !== undefined);
  const large = nal(0x61, new Uint8Array(MAX_SERIES_BYTES / 4).fill(0xff));
  for (let i = 0; i < 5; i++) add(large);
  assert.ok(budget.usedBytes <= MAX_SERIES_BYTES);
  assert.ok(coded.at(coded.length - 1) !== undefined);
  add(KEY);
  assert.deepEqual([coded.canBegin, budget.usedBytes], [true, KEY.length]);
});

pure("what does not fit into the client's memory is not kept, and no fault", () => {
  const { coded, add } = series(new MemoryBudget(KEY.length + 10));
  add(KEY);
  add(nal(0x61, new Uint8Array(100).fill(0xff)));
  assert.deepEqual([coded.canBegin, coded.length, coded.at(1)], [false, 2, undefined]);
  add(KEY);
  assert.equal(coded.canBegin, true);
});
