/** Unknown clients that race for the places of a secret, while listeners and servers are killed. */

import assert from "node:assert/strict";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { Changes } from "../support/changes.ts";
import { freshKey } from "../support/clients.ts";
import { SeededRandom } from "../support/random.ts";
import { reopen, storedKeys } from "./places.ts";
import type { Rig } from "./rig.ts";
import { enter, type Entered, pause } from "./source.ts";

/** Within this time after the clients have begun, something is killed. */
const KILL_WITHIN_MS = 1_500;
/** A server is killed in one of so many rounds. */
const SERVER_EVERY = 4;
/** How long a server is away. */
export const SERVER_AWAY_MS = 2_000;
/** How long a race may take: places that a killed listener has reserved are free after 30 s. */
const RACE_MS = 90_000;
/** Clients that were not let in, and try once more when all is over. */
const LATE = 20;

/** Something that goes wrong during a race; settles when it is mended. */
export type Fault = (signal: AbortSignal) => Promise<void>;

/** One client; it tries again until it is in. */
class Racer {
  readonly key: PrivateKey = freshKey();
  #entered: Entered | undefined;

  get isIn(): boolean {
    return this.#entered !== undefined;
  }

  async try(rig: Rig): Promise<void> {
    this.#entered = await enter(() => rig.connect(), this.key, rig.secret, "racer");
  }

  async run(rig: Rig, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.isIn) {
      await this.try(rig);
      if (!this.isIn) await pause(100 + 100 * Math.random(), signal);
    }
  }

  async leave(): Promise<void> {
    await this.#entered?.connection.close();
  }
}

/** Requires that exactly as many of the racers get in and are stored as there are places. */
export async function raceOnce(rig: Rig, fault: Fault = async () => {}): Promise<void> {
  const { racers: count, places } = rig.size;
  const known = new Set(storedKeys(rig));
  const racers = Array.from({ length: count }, () => new Racer());
  const end = new AbortController();
  const changes = new Changes();
  const faulty = fault(end.signal);
  const running = racers.map((racer) => racer.run(rig, end.signal).then(() => changes.notify()));
  const isIn = () => racers.filter((racer) => racer.isIn);
  try {
    await changes.until(
      () => isIn().length >= places,
      () => `${isIn().length} of ${places}`,
      RACE_MS,
    );
  } finally {
    end.abort();
    await Promise.all([faulty, ...running]);
  }
  const late = racers.filter((racer) => !racer.isIn).slice(0, LATE);
  await Promise.all(late.map((racer) => racer.try(rig)));
  const letIn = isIn().map(({ key }) => key.publicKey.toHex()).sort();
  const stored = () => storedKeys(rig).filter((key) => !known.has(key)).sort();
  await rig.change((keystore) => keystore.refresh());
  // A leader that was just chosen may not know of all that is stored.
  for (let tries = 0; tries < 100 && stored().length < letIn.length; tries++) await pause(100);
  assert.deepEqual(letIn, stored());
  assert.equal(letIn.length, places, "clients that were let in and stored");
  await Promise.all(racers.map((racer) => racer.leave()));
  await reopen(rig, letIn);
}

export async function race(rig: Rig): Promise<string> {
  const { rounds, racers, places, hosts, isShort } = rig.size;
  const random = new SeededRandom(Date.now());
  const kills = { listeners: 0, servers: 0 };
  for (let round = 0; round < rounds; round++) {
    const host = random.below(hosts);
    // The choice of a leader takes longer than a test should.
    const isServerKilled = !isShort && random.below(SERVER_EVERY) === 0;
    const server = isServerKilled ? random.below(3) : undefined;
    const [hostMs, serverMs] = [random.below(KILL_WITHIN_MS), random.below(KILL_WITHIN_MS)];
    await raceOnce(rig, async (signal) => {
      const killHost = async () => {
        await pause(hostMs);
        await rig.hosts[host]!.kill();
        kills.listeners++;
        await rig.restart(host);
      };
      const killServer = async () => {
        if (server === undefined) return;
        await pause(serverMs);
        await rig.cluster.servers[server]!.kill();
        kills.servers++;
        await pause(SERVER_AWAY_MS, signal);
        await rig.cluster.servers[server]!.restart();
      };
      await Promise.all([killHost(), killServer()]);
    });
    if ((round + 1) % 20 === 0) console.error(`      ${round + 1} of ${rounds} rounds`);
  }
  const again = rig.hosts.reduce((sum, { failedStarts }) => sum + failedStarts, 0);
  return `${rounds} of ${rounds} rounds of ${racers} clients let in and stored ${places}; ` +
    `${kills.listeners} listeners and ${kills.servers} servers killed, ` +
    `${again} starts of listeners that servers left and that were repeated`;
}
