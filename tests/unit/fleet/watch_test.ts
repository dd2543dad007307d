import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import {
  FleetConnection,
  RecordStream,
  type StreamPlace,
  type WatchOptions,
  watchRecords,
} from "../../../lib/fleet/mod.ts";
import { makeRecord, parseRecord } from "../../../lib/fleet/records/record.ts";
import { PATIENCE_MS } from "../../support/changes.ts";
import { NatsServer, NEEDS_NATS } from "../../support/nats.ts";

/** The numbers of the next records. */
async function take(
  connection: FleetConnection,
  count: number,
  options: WatchOptions,
): Promise<number[]> {
  const end = new AbortController();
  const numbers: number[] = [];
  for await (const { number } of watchRecords(connection, options, end.signal)) {
    if (numbers.push(number) === count) end.abort();
  }
  return numbers;
}

Deno.test({
  ...NEEDS_NATS,
  name:
    "a watch begins behind the place of another, and says when records there have left the stream",
  async fn() {
    await using server = await NatsServer.start();
    const connection = await FleetConnection.open({ servers: [server.url], name: "f" }, "test");
    const stream = await RecordStream.open(connection);
    const put = async (from: number, to: number) => {
      for (let number = from; number <= to; number++) {
        const origin = { host: "host-1", client: 2, number };
        await stream.store(makeRecord(origin, "ident", '{"kind":"ident"}'));
      }
    };
    await put(1, 5);
    let after: StreamPlace | undefined;
    let gaps = 0;
    const options = () => ({
      since: new Date(0),
      after,
      onPlace: (place: StreamPlace) => void (after = place),
      onGap: () => void gaps++,
    });
    assert.deepEqual(await take(connection, 3, options()), [1, 2, 3]);
    assert.deepEqual(await take(connection, 2, options()), [4, 5]);
    await put(6, 9);
    assert.equal(gaps, 0);

    const manager = await connection.jetstream.jetstreamManager();
    await manager.streams.purge(connection.names.stream, { keep: 2 });
    assert.deepEqual(await take(connection, 2, options()), [8, 9]);
    assert.equal(gaps, 1);

    await manager.streams.delete(connection.names.stream);
    await RecordStream.open(connection);
    await put(10, 11);
    assert.deepEqual(await take(connection, 2, options()), [10, 11]);
    assert.equal(gaps, 2);
    await connection.close();
  },
});

Deno.test({
  ...NEEDS_NATS,
  name: "a watch gives records of the name and kind that it asks for",
  async fn() {
    await using server = await NatsServer.start();
    const connection = await FleetConnection.open({ servers: [server.url], name: "f" }, "test");
    const stream = await RecordStream.open(connection);
    const put = async (number: number, name: string, kind: string) => {
      const origin = { host: "host-1", client: 2, number, name };
      await stream.store(makeRecord(origin, kind, `{"kind":"${kind}"}`));
    };
    await put(1, "demo", "ident");
    await put(2, "other", "ident");
    await put(3, "demo", "resized");
    await put(4, "demo", "ident");
    const since = new Date(0);
    assert.deepEqual(await take(connection, 3, { since, name: "demo" }), [1, 3, 4]);
    assert.deepEqual(await take(connection, 3, { since, kind: "ident" }), [1, 2, 4]);
    assert.deepEqual(await take(connection, 2, { since, name: "demo", kind: "ident" }), [1, 4]);
    await connection.close();
  },
});

Deno.test({
  ...NEEDS_NATS,
  name: "a watch gives the last records that were lost on their way to it",
  async fn() {
    await using server = await NatsServer.start();
    const connection = await FleetConnection.open({ servers: [server.url], name: "f" }, "test");
    const thief = await FleetConnection.open({ servers: [server.url], name: "f" }, "test");
    const stream = await RecordStream.open(connection);
    const put = async (number: number) => {
      const origin = { host: "host-1", client: 2, number };
      await stream.store(makeRecord(origin, "ident", '{"kind":"ident"}'));
    };
    const end = new AbortController();
    const records = watchRecords(connection, { since: new Date(0) }, end.signal);
    const next = async () => (await records.next()).value?.number;
    await put(1);
    assert.equal(await next(), 1);

    const { stream: name } = connection.names;
    const { consumers } = await jetstreamManager(thief.nats);
    const [consumer] = await consumers.list(name).next();
    const body = JSON.stringify({ batch: 1, expires: 60_000_000_000 });
    const stolen = thief.nats.request(
      `$JS.API.CONSUMER.MSG.NEXT.${name}.${consumer!.name}`,
      body,
      // What the consumer gives keeps its own subject.
      { timeout: PATIENCE_MS, noMux: true },
    ).then((message) => parseRecord(message.string())!.number);
    await thief.nats.flush();
    // The servers give each of two readers something in turn.
    let last = 2;
    let coming = next();
    const isStolen = () => Promise.race([stolen.then(() => true), coming.then(() => false)]);
    for (await put(last); !await isStolen(); await put(++last)) coming = next();
    assert.equal(await stolen, last);
    assert.equal(await coming, last);
    end.abort();
    await records.return(undefined);
    await thief.close();
    await connection.close();
  },
});
