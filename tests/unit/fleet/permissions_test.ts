import assert from "node:assert/strict";
import { silentLogger } from "../../../lib/log.ts";
import { Gate } from "../../../lib/net/gate.ts";
import { KeyClients } from "../../../lib/net/key_clients.ts";
import { CurrentLimits } from "../../../lib/net/listen_limits.ts";
import {
  FleetConnection,
  FleetCounts,
  FleetRecords,
  Hosts,
  RecordStream,
} from "../../../lib/fleet/mod.ts";
import { FLEET_LEASE_MS } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";
import { RecordReader } from "../../support/fleet_records.ts";
import { NatsServer, NEEDS_NATS } from "../../support/nats.ts";

const README = Deno.readTextFileSync(new URL("../../../lib/fleet/README.md", import.meta.url));
const SECTION = README.slice(README.indexOf("## Permissions"));

/** The subjects of a sentence, for the fleet `f`. */
function subjects(sentence: RegExp, ...more: string[]): string {
  const [found] = sentence.exec(SECTION)!;
  const names = [...found.matchAll(/`([A-Z$_][^`]*)`/g)].map(([, name]) => name!);
  const own = names.filter((name) => !name.startsWith("_INBOX"));
  return JSON.stringify([...more, ...own.map((name) => name.replaceAll("FLEET", "f"))]);
}

const CONFIG = `authorization { users = [
  { user: listener, password: a, permissions: { publish: ${
  subjects(/for\s+listeners\s+needs[^]*?subscribe/)
}, subscribe: ${subjects(/For\s+limits\s+it\s+needs[^]*?\.\s/, "_INBOX.>")} } }
  { user: reader, password: b, permissions: { publish: ${
  subjects(/for\s+`fleet\s+watch`\s+needs[^]*?subscribe/)
}, subscribe: ["_INBOX.>"] } }
] }`;

Deno.test({
  ...NEEDS_NATS,
  name: "README: the permissions of NATS suffice for listeners and readers",
  fn: () =>
    inDirectory(async (spools) => {
      await using server = await NatsServer.start({ config: CONFIG });
      const as = (name: string, password: string) =>
        FleetConnection.open(
          { servers: [server.url], name: "f", user: { name, password } },
          "test",
        );
      const connection = await as("listener", "a");
      const reading = await as("reader", "b");
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
