/** `authorize` of a handler decides about clients that have proved their key, and fails closed. */
import assert from "node:assert/strict";
import { Keystore } from "../../keystore/mod.ts";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { type HandlerObject, type Listener, netListen, type Peer } from "../../lib/mod.ts";
import { Changes } from "../support/changes.ts";
import { freshKey, TestClient } from "../support/clients.ts";
import { inDirectory } from "../support/directory.ts";
import { LogBook } from "../support/log_book.ts";

interface Scene {
  readonly keystore: Keystore;
  readonly log: LogBook;
  readonly listener: Listener;
  /** The kinds of records that the handler got from clients. */
  readonly kinds: string[];
  /** Waits for a condition, which is checked after each log line. */
  until(isTrue: () => boolean): Promise<void>;
  login(key: PrivateKey, secret?: string): Promise<TestClient>;
}

async function withAuthorize(
  authorize: (peer: Peer) => unknown,
  run: (scene: Scene) => Promise<void>,
  secret?: string,
): Promise<void> {
  await inDirectory(async (directory) => {
    const keystore = await Keystore.open(`${directory}/a12`);
    const log = new LogBook();
    const changes = new Changes();
    log.onLine = () => changes.notify();
    const kinds: string[] = [];
    const handler = {
      authorize,
      registered: () => void kinds.push("registered"),
      terminated: ({ role }) => void (role === "client" && kinds.push("terminated")),
    } as HandlerObject;
    const listener = netListen("demo", "127.0.0.1", 0, handler, { keystore, log });
    if (secret !== undefined) listener.targetInput(secret);
    const clients: TestClient[] = [];
    try {
      await run({
        keystore,
        log,
        listener,
        kinds,
        until: (isTrue) => changes.until(isTrue, () => JSON.stringify(log.lines)),
        login: async (key, secret) => {
          const options = { key, ...(secret !== undefined && { secret }) };
          const client = await TestClient.connect(listener.address.port, options);
          clients.push(client);
          assert.ok(await client.login());
          client.register();
          await client.flush();
          return client;
        },
      });
    } finally {
      listener.abort();
      await listener.finished();
      for (const client of clients) client.close();
    }
  });
}

function refusals(log: LogBook): unknown[] {
  return log.of("login-refused").map(({ fields }) => `${fields["reason"]}: ${fields["detail"]}`);
}

Deno.test("authorize sees who the client is, and lets it in with true alone", async () => {
  const peers: Peer[] = [];
  await withAuthorize(async (peer) => {
    peers.push(peer);
    return await Promise.resolve(true);
  }, async ({ keystore, log, until, login, kinds }) => {
    const key = freshKey();
    await keystore.add(["demo"], key.publicKey, { comment: "a laptop" });
    await login(key);
    await until(() => log.of("client-authenticated").length === 1);
    const [peer] = peers;
    assert.equal(peer!.publicKey, key.publicKey.toBase64());
    assert.match(peer!.fingerprint, /^[0-9a-f-]{24}$/);
    assert.match(peer!.address, /^127\.0\.0\.1:\d+$/);
    assert.deepEqual([peer!.comment, peer!.name], ["a laptop", "demo"]);
    assert.deepEqual(refusals(log), []);
    assert.ok(kinds.length <= 1);
  });
});

const REFUSALS: readonly [what: string, authorize: () => unknown, detail: string][] = [
  ["says no", () => false, "has answered false, not true"],
  ["says no later", () => Promise.resolve(false), "has answered false, not true"],
  ["says nothing", () => {}, "has answered undefined, not true"],
  ["says yes by a word", () => "yes", "has answered yes, not true"],
  ["throws", () => {
    throw new TypeError("a fault");
  }, "failed: TypeError: a fault"],
  ["rejects", () => Promise.reject(new Error("no")), "failed: Error: no"],
];

for (const [what, authorize, detail] of REFUSALS) {
  Deno.test(`a client is refused when authorize ${what}, and an unknown key is not added`, async () => {
    await withAuthorize(authorize, async ({ keystore, log, until, login, kinds }) => {
      const client = await login(freshKey(), "open");
      await client.untilClosed();
      await until(() => refusals(log).length === 1);
      assert.deepEqual(refusals(log), [`not-authorized: authorize ${detail}`]);
      assert.deepEqual(kinds, []);
      assert.deepEqual(keystore.list(), []);
      assert.equal(
        keystore.spentPlaces({
          name: "demo",
          secret: new TextEncoder().encode("open"),
          count: 1,
        }),
        0,
      );
    }, "1:open");
  });
}

Deno.test("a key that is removed while authorize is asked is refused, whatever the answer", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<boolean>();
  await withAuthorize(() => {
    asked.resolve();
    return answer.promise;
  }, async ({ keystore, log, until, login }) => {
    const key = freshKey();
    await keystore.add(["demo"], key.publicKey);
    const client = await login(key);
    await asked.promise;
    await keystore.remove(key.publicKey.toBase64());
    answer.resolve(true);
    await client.untilClosed();
    await until(() => refusals(log).length === 1);
    assert.match(`${refusals(log)[0]}`, /^unknown-key: /);
  });
});

Deno.test("a client waits for authorize alone: others get in meanwhile", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<boolean>();
  let calls = 0;
  await withAuthorize(() => {
    if (++calls > 1) return true;
    asked.resolve();
    return answer.promise;
  }, async ({ keystore, log, until, login }) => {
    const key = freshKey();
    await keystore.add(["demo"], key.publicKey, { maxClients: 2 });
    await login(key);
    await asked.promise;
    await login(key);
    await until(() => log.of("client-authenticated").length === 1);
    answer.resolve(true);
    await until(() => log.of("client-authenticated").length === 2);
  });
});

Deno.test("an object with a misspelled authorize is refused", () => {
  for (const handler of [{ authorise: () => true }, { authorize: true }]) {
    assert.throws(
      () => netListen("demo", "127.0.0.1", 0, handler as unknown as HandlerObject),
      { code: "bad-handler" },
    );
  }
  class Guard {
    registered() {}
    authorise() {
      return false;
    }
  }
  assert.throws(() => netListen("demo", "127.0.0.1", 0, new Guard()), {
    code: "bad-handler",
    message: /a method "authorise", which looks like "authorize"/,
  });
});
