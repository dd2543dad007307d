/**
 * `deno task rules`: checks each rule of the protocol on a listening process and prints the table.
 *
 * An argument selects the rules whose text, or place in the reference, contains it.
 *
 * @module
 */

import { runRules } from "./run.ts";
import { RULES } from "./table/mod.ts";

const [wanted = ""] = Deno.args;
const chosen = RULES.filter(({ rule, reference }) => `${rule} ${reference}`.includes(wanted));
const began = performance.now();
const results = await runRules(chosen);
const width = Math.max(...chosen.map(({ rule }) => rule.length));
for (const { rule: { rule, reference }, problem } of results) {
  console.log(`${problem === undefined ? "ok  " : "FAIL"}  ${rule.padEnd(width)}  ${reference}`);
  if (problem !== undefined) console.log(`      ${problem}`);
}
const failures = results.filter(({ problem }) => problem !== undefined).length;
const seconds = ((performance.now() - began) / 1_000).toFixed(1);
console.log(`${results.length} rules, ${failures} broken, ${seconds} s`);
Deno.exit(failures === 0 ? 0 : 1);
