// A short run of every target, with the same inputs each time; `deno task fuzz` runs longer ones.

import { fuzz } from "./fuzz.ts";
import { TARGETS } from "./targets/mod.ts";

const ROUNDS = 2_000;
const SEED = 1;

for (const target of TARGETS) {
  Deno.test({
    name: `${target.name}: ${ROUNDS} changed inputs`,
    permissions: "none",
    fn: () => fuzz(target, ROUNDS, SEED),
  });
}
