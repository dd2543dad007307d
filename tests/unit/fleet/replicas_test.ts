import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { FleetConnection, fleetNames, FleetRecords } from "../../../lib/fleet/mod.ts";
import { patiently } from "../../../lib/fleet/patience.ts";
import { replicated } from "../../../lib/fleet/replicas.ts";
import { FLEET_REPLICAS } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";
import { LogBook } from "../../support/log_book.ts";
import { NatsCluster, NatsServer, NEEDS_NATS } from "../../support/nats.ts";

Deno.test({
  ...NEEDS_NATS,
  name: "one named server of a cluster is enough for three replicas, and a listener raises fewer",
  fn: () =>
    inDirectory(async (spools) => {
      await using cluster = await NatsCluster.start();
      const place = { servers: cluster.urls.slice(0, 1), name: "f" };
      const connection = await FleetConnection.open(place, "test");
      const { buckets, stream } = fleetNames("f");
      // The servers may not all know of each other yet.
      await patiently(() => connection.buckets.create("all", { replicas: 3 }), () => true);
      await connection.buckets.create(buckets.keys, { replicas: 1, history: 1 });
      const log = new LogBook();
      {
        await using _ = await FleetRecords.open({
          connection,
          host: "host-1",
          name: "demo",
          spools,
          log,
        });
      }
      const manager = await jetstreamManager(connection.nats);
      for (const each of [stream, `KV_${buckets.hosts}`, `KV_${buckets.keys}`]) {
        const { config } = await manager.streams.info(each);
        assert.equal(config.num_replicas, FLEET_REPLICAS, each);
      }
      const raised = log.of("fleet-replicas-raised").map(({ fields }) => fields["stream"]);
      assert.deepEqual(raised, [`KV_${buckets.keys}`]);
      assert.deepEqual(log.of("fleet-replicas-few"), []);
      await connection.close();
    }),
});

Deno.test({
  ...NEEDS_NATS,
  name: "what another host is just making is tried again",
  async fn() {
    await using server = await NatsServer.start();
    const connection = await FleetConnection.open({ servers: [server.url], name: "f" }, "test");
    let attempts = 0;
    const make = async (num_replicas: number) => {
      const manager = await jetstreamManager(connection.nats);
      // Servers from 2.9.25 on answer the request to make it as they answer this one.
      if (++attempts === 1) await manager.streams.info("a");
      return await manager.streams.add({ name: "a", num_replicas });
    };
    const { config } = await patiently(() => replicated(connection, make));
    assert.deepEqual([config.name, attempts], ["a", 2]);
    await connection.close();
  },
});
