import assert from "node:assert/strict";
import { FleetConnection, FleetRecords, Hosts, RecordStream } from "../../../lib/fleet/mod.ts";
import { FLEET_LEASE_MS } from "../../../lib/limits.ts";
import { type Logger, silentLogger } from "../../../lib/log.ts";
import { inDirectory } from "../../support/directory.ts";
import { RecordReader } from "../../support/fleet_records.ts";
import { NatsServer, NEEDS_NATS } from "../../support/nats.ts";

const ENTRY = { since: "now", addresses: [], isControlled: false };

Deno.test({
  ...NEEDS_NATS,
  name: "clients of a host whose lease has run out are ended once, whichever hosts see it",
  fn: () =>
    inDirectory(async (spools) => {
      await using server = await NatsServer.start();
      const connection = await FleetConnection.open({ servers: [server.url], name: "f" }, "test");
      const stream = await RecordStream.open(connection);
      const lines: unknown[][] = [];
      const log: Logger = { log: (...line) => void lines.push(line) };
      const join = (host: string) => Hosts.join({ connection, stream, host, entry: ENTRY, log });
      {
        await using records = await FleetRecords.open({
          connection,
          host: "records-1",
          name: "demo",
          spools,
          log: silentLogger,
        });
        records.put(3, "registered", '{"kind":"registered"}');
        for (const client of [1, 2, 3]) records.put(client, "ident", '{"kind":"ident"}');
        records.put(3, "resized", '{"kind":"resized"}');
        records.put(2, "terminated", '{"kind":"terminated"}');
        records.put(0, "login", '{"kind":"login"}');
      }
      // It comes again, and does not leave in order.
      const dead = await join("records-1");
      const [one, two] = [await join("one"), await join("two")];
      for (const each of [one, two]) await each.look(0);
      for (const each of [dead, one, two]) await each.beat();
      for (const each of [one, two]) await each.look(FLEET_LEASE_MS);
      const keys = async () => {
        const bucket = await connection.buckets.open("f_hosts");
        return (await Array.fromAsync(await bucket.keys())).sort();
      };
      assert.deepEqual(await keys(), ["one", "records-1", "two"]);
      await one.beat();
      await two.beat();
      await Promise.allSettled([one, two].map((each) => each.look(2 * FLEET_LEASE_MS)));
      assert.deepEqual(await keys(), ["one", "two"]);
      const gone = lines.find(([, event]) => event === "fleet-host-gone");
      assert.deepEqual(gone, ["warn", "fleet-host-gone", { host: "records-1", clients: 2 }]);

      {
        await using reader = new RecordReader(connection);
        await reader.until(({ kind }) => kind === "terminated", 3);
        const ends = reader.records.filter(({ kind }) => kind === "terminated");
        assert.deepEqual(ends.map(({ client }) => client).sort(), [1, 2, 3]);
        assert(reader.records.every(({ host }) => host === "records-1"));
        const words = ends.filter(({ line }) => line.includes("its host is gone"));
        assert.deepEqual(words.map(({ client, number }) => [client, number]).sort(), [[1, 1], [
          3,
          3,
        ]]);
      }
      for (const each of [dead, one, two]) await each[Symbol.asyncDispose]();
      await connection.close();
    }),
});

Deno.test({
  ...NEEDS_NATS,
  name: "clients that a spool alone knows of are ended when it is sent and their host is gone",
  fn: () =>
    inDirectory(async (spools) => {
      await using server = await NatsServer.start();
      const connection = await FleetConnection.open({ servers: [server.url], name: "f" }, "test");
      const changed = () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        const end = connection.onState(() => resolve());
        return promise.finally(end);
      };
      const open = (host: string) =>
        FleetRecords.open({ connection, host, name: "demo", spools, log: silentLogger });
      {
        await using records = await open("records-1");
        const away = changed();
        await server.kill();
        await away;
        for (const client of [2, 3]) records.put(client, "ident", '{"kind":"ident"}');
        records.put(3, "terminated", '{"kind":"terminated"}');
      }
      const back = changed();
      await server.restart();
      await back;
      {
        await using _records = await open("records-2");
        await using reader = new RecordReader(connection);
        await reader.until(({ line }) => line.includes("its host is gone"));
        const ends = reader.records.filter(({ kind }) => kind === "terminated");
        assert.deepEqual(ends.map(({ client, number }) => [client, number]), [[3, 2], [2, 1]]);
      }
      await connection.close();
    }),
});
