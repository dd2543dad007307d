// Listens on the default interface, logs in by each family, and prints where it listens and whether.

import { Keystore } from "../../keystore/mod.ts";
import { connectSource, netListen, silentLogger } from "../../lib/mod.ts";
import { freshKey } from "../support/clients.ts";

const directory = await Deno.makeTempDir({ prefix: "both-families-test-" });
const keystore = await Keystore.open(directory);
const key = freshKey();
await keystore.add(["demo"], key.publicKey);
const handler = {
  segment_request: (source: { acceptTarget(): unknown }) => void source.acceptTarget(),
};
const listener = netListen("demo", undefined, 0, handler, { keystore, log: silentLogger });
const { port } = listener.address;
const reached: string[] = [];
for (const hostname of ["127.0.0.1", "::1"]) {
  const registration = { segkind: 24, title: "test" };
  const options = { port, key, registration, acceptServer: () => true };
  const client = await connectSource(hostname, options).catch(() => undefined);
  if (client !== undefined) reached.push(hostname);
  await client?.close();
}
listener.abort();
await listener.finished();
await Deno.remove(directory, { recursive: true });
const listens = listener.addresses.filter((address) => address.port === port);
console.log(JSON.stringify({ reached, listens: listens.map(({ hostname }) => hostname) }));
