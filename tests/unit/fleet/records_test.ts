import assert from "node:assert/strict";
import { FleetConnection, FleetRecords } from "../../../lib/fleet/mod.ts";
import { FLEET_QUEUE_UNITS, FLEET_SPOOL_QUEUE_BYTES } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";
import { RecordReader } from "../../support/fleet_records.ts";
import { LogBook } from "../../support/log_book.ts";
import { NatsServer, NEEDS_NATS } from "../../support/nats.ts";

const TEXT = "x".repeat(80_000);

function body(number: number): string {
  return JSON.stringify({ kind: "ident", message: `${number}`, text: TEXT });
}

/** Resolves when servers are in reach, or are not any more. */
async function changed(connection: FleetConnection): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = connection.onState(() => resolve());
  await promise;
  end();
}

async function withRecords(
  run: (server: NatsServer, connection: FleetConnection, records: FleetRecords) => Promise<void>,
): Promise<void> {
  await inDirectory(async (spools) => {
    await using server = await NatsServer.start();
    const connection = await FleetConnection.open({ servers: [server.url], name: "f" }, "test");
    {
      await using records = await FleetRecords.open({
        connection,
        host: "host-1",
        name: "demo",
        spools,
        log: new LogBook(),
      });
      await run(server, connection, records);
    }
    await connection.close();
  });
}

Deno.test({
  ...NEEDS_NATS,
  name: "records that come faster than they are stored go through the spool, in order",
  fn: () =>
    withRecords(async (_, connection, records) => {
      const count = Math.ceil(1.5 * FLEET_QUEUE_UNITS / TEXT.length);
      for (let i = 0; i < count; i++) records.put(2, "ident", body(i));
      await using reader = new RecordReader(connection);
      await reader.until(({ line }) => line.includes(`"${count - 1}"`));
      reader.requireIdents(1, count);
      assert.equal(records.figures.lost, 0);
    }),
});

Deno.test({
  ...NEEDS_NATS,
  name: "what the bound of the spool costs is counted in one record of its own",
  fn: () =>
    withRecords(async (server, connection, records) => {
      const away = changed(connection);
      await server.kill();
      await away;
      const count = Math.ceil(1.2 * FLEET_SPOOL_QUEUE_BYTES / TEXT.length);
      for (let i = 0; i < count; i++) records.put(2, "ident", body(i));
      const { lost } = records.figures;
      assert(lost > 0 && lost < count / 3, `${lost}`);
      const back = changed(connection);
      await server.restart();
      await back;
      await using reader = new RecordReader(connection);
      await reader.until(({ line }) => line.includes(`"${count - lost - 1}"`));
      records.put(2, "ident", body(count));
      await reader.until(({ line }) => line.includes(`"${count}"`));
      await reader.until(({ kind }) => kind === "records_lost");
      const told = reader.records.filter(({ kind }) => kind === "records_lost");
      assert.deepEqual(told.map(({ line }) => JSON.parse(line).lost), [lost]);
      const numbers = reader.records.filter(({ client }) => client === 2)
        .map(({ number }) => number);
      const kept = Array.from({ length: count - lost }, (_, i) => i + 1);
      assert.deepEqual(numbers, [...kept, count + 1]);
    }),
});
