/** Entries of a bucket that several hosts change. */

import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { Bucket } from "../../../lib/fleet/bucket.ts";
import { FleetLink } from "../../../lib/fleet/link.ts";
import { FleetConnection } from "../../../lib/fleet/mod.ts";
import { NatsCluster, NEEDS_NATS } from "../../support/nats.ts";

const HOSTS = 4;
const CHANGES = 15;

Deno.test({
  ...NEEDS_NATS,
  name: "no change of an entry is lost when four hosts change it on three servers at once",
  async fn() {
    await using cluster = await NatsCluster.start();
    await using stack = new AsyncDisposableStack();
    const buckets = await Promise.all(Array.from({ length: HOSTS }, async (_, i) => {
      const servers = [...cluster.urls.slice(i % 3), ...cluster.urls.slice(0, i % 3)];
      const connection = await FleetConnection.open({ servers, name: "f" }, "test");
      return await Bucket.open(stack.use(new FleetLink(connection)), "f_places", 1000);
    }));
    await Promise.all(buckets.map(async (bucket) => {
      for (let i = 0; i < CHANGES; i++) {
        await bucket.change("count", ({ text = "0" }) => {
          return { result: undefined, text: `${Number(text) + 1}` };
        });
      }
    }));
    assert.equal((await buckets[0]!.get("count")).text, `${HOSTS * CHANGES}`);
    await buckets[1]!.change("count", () => ({ result: undefined, text: null }));
    assert.equal((await buckets[2]!.get("count")).text, undefined);
  },
});

Deno.test({
  ...NEEDS_NATS,
  name: "a change goes on at another server when that of the connection is killed",
  async fn() {
    await using cluster = await NatsCluster.start();
    const open = (servers: string[]) => FleetConnection.open({ servers, name: "f" }, "test");
    await using maker = new FleetLink(await open(cluster.urls));
    await Bucket.open(maker, "f_keys", 1000);
    const manager = await jetstreamManager(maker.connection.nats, { checkAPI: false });
    const { leader } = (await manager.streams.info("KV_f_keys")).cluster!;
    // Without the leader no server could make the change for some seconds.
    const connection = await open(cluster.urls.filter((_, i) => `s${i + 1}` !== leader));
    await using link = new FleetLink(connection);
    const bucket = await Bucket.open(link, "f_keys", 1000);
    let attempts = 0;
    await bucket.change("a", async ({ text }) => {
      if (++attempts === 1) {
        const mine = connection.nats.getServer();
        await cluster.servers.find(({ url }) => url.endsWith(mine))!.kill();
      }
      return { result: undefined, text: text === "1" ? undefined : "1" };
    });
    assert(attempts > 1);
    assert.equal((await bucket.get("a")).text, "1");
  },
});
