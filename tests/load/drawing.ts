/**
 * `listen` with many clients that each draw a terminal line ten times a second; then how long a line and
 * a login take beside clients that send as much as they can. Prints two tables.
 *
 * Options: `--clients 1,10,…`, `--hogs N`, `--seconds N`, `--listen-flags "…"`.
 */

import { parseArgs } from "node:util";
import { HOG_KEYS } from "../bench/sink/client.ts";
import type { Times } from "../bench/sink/feeder.ts";
import { listenSink, MeasuredSink } from "../bench/sink/measured_sink.ts";
import { Child } from "../bench/sink/rpc.ts";

const RATE = 10;

const { values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    clients: { type: "string", default: "1,10,100,1000" },
    hogs: { type: "string", default: "2" },
    seconds: { type: "string", default: "5" },
    "listen-flags": { type: "string", default: "" },
  },
});
const seconds = Number(flags.seconds);
const kind = listenSink("listen", "null", flags["listen-flags"]);

async function load(clients: number): Promise<(string | number)[]> {
  const [sink, feeder] = [await MeasuredSink.start(kind), new Child("feeder.ts")];
  const { port } = sink;
  // These clients warm the code up before the measured ones connect.
  await feeder.call("open", { port, row: "tpack-line", count: 100 });
  await feeder.call("steady", { port, rate: RATE, seconds: 1 });
  await feeder.call("leave", { port });
  const empty = sink.usage();
  await feeder.call("open", { port, row: "tpack-line", count: clients });
  const from = sink.usage();
  const times = await feeder.call<Times & { frames: number }>("steady", {
    port,
    rate: RATE,
    seconds,
  });
  const to = sink.usage();
  await feeder.call("leave", { port });
  await feeder.stop();
  await sink.stop();
  const cpuMs = to.cpuMs - from.cpuMs;
  return [
    clients,
    `${(cpuMs / seconds / 10).toFixed(1)} %`,
    (cpuMs * 1_000 / times.frames).toFixed(1),
    times.p50Us.toFixed(0),
    times.p99Us.toFixed(0),
    ((to.rssMib - empty.rssMib) * 1_024 / clients).toFixed(0),
  ];
}

async function beside(row: string, hogs: number): Promise<(string | number)[]> {
  const [sink, feeder, logins] = [
    await MeasuredSink.start(kind),
    new Child("feeder.ts"),
    new Child("feeder.ts"),
  ];
  const { port } = sink;
  await feeder.call("open", { port, row: "tpack-line", count: 1 });
  await feeder.call("steady", { port, rate: 100, seconds: 1 });
  let isOver = false;
  const flooding = HOG_KEYS.slice(0, hogs).map(async (_, hog) => {
    const child = new Child("feeder.ts");
    await child.call("open", { port, row, count: 1, hog });
    while (!isOver) await child.call("blast", { port, count: 20 });
    await child.call("leave", { port });
    await child.stop();
  });
  const [line, login] = await Promise.all([
    feeder.call<Times>("steady", { port, rate: 100, seconds }),
    logins.call<Times>("logins", { port, seconds }),
  ]);
  const { rssMib } = sink.usage();
  isOver = true;
  await Promise.all(flooding);
  await feeder.call("leave", { port });
  await Promise.all([feeder.stop(), logins.stop()]);
  await sink.stop();
  return [
    hogs === 0 ? "nothing" : `${hogs} of ${row}`,
    ...[line, login].flatMap(({ p50Us, mostUs }) => [p50Us, mostUs]).map((us) =>
      (us / 1_000).toFixed(1)
    ),
    rssMib.toFixed(0),
  ];
}

function print(cells: readonly (string | number)[]): void {
  console.log(cells.map((cell) => String(cell).padStart(13)).join(""));
}

print(["clients", "CPU", "us a frame", "ack p50 us", "p99", "KiB a client"]);
for (const clients of flags.clients.split(",").map(Number)) print(await load(clients));
print(["beside", "line p50 ms", "most", "login p50 ms", "most", "RSS MiB"]);
print(await beside("rgba", 0));
for (const row of ["rgba", "largest"]) print(await beside(row, Number(flags.hogs)));
