/** Servers that are killed or cut off while clients talk and log in. */

import { type JetStreamManager, jetstreamManager, type StreamInfo } from "@nats-io/jetstream";
import type { FleetKeystore } from "../../lib/fleet/mod.ts";
import { freshKey } from "../support/clients.ts";
import { describeTimes } from "../support/proof_row.ts";
import { requireComplete } from "./complete.ts";
import { raceOnce, SERVER_AWAY_MS } from "./race.ts";
import type { Rig } from "./rig.ts";
import { pause } from "./source.ts";
import { startTalking, untilFlowing, whileLoggingIn } from "./talking.ts";

/** Between two looks at what servers say of each other. */
const LOOK_MS = 100;

/** All streams of a fleet: its records and its buckets. */
function streamsOf({ connection: { names } }: Rig): string[] {
  return [names.stream, ...Object.values(names.buckets).map((bucket) => `KV_${bucket}`)];
}

/** Which servers lead the streams of a rig. */
export class Leaders {
  private constructor(readonly rig: Rig, readonly manager: JetStreamManager) {}

  static async of(rig: Rig): Promise<Leaders> {
    return new Leaders(rig, await jetstreamManager(rig.connection.nats, { checkAPI: false }));
  }

  /** The number of the server that leads a stream, from 0; waits until all of its servers are there. */
  async leaderOf(stream: string): Promise<number> {
    for (;;) {
      const info = await this.manager.streams.info(stream).catch(() => undefined);
      if (info !== undefined && isWhole(info)) return Number(info.cluster!.leader!.slice(1)) - 1;
      await pause(LOOK_MS);
    }
  }

  async all(): Promise<number[]> {
    return await Promise.all(streamsOf(this.rig).map((stream) => this.leaderOf(stream)));
  }

  /** Has the server that leads a stream lead all of them. */
  async gather(first: string): Promise<number> {
    const server = await this.leaderOf(first);
    for (const stream of streamsOf(this.rig)) {
      while (await this.leaderOf(stream) !== server) await this.#stepDown(stream);
    }
    return server;
  }

  /** Has another server lead a stream. */
  async #stepDown(stream: string): Promise<void> {
    await this.rig.connection.nats.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`)
      .catch(() => {});
    await pause(LOOK_MS);
  }
}

function isWhole({ cluster }: StreamInfo): boolean {
  return cluster?.leader !== undefined && cluster.replicas?.length === 2 &&
    cluster.replicas.every(({ current, offline }) => current && offline !== true);
}

/** What a fault has held up, in milliseconds. */
interface HeldUp {
  readonly record: number;
  readonly key: number;
  readonly place: number;
}

/** Does something bad, and waits until records flow, keys change, and places are given again. */
async function heldUpBy(rig: Rig, fault: () => Promise<void> | void): Promise<HeldUp> {
  await fault();
  const began = performance.now();
  const since = () => performance.now() - began;
  const [record, key, place] = await Promise.all([
    untilFlowing(rig),
    rig.change((keystore) => keystore.add(["other"], freshKey().publicKey)).then(since),
    rig.change(reservePlace).then(since),
  ]);
  return { record, key, place };
}

async function reservePlace(keystore: FleetKeystore): Promise<void> {
  const places = { name: "other", secret: new TextEncoder().encode("other"), count: 1_000 };
  const reservation = await keystore.openPlaces(places).reserve(freshKey().publicKey);
  reservation!.release();
}

function describe(held: readonly HeldUp[], logins: number, complete: string): string {
  const [records, keys, places] = (["record", "key", "place"] as const)
    .map((what) => describeTimes(held.map((each) => each[what])));
  return `held up: records ${records}; changes of keys ${keys}; places ${places}; ` +
    `${logins} of ${logins} logins of known keys; ${complete}`;
}

/** Kills servers one after the other, and waits until all is well again after each. */
async function killEach(rig: Rig, choose: () => Promise<number>, times: number): Promise<string> {
  await startTalking(rig);
  const held: HeldUp[] = [];
  const logins = await whileLoggingIn(rig, async () => {
    for (let i = 0; i < times; i++) {
      const server = rig.cluster.servers[await choose()]!;
      held.push(await heldUpBy(rig, () => server.kill()));
      await server.restart();
    }
  });
  return describe(held, logins, await requireComplete(rig));
}

export async function serverKilled(rig: Rig): Promise<string> {
  const leaders = await Leaders.of(rig);
  let turn = 0;
  return await killEach(rig, async () => {
    await leaders.all();
    return turn++ % 3;
  }, 3);
}

export async function leaderKilled(rig: Rig): Promise<string> {
  const leaders = await Leaders.of(rig);
  const streams = streamsOf(rig);
  let turn = 0;
  return await killEach(rig, () => leaders.leaderOf(streams[turn++]!), streams.length);
}

export async function leaderKilledInRace(rig: Rig): Promise<string> {
  await startTalking(rig);
  const leaders = await Leaders.of(rig);
  const places = `KV_${rig.connection.names.buckets.places}`;
  // The rows that kill other servers are left out of the tests.
  const leader = await (rig.size.isShort ? leaders.gather(places) : leaders.leaderOf(places));
  const server = rig.cluster.servers[leader]!;
  const logins = await whileLoggingIn(rig, () =>
    raceOnce(rig, async () => {
      await server.kill();
      await pause(SERVER_AWAY_MS);
      await server.restart();
    }));
  return `${rig.size.racers} clients let in and stored ${rig.size.places}; ` +
    `${logins} of ${logins} logins of known keys; ${await requireComplete(rig)}`;
}
