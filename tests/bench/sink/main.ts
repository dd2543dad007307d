/**
 * `deno task bench:sink`: what `listen` costs, row by row, beside other sinks that do the same in turns.
 *
 * A feeder process sends streams, sealed in advance, over the loopback interface. The cost is the CPU time
 * of the sink's processes, or the time on the wall where the title says so. The columns are `listen` with
 * its output read from a pipe, `listen >/dev/null`, a bare sink that only draws, and further ones. A cell
 * is the settled cost, in parentheses the cost of the first thousand units of a new process (of pictures
 * one round), and after x how many times as much `listen` costs.
 *
 * Options:
 *
 * - `--only ROW,…` rows by their id in `rows.ts`; `--rounds N`, of which the median counts
 * - `--columns listen,null,bare` which of our own columns
 * - `--sink COMMAND` a foreign sink, see `measured_sink.ts`; several times for several
 * - `--beside DIRECTORY` `listen` of another checkout; several times for several
 * - `--listen-flags="…"` further flags of `listen`
 * - `--long` growth over 2 GB, 300 s and ten times 100 clients, instead of a part of it
 * - `--json` the figures with their spread
 */

import { parseArgs } from "node:util";
import { measureGrowth } from "./growth.ts";
import { bareSink, foreignSink, listenSink } from "./measured_sink.ts";
import { measure } from "./measure.ts";
import { ROWS } from "./rows.ts";
import { formatGrowth, formatHead, formatRow } from "./table.ts";

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "5" },
    columns: { type: "string", default: "listen,null,bare" },
    sink: { type: "string", multiple: true, default: [] },
    beside: { type: "string", multiple: true, default: [] },
    "listen-flags": { type: "string", default: "" },
    long: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const listenFlags = flags["listen-flags"];
const own = {
  listen: listenSink("listen", "piped", listenFlags),
  null: listenSink(">/dev/null", "null", listenFlags),
  bare: bareSink,
};
const kinds = [
  ...flags.columns.split(",").map((name) => own[name as keyof typeof own]),
  ...flags.beside.map((path) => listenSink(path.split("/").at(-1)!, "piped", "", path)),
  ...flags.sink.map(foreignSink),
];
const only = flags.only?.split(",");
const report: Record<string, unknown> = {};
const print = flags.json ? console.error : console.log;

print(formatHead(kinds.map(({ name }) => name)));
for (const row of ROWS) {
  if (only !== undefined && !only.includes(row.id)) continue;
  if (row.measure === "growth") {
    const marks = await measureGrowth(row, kinds[0]!, flags.long);
    print(formatGrowth(row, marks));
    report[row.id] = marks;
    continue;
  }
  const figures = await measure(row, kinds, Number(flags.rounds));
  print(formatRow(row, figures));
  report[row.id] = Object.fromEntries(figures.map((figure, i) => [kinds[i]!.name, figure]));
}
if (flags.json) console.log(JSON.stringify(report, undefined, 2));
