import assert from "node:assert/strict";
import { Keystore } from "../../../keystore/mod.ts";
import { silentLogger } from "../../../lib/log.ts";
import { Gate } from "../../../lib/net/gate.ts";
import { KeyClients } from "../../../lib/net/key_clients.ts";
import { CurrentLimits } from "../../../lib/net/listen_limits.ts";
import {
  FleetConnection,
  FleetCounts,
  FleetKeystore,
  FleetRecords,
  Hosts,
  RecordStream,
  type Role,
} from "../../../lib/fleet/mod.ts";
import { FLEET_LEASE_MS } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";
import { RecordReader } from "../../support/fleet_records.ts";
import { places, testKey } from "../../support/keystore.ts";
import { NatsServer, NEEDS_NATS } from "../../support/nats.ts";
import { exampleUsers, PASSWORD } from "../../support/permissions.ts";

const FLEET = "f";
/** A user without limits. */
const ANY = `{ user: any, password: ${PASSWORD} }`;

function placeOf({ url }: NatsServer, name: string) {
  return { servers: [url], name: FLEET, user: { name, password: PASSWORD } };
}

function connect(server: NatsServer, name: string, role?: Role): Promise<FleetConnection> {
  return FleetConnection.open(placeOf(server, name), "test", role);
}

Deno.test({
  ...NEEDS_NATS,
  name: "README: the permissions of NATS suffice for records, hosts, limits and readers",
  fn: () =>
    inDirectory(async (spools) => {
      await using server = await NatsServer.start({ config: exampleUsers(FLEET) });
      const connection = await connect(server, "listener");
      const reading = await connect(server, "reader", "readers");
      {
        const records = await FleetRecords.open({
          connection,
          host: "host-1",
          name: "demo",
          spools,
          log: silentLogger,
        });
        await using reader = new RecordReader(reading);
        const stream = await RecordStream.open(connection);
        const host = "host-2";
        const entry = { since: "now", addresses: [], isControlled: false };
        const hosts = await Hosts.join({ connection, stream, host, entry, log: silentLogger });
        await hosts.look(0);
        await hosts.look(FLEET_LEASE_MS);
        await hosts[Symbol.asyncDispose]();
        const limits = new CurrentLimits();
        const gate = new Gate({ limits, log: { reached() {} } });
        const counts = { gate, clients: new KeyClients() };
        await using _counts = await FleetCounts.open({
          connection,
          host,
          counts,
          log: silentLogger,
        });
        records.put(2, "ident", '{"kind":"ident","message":"0"}');
        await reader.until(({ kind }) => kind === "ident");
        await records[Symbol.asyncDispose]();
        assert.equal(reader.records.length, 1);
      }
      await reading.close();
      await connection.close();
    }),
});

Deno.test({
  ...NEEDS_NATS,
  name: "README: what servers answer about keys can be seen by no caller and no reader",
  fn: () =>
    inDirectory(async (directory) => {
      await using server = await NatsServer.start({ config: exampleUsers(FLEET, ANY) });
      const any = await connect(server, "any");
      const inboxes = ["listeners", "readers", "callers"].map((role) => `${FLEET}_inbox.${role}.>`);
      const seen = new Map(["_INBOX.>", ...inboxes].map((subject) => [subject, ""]));
      for (const subject of seen.keys()) {
        any.nats.subscribe(subject, {
          callback: (_error, message) => {
            seen.set(subject, seen.get(subject)! + message.string());
          },
        });
      }
      await any.nats.flush();
      const own = await Keystore.open(`${directory}/a12`);
      {
        const place = placeOf(server, "listener");
        await using keystore = await FleetKeystore.open({ ...place, own });
        await keystore.add(["demo"], testKey(1));
        const secret = keystore.openPlaces(places("demo", 1));
        assert(await (await secret.reserve(testKey(2)))!.commit());
        const notes = keystore.notes.open();
        notes.knock(testKey(3), "demo", "192.0.2.1");
        await notes.close();
        await keystore.notes.flush();
        await keystore.refresh();
        await keystore.remove(testKey(1).toBase64(), { endSessions: true });
        assert.equal(keystore.list().length, 1);
        assert.equal(keystore.notes.knocks().length, 1);
      }
      await any.nats.flush();
      const [forListeners] = inboxes;
      assert(seen.get(forListeners!)!.includes(`demo ${testKey(1).toBase64()}`));
      const used = [...seen].filter(([, text]) => text !== "").map(([subject]) => subject);
      assert.deepEqual(used, [forListeners]);

      for (const user of ["look", "drive", "manage", "reader"]) {
        const connection = await connect(server, user);
        for (const subject of [">", "_INBOX.>", `${FLEET}_inbox.>`, forListeners!]) {
          const refused = Promise.withResolvers<Error | null>();
          connection.nats.subscribe(subject, { callback: refused.resolve });
          assert.equal((await refused.promise)?.name, "PermissionViolationError", subject);
        }
        await connection.close();
      }
      await any.close();
    }),
});
