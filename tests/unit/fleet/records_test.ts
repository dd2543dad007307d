import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { FleetConnection, FleetRecords, RecordStream } from "../../../lib/fleet/mod.ts";
import { makeRecord } from "../../../lib/fleet/records/record.ts";
import {
  FLEET_JOURNAL_BYTES,
  FLEET_QUEUE_UNITS,
  FLEET_SPOOL_QUEUE_BYTES,
} from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";
import { RecordReader } from "../../support/fleet_records.ts";
import { LogBook } from "../../support/log_book.ts";
import { NatsServer, NEEDS_NATS } from "../../support/nats.ts";

const TEXT = "x".repeat(80_000);

function body(number: number, kind = "ident"): string {
  return JSON.stringify({ kind, message: `${number}`, text: TEXT });
}

/** Resolves when an event is logged. */
function logged(log: LogBook, event: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  log.onLine = (line) => {
    if (line.event === event) resolve();
  };
  return promise;
}

/** Resolves when servers are in reach, or are not any more. */
async function changed(connection: FleetConnection): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = connection.onState(() => resolve());
  await promise;
  end();
}

async function withRecords(
  run: (
    server: NatsServer,
    connection: FleetConnection,
    records: FleetRecords,
    log: LogBook,
    spool: string,
  ) => Promise<void>,
): Promise<void> {
  await inDirectory(async (spools) => {
    await using server = await NatsServer.start();
    const connection = await FleetConnection.open({ servers: [server.url], name: "f" }, "test");
    const log = new LogBook();
    {
      await using records = await FleetRecords.open({
        connection,
        host: "host-1",
        name: "demo",
        spools,
        log,
      });
      await run(server, connection, records, log, `${spools}/host-1`);
    }
    await connection.close();
  });
}

Deno.test({
  ...NEEDS_NATS,
  name: "records that come faster than they are stored go through the spool, in order",
  fn: () =>
    withRecords(async (_, connection, records, log) => {
      const count = Math.ceil(1.5 * FLEET_QUEUE_UNITS / TEXT.length);
      const sent = logged(log, "fleet-records-sent");
      for (let i = 0; i < count; i++) records.put(2, "ident", body(i));
      const before = records.figures;
      assert.deepEqual([before.sent, before.waiting, before.lost], [0, count, 0]);
      assert(before.spoolBytes > FLEET_QUEUE_UNITS);
      await using reader = new RecordReader(connection);
      await reader.until(({ line }) => line.includes(`"${count - 1}"`));
      reader.requireIdents(1, count);
      await sent;
      assert.deepEqual(records.figures, { sent: count, waiting: 0, lost: 0, spoolBytes: 0 });
      assert.equal(log.of("fleet-records-wait").length, 1);
    }),
});

Deno.test({
  ...NEEDS_NATS,
  name: "what the bound of the spool costs is counted in one record of its own",
  fn: () =>
    withRecords(async (server, connection, records, log) => {
      const away = changed(connection);
      await server.kill();
      await away;
      const count = Math.ceil(1.2 * FLEET_SPOOL_QUEUE_BYTES / TEXT.length);
      for (let i = 0; i < count; i++) records.put(2, "ident", body(i));
      const { lost, waiting } = records.figures;
      assert.equal(waiting, count - lost);
      // The keystore has logged that no server can be reached.
      assert.deepEqual(log.of("fleet-records-wait"), []);
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

Deno.test({
  ...NEEDS_NATS,
  name: "a login is on the disk until it is stored, from the moment on at which it is taken",
  fn: () =>
    withRecords(async (server, connection, records, _, spool) => {
      const onDisk = () => Deno.readTextFileSync(`${spool}/logins.jsonl`).split("\n").length - 1;
      server.pause();
      for (let i = 1; i <= 5; i++) {
        records.put(0, "login", body(i, "login"));
        assert.equal(onDisk(), i);
      }
      server.resume();
      await using reader = new RecordReader(connection);
      await reader.until(({ line }) => line.includes('"5"'));
      while (onDisk() > 0) await Deno.stat(spool);
      assert.deepEqual(records.figures, { sent: 5, waiting: 0, lost: 0, spoolBytes: 0 });
    }),
});

Deno.test({
  ...NEEDS_NATS,
  name: "logins that are in memory alone are bounded on the disk; more are lost and counted",
  fn: () =>
    withRecords(async (_, connection, records) => {
      const count = Math.ceil(1.2 * FLEET_JOURNAL_BYTES / TEXT.length);
      for (let i = 0; i < count; i++) records.put(0, "login", body(i, "login"));
      const { lost } = records.figures;
      assert(lost > 0 && lost < count / 4, `${lost} of ${count}`);
      await using reader = new RecordReader(connection);
      await reader.until(({ line }) => line.includes(`"${count - lost - 1}"`));
      records.put(0, "login", body(count, "login"));
      await reader.until(({ line }) => line.includes(`"${count}"`));
      const told = reader.records.filter(({ kind }) => kind === "records_lost");
      assert.deepEqual(told.map(({ line }) => JSON.parse(line).lost), [lost]);
      assert.equal(reader.records.length, count - lost + 2);
    }),
});

Deno.test({
  ...NEEDS_NATS,
  name: "logins are stored, and one log line says so, when the disk takes none",
  fn: () =>
    withRecords(async (_, connection, records, log, spool) => {
      await Deno.mkdir(`${spool}/logins.jsonl`);
      for (let i = 0; i < 3; i++) records.put(0, "login", body(i, "login"));
      await using reader = new RecordReader(connection);
      await reader.until(({ kind }) => kind === "login", 3);
      reader.inOrder();
      assert.equal(log.of("fleet-spool-unusable").length, 1);
    }),
});

Deno.test({
  ...NEEDS_NATS,
  name: "one log line says that the servers have forgotten records that they had confirmed",
  fn: () =>
    withRecords(async (_, connection, records, log) => {
      const put = async (client: number, count: number) => {
        for (let i = 0; i < count; i++) records.put(client, "ident", body(i));
        while (records.figures.waiting > 0) await connection.nats.flush();
      };
      await put(2, 3);
      assert.deepEqual(log.of("fleet-records-forgotten"), []);
      const manager = await jetstreamManager(connection.nats);
      await manager.streams.delete("f_records");
      await RecordStream.open(connection);
      // Both have one under way at the same time.
      await Promise.all([put(3, 2), put(4, 2)]);
      const [line, ...further] = log.of("fleet-records-forgotten");
      const { stream, place, before } = line!.fields;
      assert.deepEqual([stream, place, before], ["f_records", 1, 3]);
      assert.deepEqual(further, []);
    }),
});

Deno.test({
  ...NEEDS_NATS,
  name: "a record that the servers know again without having stored it is not taken for stored",
  async fn() {
    await using server = await NatsServer.start();
    const connection = await FleetConnection.open({ servers: [server.url], name: "f" }, "test");
    const manager = await jetstreamManager(connection.nats);
    // Records go to a leader of later versions than 2.9 that has no majority.
    await manager.streams.add({ name: "f_records", subjects: ["elsewhere"] });
    const answers = [0, 7].map((seq) => ({ stream: "f_records", seq, duplicate: true }));
    connection.nats.subscribe("f.*.*.*.*", {
      callback: (_, message) => void message.respond(JSON.stringify(answers.shift())),
    });
    const stream = await RecordStream.open(connection);
    const record = makeRecord({ host: "host-1", client: 2, number: 1 }, "ident", "{}");
    await assert.rejects(stream.store(record), /not known whether the record will be stored/);
    await stream.store(record);
    assert.deepEqual(answers, []);
    await connection.close();
  },
});
