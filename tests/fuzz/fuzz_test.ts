/** A short run of each target, always with the same inputs; `deno task fuzz` runs longer ones. */

import { fuzz } from "./fuzz.ts";
import { TARGETS } from "./targets/mod.ts";

const ROUNDS = 2_000;
const SEED = 1;

for (const target of TARGETS) {
  Deno.test({
    name: `${target.name}: ${ROUNDS} mutated inputs`,
    permissions: "none",
    fn: () => fuzz(target, ROUNDS, SEED),
  });
}
