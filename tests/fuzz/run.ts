/**
 * Runs the fuzz targets: `deno task fuzz [--seed N] [--rounds N] [--target NAME]`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { messageOf } from "../../lib/errors.ts";
import { fuzz } from "./fuzz.ts";
import { TARGETS } from "./targets/mod.ts";

const DEFAULT_ROUNDS = 50_000;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seed: { type: "string", default: `${Date.now() % 2 ** 32}` },
    rounds: { type: "string", default: `${DEFAULT_ROUNDS}` },
    target: { type: "string" },
  },
});
const seed = Number(values.seed);
const rounds = Number(values.rounds);
const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
if (targets.length === 0 || !Number.isInteger(seed) || !Number.isInteger(rounds)) {
  console.error(`targets: ${TARGETS.map(({ name }) => JSON.stringify(name)).join(", ")}`);
  Deno.exit(2);
}

for (const target of targets) {
  const began = performance.now();
  try {
    fuzz(target, rounds, seed);
  } catch (error) {
    console.error(messageOf(error));
    if (error instanceof Error && error.cause instanceof Error) console.error(error.cause.stack);
    Deno.exit(1);
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(`${target.name}: ${rounds} rounds in ${seconds.toFixed(1)} s, seed ${seed}`);
}
