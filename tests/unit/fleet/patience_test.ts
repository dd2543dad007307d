/** Buckets and streams that others make at the same moment. */

import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { FleetConnection, RecordStream } from "../../../lib/fleet/mod.ts";
import { FleetLink } from "../../../lib/fleet/link.ts";
import { isPassing, patiently } from "../../../lib/fleet/patience.ts";
import { NatsCluster, NatsServer, NEEDS_NATS } from "../../support/nats.ts";

function open(servers: string[]): Promise<FleetConnection> {
  return FleetConnection.open({ servers, name: "f" }, "test");
}

Deno.test({
  ...NEEDS_NATS,
  name: "hosts that make the same bucket and stream at one moment all get them",
  async fn() {
    await using cluster = await NatsCluster.start();
    await using stack = new AsyncDisposableStack();
    const links = await Promise.all(cluster.urls.map(async (url) => {
      return stack.use(new FleetLink(await open([url])));
    }));
    await Promise.all(links.flatMap((link) => [
      link.bucket("f_keys", 1_000),
      RecordStream.open(link.connection),
    ]));
    const manager = await jetstreamManager(links[0]!.connection.nats, { checkAPI: false });
    const names = (await manager.streams.names().next()).sort();
    assert.deepEqual(names, ["KV_f_keys", links[0]!.connection.names.stream].sort());
  },
});

Deno.test({
  ...NEEDS_NATS,
  name: "a bucket whose subjects another stream has is tried again, and reported after the bound",
  async fn() {
    await using server = await NatsServer.start();
    await using link = new FleetLink(await open([server.url]));
    const { nats, buckets } = link.connection;
    const manager = await jetstreamManager(nats);
    await manager.streams.add({ name: "other", subjects: ["$KV.f_keys.>"] });
    let attempts = 0;
    const make = async () => {
      if (++attempts === freeFrom) await manager.streams.delete("other");
      return await buckets.create("f_keys");
    };
    let freeFrom = 0;
    await assert.rejects(patiently(make, isPassing, 300), /subjects overlap/);
    assert(attempts > 1, `${attempts} attempts`);
    freeFrom = attempts + 3;
    await (await patiently(make)).put("a", "1");
    assert.equal(attempts, freeFrom);
  },
});
