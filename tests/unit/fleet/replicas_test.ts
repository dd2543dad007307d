import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { FleetConnection, fleetNames, FleetRecords } from "../../../lib/fleet/mod.ts";
import { patiently } from "../../../lib/fleet/patience.ts";
import { FLEET_REPLICAS } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";
import { LogBook } from "../../support/log_book.ts";
import { NatsCluster, NEEDS_NATS } from "../../support/nats.ts";

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
