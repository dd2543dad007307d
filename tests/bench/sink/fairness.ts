/**
 * `deno task bench:fair`: how long quiet clients and logins wait beside clients that send the largest
 * possible pictures, and how much work such clients leave behind.
 *
 * Options: `--hogs 1,4`, `--side PX`, `--format zstd|zstdDelta`, `--seconds N`.
 */

import { parseArgs } from "node:util";
import { Bed } from "./bed.ts";
import type { Waits } from "./feeder.ts";
import type { HogSetup } from "./hog_feeder.ts";
import { Child } from "./rpc.ts";

/** Long enough for the first pictures to be sent. */
const LEAD_MS = 1_000;
const BACKLOG_MS = 3_000;

const { values: flags } = parseArgs({
  options: {
    hogs: { type: "string", default: "0,1,2,4" },
    side: { type: "string", default: "8192" },
    format: { type: "string", default: "zstd" },
    seconds: { type: "string", default: "5" },
  },
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function beside(hogs: number): Promise<string> {
  const bed = await Bed.make({ provider: "simd" });
  await bed.open("tpack-line");
  await bed.feeder.call("waits", { target: bed.target, seconds: 1 });
  const started = await Promise.all(Array.from({ length: hogs }, async (_, hog) => {
    const child = await Child.start("hog_feeder.ts");
    const format = flags.format === "zstdDelta" ? "zstdDelta" : "zstd";
    const setup: HogSetup = { target: bed.target, hog, sidePx: Number(flags.side), format };
    await child.call("start", setup);
    return child;
  }));
  await pause(LEAD_MS);
  const { lines, logins } = await bed.feeder.call<Waits>("waits", {
    target: bed.target,
    seconds: Number(flags.seconds),
  });
  const peak = await bed.usage();
  for (const child of started) {
    await child.call("leave");
    await child.stop();
  }
  const left = await bed.usage();
  await pause(BACKLOG_MS);
  const after = await bed.usage();
  await bed.stop();
  const backlogMs = after.userMs + after.systemMs - left.userMs - left.systemMs;
  const columns = [
    hogs,
    ...[lines, logins].flatMap(({ p50Ms, mostMs }) => [p50Ms.toFixed(1), mostMs.toFixed(0)]),
    backlogMs.toFixed(0),
    (peak.rssKib / 1_024).toFixed(0),
  ];
  return columns.map((column) => String(column).padStart(12)).join("");
}

console.log(
  ["hogs", "line p50 ms", "most", "login p50 ms", "most", "backlog ms", "RSS MiB"]
    .map((name) => name.padStart(12)).join(""),
);
for (const hogs of flags.hogs.split(",").map(Number)) console.log(await beside(hogs));
