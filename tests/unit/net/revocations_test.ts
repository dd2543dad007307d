import assert from "node:assert/strict";
import type { A12Error } from "../../../lib/errors.ts";
import { REVOCATION_POLL_MS } from "../../../lib/limits.ts";
import type { Admission } from "../../../lib/net/admission.ts";
import type { Connection } from "../../../lib/net/connection.ts";
import { Revocations } from "../../../lib/net/revocations.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

class Client {
  readonly ended = Promise.withResolvers<string>();
  readonly peer: { readonly publicKey: string };

  constructor(publicKey: string) {
    this.peer = { publicKey };
  }

  end(reason?: A12Error): void {
    this.ended.resolve(reason!.code);
  }
}

/** Gives the keys that are removed, and what tells of them. */
function start(tells: boolean, ...clients: Client[]) {
  let next = Promise.withResolvers<void>();
  const keys: string[] = [];
  const admission = {
    revoked: () => Promise.resolve(keys),
    revocation: () => tells ? next.promise : undefined,
  } as unknown as Admission;
  const revocations = new Revocations(admission, new Set(clients as unknown as Connection[]));
  const tell = (key: string) => {
    keys.push(key);
    next.resolve();
    next = Promise.withResolvers();
  };
  return { keys, tell, revocations };
}

Deno.test("a client ends when the removal of its key is told, without a timer, and no other one", async () => {
  using timers = new FakeTimers();
  const [a, b, c] = ["a", "b", "c"].map((key) => new Client(key)) as [Client, Client, Client];
  const { tell, revocations } = start(true, a, b, c);
  tell("a");
  assert.equal(await a.ended.promise, "key-removed");
  tell("b");
  tell("none");
  assert.equal(await b.ended.promise, "key-removed");
  assert.equal(await Promise.race([c.ended.promise, Promise.resolve("is there")]), "is there");
  revocations.close();
  assert.equal(timers.size, 0);
});

Deno.test("where no removal is told, it is looked for twice a second", async () => {
  using timers = new FakeTimers();
  const client = new Client("a");
  const { keys, revocations } = start(false, client);
  keys.push("a");
  timers.pass(REVOCATION_POLL_MS);
  assert.equal(await client.ended.promise, "key-removed");
  revocations.close();
});
