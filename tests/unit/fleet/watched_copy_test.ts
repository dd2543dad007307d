import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { jetstreamManager } from "@nats-io/jetstream";
import { Bucket } from "../../../lib/fleet/bucket.ts";
import { FleetLink } from "../../../lib/fleet/link.ts";
import { FleetConnection } from "../../../lib/fleet/mod.ts";
import { WatchedCopy } from "../../../lib/fleet/watched_copy.ts";
import { Changes } from "../../support/changes.ts";
import { NatsServer, NEEDS_NATS } from "../../support/nats.ts";
import { PASSWORD } from "../../support/permissions.ts";

/** @param denied What the user `copy` must not publish to. */
function users(denied: string): string {
  const publish = `publish: { deny: "${denied}" }`;
  return `authorization: { users: [
    { user: admin, password: ${PASSWORD} }
    { user: copy, password: ${PASSWORD}, permissions: { ${publish} } }
  ] }`;
}

async function openLink(
  { url }: NatsServer,
  user?: { readonly name: string; readonly password: string },
): Promise<FleetLink> {
  return new FleetLink(
    await FleetConnection.open({ servers: [url], name: "f", user }, "test"),
  );
}

/** Settles when the connection is there again. */
function reconnected(link: FleetLink): Promise<void> {
  return new Promise((resolve) => link.onReconnect(resolve));
}

Deno.test({
  ...NEEDS_NATS,
  name: "a copy takes all changes while the servers tell of none, and then has them tell again",
  async fn() {
    await using server = await NatsServer.start({ config: users("nothing") });
    await using admin = await openLink(server, { name: "admin", password: PASSWORD });
    await using link = await openLink(server, { name: "copy", password: PASSWORD });
    const bucket = await Bucket.open(link, "f_keys", 1_000);
    const { kv } = await Bucket.open(admin, "f_keys", 1_000);
    await kv.put("a", "1");
    await kv.put("b", "1");
    const changes = new Changes();
    await using copy = await WatchedCopy.open(link, bucket, {
      changed: () => changes.notify(),
      checked() {},
    });
    const has = (entries: Record<string, string>) =>
      isDeepStrictEqual(Object.fromEntries(copy.entries("")), entries);
    assert(has({ a: "1", b: "1" }));

    const { consumers } = await jetstreamManager(admin.connection.nats);
    const names = async () => (await consumers.list("KV_f_keys").next()).map(({ name }) => name);
    const deny = async (subject: string) => {
      const back = reconnected(admin);
      await server.stop();
      await server.restart(users(subject));
      await back;
    };
    await deny("$JS.API.CONSUMER.>");
    for (const name of await names()) await consumers.delete("KV_f_keys", name);
    await kv.put("a", "2");
    await kv.put("c", "1");
    await kv.delete("b");
    await kv.put("a", "3");
    await changes.until(() => has({ a: "3", c: "1" }), () => "all changes");
    assert.deepEqual(await names(), []);

    await deny("nothing");
    while ((await names()).length === 0) await link.pause(50);
  },
});

Deno.test({
  ...NEEDS_NATS,
  name: "a copy drops changes that the servers have forgotten",
  async fn() {
    await using server = await NatsServer.start();
    await using link = await openLink(server);
    const bucket = await Bucket.open(link, "f_keys", 1_000);
    const { kv } = bucket;
    const told = new Changes();
    await using copy = await WatchedCopy.open(link, bucket, {
      changed: () => told.notify(),
      checked: () => told.notify(),
    });
    const untilHas = (entries: Record<string, string>) =>
      told.until(
        () => copy.isConfirmed && isDeepStrictEqual(Object.fromEntries(copy.entries("")), entries),
        () => `a copy with ${JSON.stringify(entries)}`,
      );
    await kv.put("a", "1");
    await untilHas({ a: "1" });
    await server.stop();
    const restore = await server.backUp();
    const back = reconnected(link);
    await server.restart();
    await back;
    await kv.put("a", "2");
    await kv.put("b", "1");
    await untilHas({ a: "2", b: "1" });
    await server.stop();
    await restore();
    await server.restart();
    await untilHas({ a: "1" });
  },
});

Deno.test({
  ...NEEDS_NATS,
  name: "a copy is not taken from a server that is ahead of the leader",
  async fn() {
    await using server = await NatsServer.start();
    await using link = await openLink(server);
    const bucket = await Bucket.open(link, "f_keys", 1_000);
    await bucket.kv.put("a", "1");
    // The leader is asked before and after each copy.
    const state = link.state.bind(link);
    let answers = 0;
    link.state = async (name) => {
      const told = await state(name);
      return ++answers === 2 ? { ...told, lastRevision: told.lastRevision - 1 } : told;
    };
    await using copy = await WatchedCopy.open(link, bucket, { changed() {}, checked() {} });
    assert.equal(answers, 4);
    assert.deepEqual([...copy.entries("")], [["a", "1"]]);
  },
});
