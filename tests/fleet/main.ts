/**
 * `deno task fleet`: a fleet of three servers of NATS, four listeners and a balancer, and what it bears.
 *
 * It takes the `nats-server` of the PATH. Options: `--row TEXT` runs the rows whose text contains it;
 * `--sources N`, `--rounds N`.
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
const { stdout } = await new Deno.Command("nats-server", { args: ["--version"] }).output();
const version = new TextDecoder().decode(stdout).trim();
console.log(version);
if (/ v2\.[0-9]\./.test(version)) {
  console.log(
    "      Versions before 2.10 forget what they have confirmed after a server was cut off, so the row\n" +
      "      about that fails now and then; see lib/fleet/README.md",
  );
}
const rows = FLEET_ROWS.filter(({ name }) => name.includes(flags.row));
Deno.exit(await printFleetRows(rows, size) === 0 ? 0 : 1);
