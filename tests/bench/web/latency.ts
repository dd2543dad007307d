/** From the client's frame to the pixel on the screen, on all stages in turns. */

import { CHANGES } from "./content.ts";
import { NUMBERS } from "./marker.ts";
import type { Show, Stage } from "./stage.ts";

/** Stages take turns this often, so that a disturbance meets all of them. */
const TURNS = 4;
/** Frames at the start of a turn that do not count. */
const WARM_UP = 10;
/** Between two frames, at random, so that they meet every phase of the screen. */
const GAP_MS = { least: 20, span: 40 } as const;

export interface LatencyFigure {
  readonly stage: string;
  readonly medianMs: number;
  readonly p99Ms: number;
  /** CPU time of the server for one frame. */
  readonly serverMs: number;
}

/** Measures each kind of change. @param samples Frames of each kind and stage. */
export async function* measureLatency(
  stages: readonly Stage[],
  samples: number,
): AsyncGenerator<readonly [title: string, figures: LatencyFigure[]]> {
  yield [
    "terminal: a line of 80 x 24",
    await measure(stages, samples, (stage) => stage.openTerminal()),
  ];
  for (const change of CHANGES) {
    yield [change.title, await measure(stages, samples, (stage) => stage.openDesktop(change))];
  }
}

async function measure(
  stages: readonly Stage[],
  samples: number,
  open: (stage: Stage) => Promise<Show>,
): Promise<LatencyFigure[]> {
  const times = new Map(stages.map((stage) => [stage, [] as number[]]));
  const cpu = new Map(stages.map((stage) => [stage, 0]));
  for (let turn = 0; turn < TURNS; turn++) {
    for (const stage of stages) {
      const took = await runTurn(stage, await open(stage), Math.ceil(samples / TURNS));
      times.get(stage)!.push(...took.ms);
      cpu.set(stage, cpu.get(stage)! + took.cpuMs);
      await stage.page.rest();
    }
  }
  return stages.map((stage) => {
    const ms = times.get(stage)!.sort((a, b) => a - b);
    return {
      stage: stage.name,
      medianMs: ms[ms.length >> 1]!,
      p99Ms: ms[Math.ceil(ms.length * 0.99) - 1]!,
      serverMs: cpu.get(stage)! / ms.length,
    };
  });
}

async function runTurn(stage: Stage, show: Show, count: number) {
  const ms: number[] = [];
  let beforeMs = 0;
  for (let frame = -WARM_UP; frame < count; frame++) {
    if (frame === 0) beforeMs = stage.cpuMs();
    const number = nextNumber();
    const tookMs = await stage.page.latency(number, () => show(number));
    if (frame >= 0) ms.push(tookMs);
    await new Promise((resolve) => setTimeout(resolve, GAP_MS.least + Math.random() * GAP_MS.span));
  }
  return { ms, cpuMs: stage.cpuMs() - beforeMs };
}

let last = 0;

function nextNumber(): number {
  return last = (last + 1) % NUMBERS;
}
