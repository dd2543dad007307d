/** A change of a bucket while its leader is cut off from the other servers. */

import assert from "node:assert/strict";
import { Bucket } from "../../lib/fleet/bucket.ts";
import { FleetLink } from "../../lib/fleet/link.ts";
import { FleetConnection } from "../../lib/fleet/mod.ts";
import { NatsCluster, NEEDS_NATS } from "../support/nats.ts";

Deno.test({
  ...NEEDS_NATS,
  name: "a change that a cut off leader cannot make is made at another server",
  async fn() {
    await using cluster = await NatsCluster.start({ isDivisible: true });
    const connection = await FleetConnection.open({ servers: cluster.urls, name: "f" }, "test");
    await using link = new FleetLink(connection);
    const bucket = await Bucket.open(link, "f_keys", 1000);
    const { nats } = connection;
    const mine = nats.info!.server_name;
    // The new leader is one of the others until it is this one.
    for (;;) {
      const { leader } = (await nats.request("$JS.API.STREAM.INFO.KV_f_keys")).json<
        { cluster: { leader?: string } }
      >().cluster;
      if (leader === mine) break;
      await nats.request("$JS.API.STREAM.LEADER.STEPDOWN.KV_f_keys");
      await link.pause(100);
    }
    await cluster.isolate(Number(mine.slice(1)) - 1, "servers");
    await bucket.change("a", () => ({ result: undefined, text: "1" }));
    assert.notEqual(nats.info!.server_name, mine);
    assert.equal((await bucket.get("a")).text, "1");
  },
});
