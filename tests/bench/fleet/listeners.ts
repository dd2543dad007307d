/** Logins and printed events of `listen`, with and without a fleet. */

import { freshKey, TestClient } from "../../support/clients.ts";
import { controlOf } from "../../support/ctl.ts";
import { addToFleet } from "../../support/fleet.ts";
import { Listening, TestSource } from "../../support/listening.ts";
import { NatsServer } from "../../support/nats.ts";
import { median, readCpuMs } from "../sink/usage.ts";
import type { Figure } from "./main.ts";

const LOGINS = 200;
const EVENTS = 20_000;
/** Events that are under way at a time. */
const AT_ONCE = 500;
/** Between two looks at what waits; each costs the listener a little. */
const LOOK_MS = 100;
/** More logins of one address than a listener takes of others. */
const UNLIMITED = ["--exempt", "127.0.0.0/8"];
const PORT = /listening on 127\.0\.0\.1:(\d+) as/;

interface Round {
  readonly loginMs: number;
  readonly loginCpuMs: number;
  readonly refusedMs: number;
  readonly eventCpuUs: number;
}

export async function* measureListeners(rounds: number): AsyncGenerator<Figure> {
  await using server = await NatsServer.start();
  await using plain = await Listening.start("--json", ...UNLIMITED);
  await using fleet = await Listening.start(
    ...["--json", ...UNLIMITED, "--fleet", server.url],
  );
  await addToFleet(server, fleet.key.publicKey);
  const kinds = { "without a fleet": plain, "with --fleet": fleet };
  const all = new Map<string, Round[]>(Object.keys(kinds).map((kind) => [kind, []]));
  // The first round warms up.
  for (let i = 0; i <= rounds; i++) {
    for (const [kind, listening] of Object.entries(kinds)) {
      const measured = await round(listening);
      if (i > 0) all.get(kind)!.push(measured);
    }
  }
  const figure = (what: string, of: keyof Round, unit: string): Figure[] =>
    [...all].map(([kind, rounds]) => ({
      what: `${what}, ${kind}`,
      value: median(rounds.map((round) => round[of])),
      unit,
    }));
  yield* figure("login of a known key", "loginMs", "ms");
  yield* figure("CPU of a login", "loginCpuMs", "ms");
  yield* figure("refusal of an unknown key", "refusedMs", "ms");
  yield* figure("CPU of an event of one client, printed as JSON", "eventCpuUs", "µs");
}

async function round(listening: Listening): Promise<Round> {
  const { process: { pid }, key } = listening;
  const [, port] = await listening.err.until(PORT);
  using control = await controlOf(listening);
  const logIn = async (key: ReturnType<typeof freshKey>) => {
    const startMs = performance.now();
    using client = await TestClient.connect(Number(port), { key });
    await client.login();
    return performance.now() - startMs;
  };
  const before = readCpuMs(pid);
  const loginMs = await times(LOGINS, () => logIn(key));
  const loginCpuMs = (readCpuMs(pid) - before) / LOGINS;
  const refusedMs = await times(LOGINS, () => logIn(freshKey()));

  const client = await TestSource.connect(Number(port), key, "bench", "tui");
  await client.activated();
  const beforeEvents = readCpuMs(pid);
  for (let i = 0; i < EVENTS;) {
    const end = i + AT_ONCE;
    while (i < end) client.ident(`${i++}`);
    await listening.out.until({
      exec: (text) => text.includes(`"message":"${end - 1}"`) ? [] : null,
    });
    listening.out.text = "";
  }
  // Those for the fleet are still on their way.
  while ((await control.call("stats", {})).fleet_waiting_records > 0) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const eventCpuUs = (readCpuMs(pid) - beforeEvents) / EVENTS * 1000;
  await client.close();
  return { loginMs, loginCpuMs, refusedMs, eventCpuUs };
}

async function times(count: number, run: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < count; i++) all.push(await run());
  return median(all);
}
