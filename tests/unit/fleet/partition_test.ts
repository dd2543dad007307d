/** A server that is cut off from the others and goes on answering as their leader. */

import assert from "node:assert/strict";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { FleetConnection } from "../../../lib/fleet/mod.ts";
import { FleetLink } from "../../../lib/fleet/link.ts";
import { NatsCluster, NEEDS_NATS } from "../../support/nats.ts";

async function leaderOf(manager: JetStreamManager, stream: string): Promise<number> {
  for (;;) {
    const { cluster } = await manager.streams.info(stream);
    if (cluster?.leader !== undefined) return Number(cluster.leader.slice(1)) - 1;
  }
}

Deno.test({
  ...NEEDS_NATS,
  name: "a leader that is cut off from the other servers confirms nothing",
  async fn() {
    await using cluster = await NatsCluster.start({ isDivisible: true });
    const open = (servers: string[]) => FleetConnection.open({ servers, name: "f" }, "test");
    const any = await open(cluster.urls);
    await using maker = new FleetLink(any);
    const bucket = await maker.bucket("f_keys", 1_000);
    await bucket.put("a", "1");
    const leader = await leaderOf(await jetstreamManager(any.nats), "KV_f_keys");
    await using link = new FleetLink(await open([cluster.urls[leader]!]));
    assert.equal((await link.state("f_keys")).lastRevision, 1);
    await cluster.isolate(leader, "servers");
    const manager = await jetstreamManager(link.connection.nats, { checkAPI: false });
    const state = async () => (await link.state("f_keys")).lastRevision;
    let refusal: unknown;
    while (refusal === undefined) {
      refusal = await state().then(() => undefined, (error) => error);
      await link.pause(100);
    }
    assert.match(`${refusal}`, /the server is cut off from the others/);
    // The server itself still tells how far it is.
    assert.equal((await manager.streams.info("KV_f_keys")).state.last_seq, 1);
    await cluster.rejoin(leader);
    while (await state().catch(() => 0) < 1) await link.pause(100);
  },
});
