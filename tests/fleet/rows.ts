/** What a fleet bears: each row begins and ends with a fleet in which all runs. */

import { messageOf } from "../../lib/errors.ts";
import { serversAway } from "./away.ts";
import { listenerKilled } from "./listener.ts";
import { serverCutOff } from "./partition.ts";
import { withoutPlaces } from "./places.ts";
import { race } from "./race.ts";
import { revocation } from "./revocation.ts";
import { type FleetSize, Rig } from "./rig.ts";
import { pause } from "./source.ts";
import { leaderKilled, leaderKilledInRace, serverKilled } from "./servers.ts";

/** How long the end waits for what is just being started. */
const END_MS = 5_000;

export interface FleetRow {
  /** What is done. */
  readonly name: string;
  /** What must hold. */
  readonly demand: string;
  /** Whether the tests run it as well, in a short form whose times are not those of the demand. */
  readonly isInTests: boolean;
  /** @returns What was measured. Throws when it does not hold. */
  readonly run: (rig: Rig) => Promise<string>;
}

export const FLEET_ROWS: readonly FleetRow[] = [
  {
    name: "a key is revoked",
    demand: "everywhere within 1 s",
    isInTests: true,
    run: (rig) => withoutPlaces(rig, () => revocation(rig)),
  },
  {
    name: "clients race for places while listeners and servers are killed",
    demand: "exactly as many are let in and stored as there are places",
    isInTests: true,
    run: race,
  },
  {
    name: "the leader of the places is killed during a race, while clients talk",
    demand: "places are given once, no record is lost, order is kept, known keys log in",
    isInTests: true,
    run: leaderKilledInRace,
  },
  // In the tests that server leads everything, so that the next two rows would show the same.
  {
    name: "each server is killed in its turn",
    demand: "no record is lost, order is kept, known keys log in",
    isInTests: false,
    run: serverKilled,
  },
  {
    name: "the leader of each stream and bucket is killed",
    demand: "no record is lost, order is kept, known keys log in",
    isInTests: false,
    run: leaderKilled,
  },
  // In the tests, `tests/unit/fleet/partition_test.ts` shows it for a copy of the keys.
  {
    name: "the leader of the keys is cut off, first from the other servers, then from all",
    demand: "a removed key is out within 20 s, places are given once, no record is lost",
    isInTests: false,
    run: serverCutOff,
  },
  {
    name: "a listener is killed",
    demand: "its clients are back within 5 s, each has ended once in the stream, no login is lost",
    isInTests: true,
    run: listenerKilled,
  },
  {
    name: "all servers are away",
    demand: "no record is lost, order is kept, known keys log in, unknown ones do not",
    isInTests: true,
    run: (rig) => withoutPlaces(rig, () => serversAway(rig)),
  },
];

/** What `deno task fleet` does. */
export const LONG: FleetSize = {
  hosts: 4,
  sources: 400,
  rounds: 200,
  racers: 200,
  places: 20,
  revocations: 20,
  awayMs: 60_000,
  isShort: false,
};

/** What the tests do. */
export const SHORT: FleetSize = {
  hosts: 2,
  sources: 12,
  rounds: 1,
  racers: 30,
  places: 5,
  revocations: 1,
  awayMs: 1_000,
  isShort: true,
};

/**
 * Runs rows one after the other, and prints what was demanded and measured. After a failure the next one
 * gets a new fleet.
 *
 * @returns How many did not hold.
 */
export async function printFleetRows(rows: readonly FleetRow[], size: FleetSize): Promise<number> {
  let failures = 0;
  let stack = new AsyncDisposableStack();
  let starting: Promise<Rig> | undefined;
  let isAborted = false;
  const end = async () => {
    await stack.disposeAsync();
    // What has just begun ends by itself.
    await Promise.race([starting?.catch(() => {}), pause(END_MS)]);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (isAborted) Deno.exit(130);
      isAborted = true;
      void end().finally(() => Deno.exit(130));
    });
  }
  for (const { name, demand, run } of rows) {
    const began = performance.now();
    let result: string;
    try {
      starting ??= Rig.start(size, stack);
      const measured = await run(await starting);
      result = `ok    ${name}\n      demanded: ${demand}\n      measured: ${measured}`;
    } catch (error) {
      // The handler of the signal ends everything, and then the process.
      if (isAborted) await new Promise<never>(() => {});
      failures++;
      result = `FAIL  ${name}\n      demanded: ${demand}\n      ${messageOf(error)}`;
      await end();
      [stack, starting] = [new AsyncDisposableStack(), undefined];
    }
    console.log(`${result} (${((performance.now() - began) / 1_000).toFixed(1)} s)`);
  }
  await end();
  return failures;
}
