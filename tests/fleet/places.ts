/** The places of the secret of a rig. */

import { encodeUtf8 } from "../../lib/bytes/text.ts";
import { Bucket } from "../../lib/fleet/bucket.ts";
import { PassingError } from "../../lib/fleet/patience.ts";
import { MAX_FLEET_COUNT_BYTES } from "../../lib/limits.ts";
import { freshKey } from "../support/clients.ts";
import { inParallel } from "../support/proof_row.ts";
import { LISTENER } from "./host.ts";
import { revisionsOf } from "./revisions.ts";
import type { Rig } from "./rig.ts";

/** The keys that are let in. */
export function storedKeys({ keystore }: Rig): string[] {
  return keystore.list(LISTENER).map(({ publicKey }) => publicKey.toHex());
}

/** Runs a row in which the secret lets nobody in: all places are taken. */
export async function withoutPlaces<T>(rig: Rig, run: () => Promise<T>): Promise<T> {
  const { places: count } = rig.size;
  const places = rig.keystore.openPlaces({
    name: LISTENER,
    secret: encodeUtf8(rig.secret),
    count,
  });
  const keys = Array.from({ length: count }, () => freshKey().publicKey);
  await Promise.all(keys.map(async (publicKey) => {
    await rig.change(async () => {
      const place = await places.reserve(publicKey);
      // Those that a killed listener has reserved are free after their lease.
      if (place === undefined) throw new PassingError("a place is reserved");
      // What is not taken is free for the next attempt.
      try {
        await place.commit();
      } finally {
        place.release();
      }
    });
  }));
  try {
    return await run();
  } finally {
    await reopen(rig, keys.map((key) => key.toHex()));
  }
}

/** Removes keys and opens all places again. */
export async function reopen(rig: Rig, keys: readonly string[]): Promise<void> {
  await inParallel(keys.length, 10, (i) => rig.remove(Uint8Array.fromHex(keys[i]!)));
  const { connection, link } = rig;
  await rig.change(async () => {
    try {
      const { places } = connection.names.buckets;
      const counts = await Bucket.open(link, places, MAX_FLEET_COUNT_BYTES);
      const revisions = await revisionsOf(connection, counts.name, "places.");
      for (const key of revisions.keys()) {
        // An attempt that arrives late must not open the places of a later race.
        await counts.change(key, () => ({ result: undefined, text: null }));
      }
    } catch (error) {
      // This connection has no lease and no copy, which would tell it that its server is cut off.
      connection.leaveServer();
      throw error;
    }
  });
}
