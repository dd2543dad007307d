/** A key that is removed while its clients are connected at every host. */

import assert from "node:assert/strict";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { describeTimes } from "../support/proof_row.ts";
import type { Rig } from "./rig.ts";
import { enter, type Entered } from "./source.ts";

/** What is demanded; in the tests others run beside it. */
const MOST_MS = { long: 1_000, short: 5_000 } as const;

export async function revocation(rig: Rig): Promise<string> {
  const mostMs = MOST_MS[rig.size.isShort ? "short" : "long"];
  const ends: number[] = [];
  const logins: number[] = [];
  for (let n = 0; n < rig.size.revocations; n++) {
    const key = await rig.newKey();
    const clients = await Promise.all(rig.hosts.map((_, host) => enterAt(rig, host, key)));
    const began = performance.now();
    const since = () => performance.now() - began;
    const ended = clients.map(({ connection }) => connection.finished().then(since));
    const refused = rig.hosts.map(async (_, host) => {
      for (let lastMs = 0;; lastMs = since()) {
        const entered = await tryAt(rig, host, key);
        if (entered === undefined) return lastMs;
        await entered.connection.close();
      }
    });
    await rig.keystore.remove(key.publicKey.toBase64(), { endSessions: true });
    ends.push(Math.max(...await Promise.all(ended)));
    logins.push(Math.max(...await Promise.all(refused)));
  }
  assert(Math.max(...ends, ...logins) < mostMs, `${describeTimes(ends)}; ${describeTimes(logins)}`);
  return `${ends.length} keys at ${rig.hosts.length} listeners: all sessions have ended after ` +
    `${describeTimes(ends)}; the last login after ${describeTimes(logins)}`;
}

/** Tries until the host has heard of the key. */
async function enterAt(rig: Rig, host: number, key: PrivateKey): Promise<Entered> {
  for (;;) {
    const entered = await tryAt(rig, host, key);
    if (entered !== undefined) return entered;
  }
}

function tryAt(rig: Rig, host: number, key: PrivateKey): Promise<Entered | undefined> {
  return enter(() => rig.connectTo(host), key, rig.secret, "revoked");
}
