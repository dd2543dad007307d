/**
 * `deno task fleet`: a fleet of three servers of NATS, four listeners and a balancer, and what it bears.
 *
 * Options: `--row TEXT` runs the rows whose text contains it; `--sources N`, `--rounds N`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { FleetSize } from "./rig.ts";
import { FLEET_ROWS, LONG, printFleetRows } from "./rows.ts";

const { values: flags } = parseArgs({
  options: {
    row: { type: "string", default: "" },
    sources: { type: "string", default: `${LONG.sources}` },
    rounds: { type: "string", default: `${LONG.rounds}` },
  },
});
const size: FleetSize = { ...LONG, sources: Number(flags.sources), rounds: Number(flags.rounds) };
const rows = FLEET_ROWS.filter(({ name }) => name.includes(flags.row));
Deno.exit(await printFleetRows(rows, size) === 0 ? 0 : 1);
