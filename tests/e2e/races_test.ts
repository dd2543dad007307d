/** Unknown clients that race for the places of a secret, and what takes a place. */

import assert from "node:assert/strict";
import { freshKey } from "../support/clients.ts";
import { Bench } from "../support/listen.ts";
import { REGISTER } from "../support/pair.ts";
import { race } from "../support/race.ts";

const ROUNDS = 200;
const RACERS = 50;
const PLACES = 3;
const SECRET = "open sesame";

Deno.test(`${RACERS} unknown clients race for ${PLACES} places, ${ROUNDS} times`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    assert.deepEqual(await race(RACERS, PLACES), {
      admitted: PLACES,
      onDisk: PLACES,
      areSame: true,
      refused: RACERS - PLACES,
    }, `round ${round}`);
  }
});

Deno.test("an unknown key with the secret is enrolled, and is accepted from then on", async () => {
  await using bench = await Bench.start({ secret: `1:${SECRET}` });
  const key = freshKey();
  for (const mode of ["ephemeral", "direct"] as const) {
    using client = await bench.login({ key, secret: SECRET, mode });
    await client.roundTrip(bench);
  }
  assert.equal(bench.keystore.list("demo").length, 1);
});

Deno.test("an accepted key needs the secret too, and takes no place", async () => {
  await using bench = await Bench.start({ secret: `1:${SECRET}` });
  const known = await bench.addKey();
  using without = await bench.connect({ key: known });
  assert.ok(!await without.login(), "refused without the secret");
  using first = await bench.login({ key: known, secret: SECRET });
  using second = await bench.login({ key: freshKey(), secret: SECRET });
  await first.roundTrip(bench);
  await second.roundTrip(bench);
});

Deno.test("with 0 places, only accepted keys with the secret log in", async () => {
  await using bench = await Bench.start({ secret: `0:${SECRET}` });
  using unknown = await bench.connect({ key: freshKey(), secret: SECRET });
  assert.ok(!await unknown.login());
  using known = await bench.login({ secret: SECRET });
  await known.roundTrip(bench);
  assert.deepEqual(reasons(bench), ["unknown-key"]);
});

Deno.test("wrong secrets, replayed packets and keys without proof take no place", async () => {
  await using bench = await Bench.start({ secret: `1:${SECRET}`, limits: { maxPenaltyMs: 0 } });
  // Record a login with the same secret at another listener.
  await using elsewhere = await Bench.start({ secret: `1:${SECRET}` });
  using victim = await elsewhere.raw({ key: freshKey(), secret: SECRET });
  const recorded = await victim.login();
  await elsewhere.until(() => elsewhere.listener.clients.length === 1, "the recorded login");

  for (let i = 0; i < 20; i++) {
    using stranger = await bench.raw({ key: freshKey(), secret: "a guess" });
    await stranger.send(stranger.peer.hello().take());
    await stranger.untilClosed();

    using replay = await bench.raw();
    for (const bytes of recorded) await replay.send(bytes);
    await replay.closeWrite();
    await replay.untilClosed();

    using claim = await bench.raw({ key: freshKey(), secret: SECRET });
    await claim.send(claim.peer.hello().take());
    await claim.answers();
    claim.close();
    await bench.until(() => reasons(bench).length === 3 * (i + 1), "three refusals");
  }
  assert.equal(bench.keystore.list().length, 0);
  using honest = await bench.login({ key: freshKey(), secret: SECRET });
  await honest.roundTrip(bench);
  assert.deepEqual(new Set(reasons(bench)), new Set(["wrong-secret", "not-proven"]));
});

