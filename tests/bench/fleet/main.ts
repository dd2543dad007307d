/**
 * `deno task bench:fleet`: what `--fleet` costs. One line a figure, with its unit; those with and without
 * a fleet are taken in turns and are medians.
 *
 * Options: `--only listeners,records,keys`, `--rounds N`, `--keys N`.
 */

import { parseArgs } from "node:util";
import { measureListeners } from "./listeners.ts";
import { measureKeys } from "./keys.ts";
import { measureRecords } from "./records.ts";

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", default: "listeners,records,keys" },
    rounds: { type: "string", default: "5" },
    keys: { type: "string", default: "100000" },
  },
});

/** A figure. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

const ROWS: { readonly [row: string]: () => AsyncIterable<Figure> } = {
  listeners: () => measureListeners(Number(flags.rounds)),
  records: () => measureRecords(),
  keys: () => measureKeys(Number(flags.keys)),
};

for (const row of flags.only.split(",")) {
  for await (const { what, value, unit } of ROWS[row]!()) {
    const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    console.log(`${what.padEnd(66)} ${value.toFixed(digits).padStart(9)} ${unit}`);
  }
}
