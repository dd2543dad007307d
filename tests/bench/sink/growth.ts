/** The memory and the cost of `listen` while it has more and more behind it. */

import type { Sent } from "./feeder.ts";
import { MeasuredSink, type SinkKind } from "./measured_sink.ts";
import { Child } from "./rpc.ts";
import type { Row } from "./rows.ts";

export interface Mark {
  /** What was behind it, such as `100 MB`. */
  readonly after: string;
  readonly rssMib: number;
  /** CPU milliseconds of the last round, a unit: a frame or a login. */
  readonly unitMs: number;
}

interface Growth {
  readonly row: string;
  /** Units of one round. */
  readonly count: number;
  readonly unit: "MB" | "s" | "times 100 clients";
  /** How far the rounds have come at each mark. */
  readonly long: readonly number[];
  readonly short: readonly number[];
}

const GROWTHS: Readonly<Record<string, Growth>> = {
  "growth-bytes": {
    row: "rgba",
    count: 12,
    unit: "MB",
    long: [100, 500, 1_000, 1_500, 2_000],
    short: [100, 200, 400],
  },
  "growth-time": {
    row: "zstd-all",
    count: 12,
    unit: "s",
    long: [20, 60, 120, 180, 240, 300],
    short: [2, 5, 10],
  },
  "growth-logins": {
    row: "tpack-80x25",
    count: 100,
    unit: "times 100 clients",
    long: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    short: [1, 2, 3],
  },
};

/** Measures it until all steps are reached. */
export async function measureGrowth(row: Row, kind: SinkKind, isLong: boolean): Promise<Mark[]> {
  const growth = GROWTHS[row.id]!;
  const sink = await MeasuredSink.start(kind);
  const feeder = new Child("feeder.ts");
  const { port } = sink;
  const isLogins = growth.unit === "times 100 clients";
  if (!isLogins) await feeder.call("open", { port, row: growth.row, count: 1 });
  const began = performance.now();
  let bytes = 0;
  let times = 0;
  const reached = () =>
    isLogins ? times : growth.unit === "MB" ? bytes / 1e6 : (performance.now() - began) / 1_000;
  const round = async () => {
    if (isLogins) {
      await feeder.call("open", { port, row: growth.row, count: growth.count });
      await feeder.call("leave", { port });
      times++;
    } else bytes += (await feeder.call<Sent>("blast", { port, count: growth.count })).bytes;
  };
  const marks: Mark[] = [];
  for (const step of isLong ? growth.long : growth.short) {
    let unitMs = 0;
    while (reached() < step) {
      const from = sink.usage();
      await round();
      unitMs = (sink.usage().cpuMs - from.cpuMs) / growth.count;
    }
    marks.push({ after: `${step} ${growth.unit}`, rssMib: sink.usage().rssMib, unitMs });
  }
  await feeder.call("leave", { port });
  await feeder.stop();
  await sink.stop();
  return marks;
}
