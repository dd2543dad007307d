/** Every rule of the protocol on a listening process; `deno task rules` prints them. */

import assert from "node:assert/strict";
import { runRules } from "./run.ts";
import { RULES } from "./table/mod.ts";

Deno.test("the table has a rule of its own in each row", () => {
  const names = RULES.map(({ rule }) => rule);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length >= 150, `${names.length}`);
});

Deno.test("a listening process keeps every rule of the protocol", () => requireRules());

Deno.test("so does one with workers", () => requireRules("--workers", "2"));

async function requireRules(...flags: string[]): Promise<void> {
  const results = await runRules(RULES, flags);
  const broken = results.filter(({ problem }) => problem !== undefined);
  assert.deepEqual(broken.map(({ rule, problem }) => `${rule.rule}: ${problem}`), []);
}
