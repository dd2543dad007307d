/** A key that is removed while its clients are connected at every host. */

import assert from "node:assert/strict";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { describeTimes } from "../support/proof_row.ts";
import type { Rig } from "./rig.ts";
import { enter, type Entered, pause } from "./source.ts";

/** What is demanded; in the tests others run beside it. */
const MOST_MS = { long: 1_000, short: 5_000 } as const;

/** Between two logins of a removed key at a host: each of them is several records. */
const LOGIN_EVERY_MS = 50;

/** A key with a client at each host. */
export interface Everywhere {
  readonly key: PrivateKey;
  readonly clients: readonly Entered[];
}

/** How long after the removal of a key began something happened, in milliseconds. */
export interface Revoked {
  /** When it was removed. */
  readonly removed: number;
  /** When the last of its clients was ended. */
  readonly ended: number;
  /** When the last login began that was let in. */
  readonly lastLogin: number;
}

export async function revocation(rig: Rig): Promise<string> {
  const mostMs = MOST_MS[rig.size.isShort ? "short" : "long"];
  const times: Revoked[] = [];
  for (let n = 0; n < rig.size.revocations; n++) {
    times.push(await revoke(rig, await enterEverywhere(rig)));
  }
  const [ended, lastLogins] = (["ended", "lastLogin"] as const)
    .map((what) => times.map((each) => each[what])) as [number[], number[]];
  const text = `${times.length} keys at ${rig.hosts.length} listeners: sessions ended after ` +
    `${describeTimes(ended)}; the last login after ${describeTimes(lastLogins)}`;
  assert(Math.max(...ended, ...lastLogins) < mostMs, text);
  return text;
}

/** Logs a new key in at each host. */
export async function enterEverywhere(rig: Rig): Promise<Everywhere> {
  const key = await rig.newKey();
  const clients = await Promise.all(rig.hosts.map(async (_, host) => {
    // The host hears of the key in a moment.
    for (;;) {
      const entered = await tryAt(rig, host, key);
      if (entered !== undefined) return entered;
    }
  }));
  return { key, clients };
}

/** Removes a key, and logs in at each host until it is refused. */
export async function revoke(rig: Rig, { key, clients }: Everywhere): Promise<Revoked> {
  const began = performance.now();
  const since = () => performance.now() - began;
  const ended = clients.map(({ connection }) => connection.finished().then(since));
  const lastLogins = rig.hosts.map(async (_, host) => {
    for (let last = 0;; last = since()) {
      const entered = await tryAt(rig, host, key);
      if (entered === undefined) return last;
      await entered.connection.close();
      await pause(LOGIN_EVERY_MS);
    }
  });
  await rig.remove(key.publicKey);
  return {
    removed: since(),
    ended: Math.max(...await Promise.all(ended)),
    lastLogin: Math.max(...await Promise.all(lastLogins)),
  };
}

function tryAt(rig: Rig, host: number, key: PrivateKey): Promise<Entered | undefined> {
  return enter(() => rig.connectTo(host), key, rig.secret, "revoked");
}
