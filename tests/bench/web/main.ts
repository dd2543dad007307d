/**
 * `deno task bench:web`: how the page of `listen --web` keeps up, in Chromium without a graphics card.
 *
 * - `latency`: from the client's pixels to the page that shows them, beside noVNC with Xvnc behind
 *   websockify where Debian's `novnc`, `websockify`, `tigervnc-standalone-server` and `xterm` are installed
 * - `viewers`: CPU time of the listener with no, one and ten viewers of one client
 * - `memory`: of the page while it draws as many frames as a listener sends in an hour at most
 *
 * Options:
 *
 * - `--only latency,viewers,memory`
 * - `--samples N` frames of each kind for `latency`, 200 unless given
 * - `--seconds N` for each number of viewers, 5 unless given
 * - `--frames N` for `memory`, 216000 unless given, which take some ten minutes each
 */

import { parseArgs } from "node:util";
import { CHROMIUM } from "../../support/browser.ts";
import { measureLatency } from "./latency.ts";
import { FRAMES_PER_HOUR, measureMemory } from "./memory.ts";
import { OwnStage } from "./own_stage.ts";
import { launch } from "./probe.ts";
import type { Stage } from "./stage.ts";
import { printHead, printRow } from "./table.ts";
import { measureViewers } from "./viewers.ts";
import { missingForVnc, VncStage } from "./vnc_stage.ts";

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", default: "latency,viewers,memory" },
    samples: { type: "string", default: "200" },
    seconds: { type: "string", default: "5" },
    frames: { type: "string", default: String(FRAMES_PER_HOUR) },
  },
});
const parts = flags.only.split(",");

if (CHROMIUM === undefined) {
  console.error("no chromium is on the PATH: viewers alone are measured");
}
if (parts.includes("latency") && CHROMIUM !== undefined) await printLatency();
if (parts.includes("viewers")) await printViewers();
if (parts.includes("memory") && CHROMIUM !== undefined) await printMemory();

async function printLatency(): Promise<void> {
  const missing = await missingForVnc();
  if (missing !== undefined) console.error(`noVNC is left out: ${missing} is not installed`);
  const browser = await launch();
  await using servers = new AsyncDisposableStack();
  const stages: Stage[] = [servers.use(await OwnStage.start(browser))];
  if (missing === undefined) stages.push(servers.use(await VncStage.start(browser)));
  // Before the servers, which wait for its connections.
  servers.defer(() => browser.close());
  printHead(
    "frame to pixel",
    stages.flatMap(({ name }) => [`${name} median`, "99 %", "server CPU a frame"]),
  );
  for await (const [title, figures] of measureLatency(stages, Number(flags.samples))) {
    const cells = figures.flatMap(({ medianMs, p99Ms, serverMs }) => [medianMs, p99Ms, serverMs]);
    printRow(title, cells.map((ms) => `${ms.toFixed(1)} ms`));
  }
}

async function printViewers(): Promise<void> {
  const counts = [0, 1, 10];
  printHead(
    "CPU of the listener a second",
    counts.map((count) => `${count} viewer${count === 1 ? "" : "s"}`),
  );
  for await (const [title, figures] of measureViewers(counts, Number(flags.seconds))) {
    printRow(
      title,
      figures.map(({ viewers, cpuMsPerSecond, leastPictures }) => {
        const pictures = viewers === 0 ? "" : `, ${leastPictures.toFixed(1)} pictures`;
        return `${cpuMsPerSecond.toFixed(0)} ms${pictures}`;
      }),
    );
  }
}

async function printMemory(): Promise<void> {
  const browser = await launch();
  try {
    printHead("heap and process of the page", ["at first", "a quarter", "half", "the end"]);
    for await (const [title, marks] of measureMemory(browser, Number(flags.frames))) {
      printRow(
        `${title}, ${flags.frames} frames`,
        marks.map(({ heapMib, rssMib }) => `${heapMib.toFixed(1)}, ${rssMib.toFixed(0)} MiB`),
      );
    }
  } finally {
    await browser.close();
  }
}
