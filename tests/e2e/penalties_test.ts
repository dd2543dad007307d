// Strangers whose logins fail are closed out for a while; honest clients beside them are not.

import assert from "node:assert/strict";
import { PENALTY_FREE_FAILURES } from "../../lib/limits.ts";
import { attack, loopbackAddresses, unknownKeyHello } from "../support/attacks.ts";
import { Bench } from "../support/listen.ts";

const HELLO = unknownKeyHello();
const FLOOD = 4_000;
const LOGINS = 20;

function fail(bench: Bench, addresses: readonly string[], count: number, bytes = HELLO) {
  const { port } = bench.listener.address;
  return attack({ port, addresses, bytes, count, atOnce: Math.min(count, 20) });
}

function limits(bench: Bench, event: "limit-reached" | "limit-over"): unknown[] {
  return bench.log.of(event).map(({ fields: { limit, address, count } }) => [
    limit,
    address,
    ...(count === undefined ? [] : [count]),
  ]);
}

Deno.test("a network whose logins fail is closed out, with two log lines for all of it", async () => {
  await using bench = await Bench.start();
  for (let i = 0; i <= PENALTY_FREE_FAILURES; i++) await fail(bench, ["127.0.1.1"], 1);
  await bench.until(
    () => bench.log.of("login-refused").length === PENALTY_FREE_FAILURES + 1,
    "the refusals",
  );
  const lines = bench.log.lines.length;
  await fail(bench, ["127.0.1.1"], 30);
  assert.equal(bench.log.lines.length, lines + 1);
  assert.deepEqual(limits(bench, "limit-reached"), [["penalty", "127.0.1.1"]]);
  using good = await bench.login();
  await good.roundTrip(bench);
  bench.listener.close();
  assert.deepEqual(limits(bench, "limit-over"), [["penalty", "127.0.1.1", 30]]);
});

Deno.test("every way to fail a login counts the same", async () => {
  const ways: Record<string, (bench: Bench) => Promise<unknown>> = {
    "unknown-key": (bench) => fail(bench, ["127.0.0.1"], 1),
    "wrong-secret": (bench) => fail(bench, ["127.0.0.1"], 1, new Uint8Array(400)),
    "key-not-for-name": async (bench) => {
      using client = await bench.connect({ key: await bench.addKey("another") });
      await client.login();
    },
    "key-expired": async (bench) => {
      const key = await bench.addKey();
      await bench.keystore.set(key.publicKey.toBase64(), { expiresMs: 1_000 });
      using client = await bench.connect({ key });
      await client.login();
    },
  };
  for (const [code, failOnce] of Object.entries(ways)) {
    await using bench = await Bench.start();
    const refused = () => bench.log.of("login-refused");
    for (let i = 0; i <= PENALTY_FREE_FAILURES; i++) {
      assert.deepEqual(limits(bench, "limit-reached"), [], `${code} ${i}`);
      await failOnce(bench);
      await bench.until(() => refused().length === i + 1, code);
      assert.equal(refused()[i]!.fields["reason"], code);
    }
    await failOnce(bench);
    assert.deepEqual(limits(bench, "limit-reached"), [["penalty", "127.0.0.1"]], code);
  }
});

Deno.test("connecting and leaving is no failed login, however often", async () => {
  await using bench = await Bench.start();
  const key = await bench.addKey();
  for (let i = 0; i < 5 * PENALTY_FREE_FAILURES; i++) {
    using silent = await bench.raw();
    silent.close();
    using half = await bench.raw({ key });
    await half.send(half.peer.hello().take().subarray(0, 200));
    half.close();
    using unproven = await bench.connect({ key });
    assert.ok(await unproven.login());
  }
  using good = await bench.login({ key });
  await good.roundTrip(bench);
  assert.deepEqual(limits(bench, "limit-reached"), []);
});

Deno.test("a terminal that fails again and again does not close out those beside it", async () => {
  await using bench = await Bench.start();
  const key = await bench.addKey();
  using first = await bench.login({ key });
  await fail(bench, ["127.0.0.1"], 10 * PENALTY_FREE_FAILURES);
  using second = await bench.login({ key });
  await second.roundTrip(bench);
  await first.roundTrip(bench);
});

Deno.test("a network that is exempt is never closed out", async () => {
  await using bench = await Bench.start({ limits: { exempt: ["127.0.0.0/16"] } });
  await fail(bench, ["127.0.0.1"], 10 * PENALTY_FREE_FAILURES);
  using good = await bench.login();
  await good.roundTrip(bench);
  assert.deepEqual(limits(bench, "limit-reached"), []);
});

Deno.test("a network that connects too often in a minute is closed out until the next", async () => {
  const most = 10;
  await using bench = await Bench.start({ limits: { maxConnectionsPerMinute: most } });
  const silent = await Promise.all(Array.from({ length: most }, () => bench.raw()));
  using surplus = await bench.raw();
  await surplus.untilClosed();
  assert.deepEqual(limits(bench, "limit-reached"), [["max-connections-per-minute", "127.0.0.1"]]);
  const [row] = bench.listener.limits.filter(({ name }) => name === "max-connections-per-minute");
  assert.deepEqual([row!.value, row!.used], [most, most]);
  for (const client of silent) client.close();
  bench.listener.setLimits({ maxConnectionsPerMinute: 2 * most });
  using good = await bench.login();
  await good.roundTrip(bench);
});

Deno.test(`${FLOOD} refused logins of 100 addresses do not delay a good one`, async () => {
  await using bench = await Bench.start();
  let isOver = false;
  const flood = fail(bench, loopbackAddresses(100), FLOOD).finally(() => isOver = true);
  const key = await bench.addKey();
  for (let i = 0; i < LOGINS; i++) {
    using client = await bench.login({ key });
    client.close();
  }
  assert.ok(!isOver, "the good ones did not wait for its end");
  assert.deepEqual(await flood, { connections: FLOOD, closed: FLOOD });
  const refused = bench.log.of("login-refused").length;
  assert.ok(refused <= 100 * (PENALTY_FREE_FAILURES + 50), `${refused} were refused`);
});
