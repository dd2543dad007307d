/** The entries of a bucket. */

import { jetstreamManager } from "@nats-io/jetstream";
import type { FleetConnection } from "../../lib/fleet/mod.ts";

/**
 * Gives the revisions of the entries of a bucket. `keys()` of the client would wait for ever when a server
 * fails meanwhile.
 *
 * @param prefix Of their keys, with a dot at its end.
 * @throws An error of NATS.
 */
export async function revisionsOf(
  { nats, buckets }: FleetConnection,
  name: string,
  prefix = "",
): Promise<Map<string, number>> {
  const manager = await jetstreamManager(nats, { checkAPI: false });
  const root = `$KV.${name}.`;
  const { state } = await manager.streams.info(`KV_${name}`, {
    subjects_filter: `${root}${prefix}>`,
  });
  const bucket = await buckets.open(name);
  const found = new Map<string, number>();
  for (const subject of Object.keys(state.subjects ?? {})) {
    const key = subject.slice(root.length);
    const entry = await bucket.get(key);
    if (entry?.operation === "PUT") found.set(key, entry.revision);
  }
  return found;
}
