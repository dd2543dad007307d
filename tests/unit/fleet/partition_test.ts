/** A server that is cut off from the others and goes on answering as their leader. */

import assert from "node:assert/strict";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { FleetConnection } from "../../../lib/fleet/mod.ts";
import { Bucket } from "../../../lib/fleet/bucket.ts";
import { FleetLink } from "../../../lib/fleet/link.ts";
import { WatchedCopy } from "../../../lib/fleet/watched_copy.ts";
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

Deno.test({
  ...NEEDS_NATS,
  name: "a copy over a leader that is cut off hears of a removal from another server",
  async fn() {
    await using cluster = await NatsCluster.start({ isDivisible: true });
    const open = (servers: string[]) => FleetConnection.open({ servers, name: "f" }, "test");
    await using link = new FleetLink(await open(cluster.urls));
    const bucket = await Bucket.open(link, "f_keys", 1_000);
    await bucket.kv.put("key.a", "1");
    const { nats } = link.connection;
    const manager = await jetstreamManager(nats, { checkAPI: false });
    const isAt = (i: number) => cluster.urls[i]!.endsWith(`//${nats.getServer()}`);
    while (!isAt(await leaderOf(manager, "KV_f_keys"))) {
      await nats.request("$JS.API.STREAM.LEADER.STEPDOWN.KV_f_keys");
      await link.pause(100);
    }
    const removed = Promise.withResolvers<void>();
    await using copy = await WatchedCopy.open(link, bucket, {
      changed: (_, text) => text === undefined && removed.resolve(),
      checked() {},
    });
    assert.equal(copy.get("key.a"), "1");
    const leader = cluster.urls.findIndex((_, i) => isAt(i));
    await cluster.isolate(leader, "servers");
    await using other = new FleetLink(await open(cluster.urls.filter((_, i) => i !== leader)));
    const kv = await other.connection.buckets.open("f_keys");
    // The others choose another leader meanwhile.
    while (!await kv.delete("key.a").then(() => true, () => false)) await link.pause(100);
    await removed.promise;
    assert(!isAt(leader));
    assert.equal(copy.get("key.a"), undefined);
  },
});
