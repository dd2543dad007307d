import assert from "node:assert/strict";
import { checkDeviation, checkProject, findDeviations, findTitles } from "./check_deviations.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

test("deviations: comments are found whole", () => {
  const found = findDeviations(
    "a.ts",
    `/**
 * Reads.
 *
 * DEVIATION: they do
 * otherwise; pinned by "one thing".
 *
 * @param a
 */
  // DEVIATION: short (test
  // "another thing").
code();`,
  );
  assert.deepEqual(found, [
    { where: "a.ts:4", text: 'DEVIATION: they do otherwise; pinned by "one thing".' },
    { where: "a.ts:9", text: 'DEVIATION: short (test "another thing").' },
  ]);
});

test("deviations: a test must begin with the name", () => {
  const titles = findTitles(
    'test("frames are refused when late", f); test(`${name}: every frame counts, ${n} bytes`, f);' +
      'const rows = ["the verb"]; test(`verb ${row}: ${text}`, f);',
  );
  const check = (text: string) => checkDeviation({ where: "a.ts:1", text }, [titles]);
  assert.equal(check('pinned by "frames are refused"'), undefined);
  assert.equal(check('pinned by "rgba: every frame counts"'), undefined);
  assert.equal(check('pinned by "verb the verb"'), undefined);
  assert.match(check('pinned by "frames are taken"')!, /no test/);
  assert.match(check('pinned by "verb the noun"')!, /no test/);
  assert.match(check("because")!, /names no test/);
});

Deno.test({
  name: "deviations: all that the code declares are pinned by tests",
  permissions: { read: true },
  fn: () => assert.deepEqual(checkProject().faults, []),
});
