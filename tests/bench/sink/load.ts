/**
 * `deno task bench:load`: many clients that each draw a terminal line ten times a second, and one client
 * beside another that floods the sink with raw frames.
 *
 * Options: `--clients 1,10,…`, `--seconds N`, `--provider simd|typescript`, `--json`.
 */

import { parseArgs } from "node:util";
import { Bed } from "./bed.ts";
import type { Latency } from "./feeder.ts";
import type { LoadResult, LoadSetup } from "./load_feeder.ts";
import { Child } from "./rpc.ts";

const RATE = 10;
const WARM_UP_CLIENTS = 100;
const FLOOD_FRAMES = 24;
const PINGS = 500;

const { values: flags } = parseArgs({
  options: {
    clients: { type: "string", default: "1,10,100,1000" },
    seconds: { type: "string", default: "5" },
    provider: { type: "string", default: "simd" },
    json: { type: "boolean", default: false },
  },
});
const provider = flags.provider === "typescript" ? "typescript" : "simd";
const print = flags.json ? console.error : console.log;

/** The figures for one number of clients. */
interface Load extends LoadResult {
  readonly clients: number;
  /** The share of one core that the sink uses. */
  readonly cpuShare: number;
  /** CPU microseconds of the sink for a frame. */
  readonly cpuUs: number;
  readonly kibPerClient: number;
}

async function load(clients: number, seconds: number): Promise<Load> {
  const bed = await Bed.make({ provider }, "load_feeder.ts");
  const setup: LoadSetup = { seconds, rate: RATE };
  // These clients warm the code up before the measured ones connect.
  await bed.feeder.call("logins", { target: bed.target, count: WARM_UP_CLIENTS });
  await bed.feeder.call("run", { ...setup, seconds: 1 });
  await bed.feeder.call("leave");
  const empty = await bed.usage();
  await bed.feeder.call("logins", { target: bed.target, count: clients });
  await bed.feeder.call("run", { ...setup, seconds: 1 });
  const from = await bed.usage();
  const result = await bed.feeder.call<LoadResult>("run", setup);
  const to = await bed.usage();
  await bed.stop();
  const cpuMs = to.userMs + to.systemMs - from.userMs - from.systemMs;
  return {
    ...result,
    clients,
    cpuShare: cpuMs / (to.atMs - from.atMs),
    cpuUs: cpuMs * 1_000 / result.frames,
    kibPerClient: (to.rssKib - empty.rssKib) / clients,
  };
}

/** The effect of a flood on another client. */
interface Flood {
  readonly quiet: Latency;
  readonly flooded: Latency;
  /** Raw 1080p frames of the flood a second. */
  readonly floodFrames: number;
}

async function flood(): Promise<Flood> {
  const bed = await Bed.make({ provider });
  await bed.open("tpack-line");
  await bed.feeder.call("latency", PINGS);
  const quiet = await bed.feeder.call<Latency>("latency", PINGS);
  const flooder = await Child.start("feeder.ts");
  await flooder.call("open", { target: bed.target, row: "rgba" });
  await flooder.call("prepare", FLOOD_FRAMES * 4);
  // The flood lasts longer than the measurement beside it.
  const flooding = flooder.call<number>("blast");
  const flooded = await bed.feeder.call<Latency>("latency", 100);
  const wallMs = await flooding;
  await flooder.stop();
  await bed.stop();
  return { quiet, flooded, floodFrames: FLOOD_FRAMES * 4 * 1_000 / wallMs };
}

const runs: Load[] = [];
print("clients    CPU   CPU us/frame   ack p50 us   ack p99 us   KiB/client");
for (const clients of flags.clients.split(",").map(Number)) {
  const run = await load(clients, Number(flags.seconds));
  runs.push(run);
  print(
    String(clients).padStart(7) + `${(run.cpuShare * 100).toFixed(1)} %`.padStart(9) +
      run.cpuUs.toFixed(1).padStart(13) + run.p50Us.toFixed(0).padStart(13) +
      run.p99Us.toFixed(0).padStart(13) + run.kibPerClient.toFixed(1).padStart(13),
  );
}
const beside = await flood();
print(
  `beside a flood of ${beside.floodFrames.toFixed(0)} raw 1080p frames/s: ack p50 ` +
    `${beside.flooded.p50Us.toFixed(0)} us, p99 ${beside.flooded.p99Us.toFixed(0)} us; ` +
    `without it ${beside.quiet.p50Us.toFixed(0)} and ${beside.quiet.p99Us.toFixed(0)} us`,
);
if (flags.json) console.log(JSON.stringify({ provider, runs, flood: beside }, undefined, 2));