Deno.test("a place that a client has reserved is kept for it until it proves its key", async () => {
  await using bench = await Bench.start({ secret: `1:${SECRET}` });
  using slow = await bench.raw({ key: freshKey(), secret: SECRET });
  await slow.send(slow.peer.hello().take());
  await slow.answers();
  using late = await bench.connect({ key: freshKey(), secret: SECRET });
  assert.ok(!await late.login());
  await bench.until(() => reasons(bench).length > 0, "the refusal");
  assert.deepEqual(reasons(bench), ["no-slot-left"]);
  await slow.send(slow.peer.event(REGISTER).take());
  await bench.until(() => bench.listener.clients.length === 1, "the slow client");
  assert.deepEqual(
    bench.keystore.list().map(({ publicKey }) => publicKey),
    [slow.peer.key.publicKey],
  );
});

Deno.test("one key on ten connections takes one place", async () => {
  await using bench = await Bench.start({ secret: `2:${SECRET}` });
  const key = freshKey();
  const clients = await Promise.all(
    Array.from({ length: 10 }, () => bench.login({ key, secret: SECRET })),
  );
  assert.equal(bench.keystore.list().length, 1);
  using other = await bench.login({ key: freshKey(), secret: SECRET });
  await other.roundTrip(bench);
  for (const client of clients) client.close();
});

Deno.test("a client whose key cannot be written is refused, and its place is free again", async () => {
  await using bench = await Bench.start({ secret: `1:${SECRET}` });
  const accepted = `${bench.keystore.root}/accepted`;
  await Deno.remove(accepted);
  await Deno.writeTextFile(accepted, "");
  using first = await bench.connect({ key: freshKey(), secret: SECRET });
  assert.ok(await first.login());
  first.register();
  await first.untilClosed();
  await bench.until(() => reasons(bench).length > 0, "the refusal");
  assert.deepEqual(reasons(bench), ["keystore-unwritable"]);
  assert.equal(bench.requests, 0);

  await Deno.remove(accepted);
  await Deno.mkdir(accepted, { mode: 0o700 });
  using second = await bench.login({ key: freshKey(), secret: SECRET });
  await second.roundTrip(bench);
});

Deno.test("the secret can be set until the first client is let in", async () => {
  await using bench = await Bench.start();
  const key = await bench.addKey();
  using early = await bench.raw({ key });
  await early.send(early.peer.ephemeralHello().take());
  await early.answers();
  bench.listener.targetInput(`0:${SECRET}`);
  await early.untilClosed();
  await bench.until(() => reasons(bench).length > 0, "the refusal");
  assert.deepEqual(
    reasons(bench),
    ["secret-changed"],
    "a login that began without the secret ends",
  );

  using client = await bench.login({ key, secret: SECRET });
  assert.throws(() => bench.listener.targetInput("0:another"), { code: "too-late" });
  client.close();
  assert.throws(() => bench.listener.targetInput("0:another"), { code: "too-late" });
});

Deno.test("clients that disconnect before their proof give their places back", async () => {
  for (let round = 0; round < 10; round++) {
    await using bench = await Bench.start({ secret: `${PLACES}:${SECRET}` });
    const vanish = async () => {
      using claim = await bench.raw({ key: freshKey(), secret: SECRET });
      await claim.send(claim.peer.hello().take());
    };
    const stay = async () => {
      const client = await bench.connect({ key: freshKey(), secret: SECRET });
      if (await client.login()) client.register();
      await client.flush();
      return client;
    };
    const racers = await Promise.all(
      Array.from({ length: RACERS }, (_, i) => i % 2 ? stay() : vanish()),
    );
    // When its line is logged, a login has given its place back.
    const isOver = () => reasons(bench).length + bench.listener.clients.length === RACERS;
    await bench.until(isOver, "each racer to be let in or refused");
    while (bench.listener.clients.length < PLACES) {
      racers.push(await bench.login({ key: freshKey(), secret: SECRET }));
    }
    using late = await bench.connect({ key: freshKey(), secret: SECRET });
    assert.ok(!await late.login());
    assert.equal(bench.keystore.list().length, PLACES, `round ${round}`);
    for (const racer of racers) racer?.close();
  }
});

/** The reasons of the refused logins, in order. */
function reasons(bench: Bench): unknown[] {
  return bench.log.of("login-refused").map(({ fields }) => fields["reason"]);
}
