/** Conditions of keys at a listener: real logins, and changes while it runs. */
import assert from "node:assert/strict";
import { type Network, parseNetwork } from "../../lib/mod.ts";
import { freshKey } from "../support/clients.ts";
import { Bench } from "../support/listen.ts";
import { REGISTER } from "../support/pair.ts";
import type { ConditionChanges } from "../../keystore/mod.ts";

const networks = (...texts: string[]) => texts.map((text) => parseNetwork(text) as Network);

/** The reasons of refused logins, in order. */
function reasons(bench: Bench): unknown[] {
  return bench.log.of("login-refused").map(({ fields }) => fields["reason"]);
}

const REFUSED: readonly [what: string, conditions: ConditionChanges, reason: string][] = [
  ["expired", { expiresMs: 1_000 }, "key-expired"],
  ["bound to another network", { from: networks("192.0.2.0/24") }, "address-not-allowed"],
];

for (const [what, conditions, reason] of REFUSED) {
  Deno.test(`a key that is ${what} is refused without an answer, and let in once that is changed`, async () => {
    await using bench = await Bench.start();
    const key = freshKey();
    await bench.keystore.add(["demo"], key.publicKey, { ...conditions, comment: "a laptop" });
    using refused = await bench.connect({ key });
    assert.ok(!await refused.login());
    await bench.until(() => reasons(bench).length === 1, "the refusal");
    assert.deepEqual(reasons(bench), [reason]);
    assert.equal(bench.log.of("login-refused")[0]!.fields["comment"], "a laptop");
    assert.equal(bench.requests, 0);
    await bench.keystore.set(key.publicKey.toBase64(), {
      expiresMs: undefined,
      from: networks("127.0.0.0/8", "::1"),
    });
    using client = await bench.login({ key });
    assert.equal(bench.log.of("client-authenticated")[0]!.fields["comment"], "a laptop");
    assert.deepEqual(bench.listener.clients[0]!.peer.comment, "a laptop");
    assert.deepEqual(bench.listener.clients[0]!.peer.name, "demo");
    client.close();
  });

  Deno.test(`a key that is ${what} between its claim and its proof is refused`, async () => {
    await using bench = await Bench.start();
    const key = await bench.addKey();
    using client = await bench.raw({ key });
    await client.send(client.peer.hello().take());
    await client.answers();
    await bench.keystore.set(key.publicKey.toBase64(), conditions);
    await client.send(client.peer.event(REGISTER).take());
    await client.untilClosed();
    await bench.until(() => reasons(bench).length === 1, "the refusal");
    assert.deepEqual(reasons(bench), [reason]);
    assert.equal(bench.requests, 0);
  });
}

Deno.test("a client that is logged in stays when its key expires, and may not come back", async () => {
  await using bench = await Bench.start();
  const key = await bench.addKey();
  using client = await bench.login({ key });
  await bench.keystore.set(key.publicKey.toBase64(), { expiresMs: 1_000 });
  using second = await bench.connect({ key });
  assert.ok(!await second.login());
  await bench.until(() => reasons(bench).length === 1, "the refusal");
  assert.deepEqual(bench.listener.clients.length, 1);
  client.close();
});

Deno.test("a key has as many clients as it may have, at its claim and at its proof", async () => {
  await using bench = await Bench.start();
  const key = await bench.addKey();
  await bench.keystore.set(key.publicKey.toBase64(), { maxClients: 1, comment: "one" });
  // Both claim the key while no client has it; the first to prove it gets the place.
  using early = await bench.raw({ key });
  using late = await bench.raw({ key });
  for (const client of [early, late]) {
    await client.send(client.peer.hello().take());
    await client.answers();
  }
  await early.send(early.peer.event(REGISTER).take());
  await bench.until(() => bench.listener.clients.length === 1, "the first client");
  await late.send(late.peer.event(REGISTER).take());
  await late.untilClosed();
  await bench.until(() => reasons(bench).length === 1, "the refusal at the proof");
  using third = await bench.connect({ key });
  assert.ok(!await third.login());
  await bench.until(() => reasons(bench).length === 2, "the refusal at the claim");
  assert.deepEqual(reasons(bench), ["too-many-of-key", "too-many-of-key"]);
  for (const { fields } of bench.log.of("login-refused")) assert.equal(fields["comment"], "one");
  const [{ fields: reached } = assert.fail()] = bench.log.of("limit-reached");
  assert.equal(reached["value"], undefined, "the limit of other keys is not that of this one");
  assert.match(String(reached["detail"]), /may have at the same time \(1\)$/);
  using other = await bench.login();
  early.close();
  await bench.until(() => bench.listener.clients.length === 1, "the place to be free");
  using again = await bench.login({ key });
  assert.equal(bench.listener.clients.length, 2);
  other.close();
  again.close();
});
