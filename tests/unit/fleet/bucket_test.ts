/** Entries of a bucket that several hosts change. */

import assert from "node:assert/strict";
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
