/**
 * `deno task bench:sink`: the cost of our sink, row by row, beside the C reference.
 *
 * A feeder process sends streams, sealed in advance, to a sink process over the loopback interface. The
 * cost is the CPU time of the sink.
 *
 * Options: `--only ROW,…`, `--provider simd|typescript`, `--rounds N`, `--json`, `--baseline FILE` (the
 * output of an earlier `--json`, such as `baseline.json` here, measured on two cores of an AMD EPYC with
 * Deno 2.9.6), `--profile`, `--sink COMMAND` (another sink instead of ours, fed in the same way; see
 * `foreign_sink.ts`).
 */

import { parseArgs } from "node:util";
import {
  type BedOptions,
  type Mark,
  type Measured,
  measureGrowth,
  measureLatency,
  measureMemory,
  measureRate,
} from "./bed.ts";
import type { ProfileLine } from "./profile.ts";
import { type Row, ROWS } from "./rows.ts";
import { measureStartup } from "./startup.ts";
import { formatGrowth, formatLine, HEAD } from "./table.ts";
import { calibrate } from "./usage.ts";

/** What `--json` prints. */
export interface Report {
  readonly provider: string;
  readonly rows: Record<string, Measured & { readonly calibrationMs: number }>;
  growth?: readonly Mark[];
}

const PROFILE_LINES = 20;

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    provider: { type: "string", default: "simd" },
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
    baseline: { type: "string" },
    profile: { type: "boolean", default: false },
    sink: { type: "string" },
  },
});

const options: BedOptions = {
  foreign: flags.sink,
  provider: flags.provider === "typescript" ? "typescript" : "simd",
  rounds: Number(flags.rounds),
  profile: flags.profile,
};
const only = flags.only?.split(",");
const baseline = flags.baseline === undefined
  ? undefined
  : JSON.parse(Deno.readTextFileSync(flags.baseline)) as Report;
const report: Report = { provider: options.foreign ?? options.provider, rows: {} };
const print = flags.json ? console.error : console.log;

calibrate(); // The first run includes compilation.
print(HEAD);
for (const row of ROWS) {
  if (only !== undefined && !only.includes(row.id)) continue;
  if (options.foreign !== undefined && row.measure === "startup") continue;
  if (row.measure === "growth") {
    report.growth = await measureGrowth(options);
    print(formatGrowth(report.growth, baseline?.growth));
    continue;
  }
  const before = calibrate();
  const { measured, profile } = await measure(row);
  const calibrationMs = (before + calibrate()) / 2;
  report.rows[row.id] = { ...measured, calibrationMs };
  print(formatLine(row, measured, calibrationMs, baseline?.rows[row.id]));
  for (const { share, name } of profile.slice(0, PROFILE_LINES)) {
    print(`    ${(share * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
}
if (flags.json) console.log(JSON.stringify(report, undefined, 2));

async function measure(
  row: Row,
): Promise<{ measured: Measured; profile: readonly ProfileLine[] }> {
  switch (row.measure) {
    case "latency":
      return { measured: await measureLatency(row, options), profile: [] };
    case "memory":
      return { measured: await measureMemory(row, options), profile: [] };
    case "startup":
      return { measured: await measureStartup(row.count), profile: [] };
    default:
      return await measureRate(row, options);
  }
}
