/** The places of a secret in a fleet: listeners that die at any change, leases, and a race. */

import assert from "node:assert/strict";
import type { KeyStorage } from "../../keystore/mod.ts";
import { AuthError } from "../../lib/errors.ts";
import { MAX_HELD_PLACES, PLACE_LEASE_MS } from "../../lib/limits.ts";
import { freshKey, TestClient } from "../support/clients.ts";
import { CutProxy } from "../support/cut_proxy.ts";
import { TestFleet, withNats } from "../support/fleet.ts";
import { places, testKey } from "../support/keystore.ts";
import { Bench } from "../support/listen.ts";
import { Listening } from "../support/listening.ts";
import { NEEDS_NATS } from "../support/nats.ts";

const ONE = places("demo", 1);

/** @returns Whether the key has got a place. */
async function enrol(keystore: KeyStorage, key: number, open = ONE): Promise<boolean> {
  try {
    return await (await keystore.openPlaces(open).reserve(testKey(key)))?.commit() ?? false;
  } catch (error) {
    if (error instanceof AuthError && error.code === "no-slot-left") return false;
    throw error;
  }
}

/** A clock at which every reservation made until now has run out. */
const later = () => Date.now() + 2 * PLACE_LEASE_MS;

for (const isDone of [false, true]) {
  Deno.test({
    name: `a listener that is gone ${isDone ? "after" : "before"} any of its changes ` +
      "loses no place and gives none twice",
    ...NEEDS_NATS,
    fn: () =>
      withNats(async (server, directory) => {
        const fleet = await TestFleet.make(server, directory);
        const stored: number[] = [];
        for (const change of isDone ? [2, 3, 4] : [2, 3, 4, 5, 6]) {
          const name = `fleet${change}`;
          await using proxy = new CutProxy(server, { change, isDone });
          {
            await using victim = await fleet.open({ name, servers: [proxy.url] });
            // Its answer is lost with the connection.
            await Promise.race([enrol(victim, 1).catch(() => {}), proxy.cut]);
          }
          await using heir = await fleet.open({ name, wallMs: later });
          await enrol(heir, 2);
          let keys = heir.list();
          // A place that was taken for the first key is settled by the next change of the count.
          for (; keys.length === 0; keys = heir.list()) {
            await heir.spentPlaces(ONE);
            await heir.refresh();
          }
          assert.equal(keys.length, 1, `change ${change}`);
          stored.push(keys[0]!.publicKey[0]!);
          for (const key of [1, 2, 3]) assert.equal(await enrol(heir, key), false);
          assert.equal(await heir.spentPlaces(ONE), 1, `change ${change}`);
        }
        // The third change takes the place: from then on it is that of the first key.
        assert.deepEqual(stored, isDone ? [2, 1, 1] : [2, 2, 1, 1, 1]);
      }),
  });
}

Deno.test({
  name: `a key that is removed after it has taken a place stays removed`,
  ...NEEDS_NATS,
  fn: () =>
    withNats(async (server, directory) => {
      const fleet = await TestFleet.make(server, directory);
      // The fifth change would count the place as spent, after the key was written.
      await using proxy = new CutProxy(server, { change: 5, isDone: false });
      {
        await using victim = await fleet.open({ servers: [proxy.url] });
        await Promise.race([enrol(victim, 1).catch(() => {}), proxy.cut]);
      }
      await using heir = await fleet.open({ wallMs: later });
      await heir.remove(testKey(1).toBase64());
      // The first finds the place of the dead listener, the second counts it as spent.
      for (let i = 0; i < 2; i++) assert.equal(await enrol(heir, 2), false);
      await heir.refresh();
      assert.deepEqual(heir.list(), []);
    }),
});

Deno.test({
  name: `kill -9 of a listener with a reserved place frees it when its lease has run out`,
  ...NEEDS_NATS,
  fn: () =>
    withNats(async (server, directory) => {
      const fleet = await TestFleet.make(server, directory);
      await Deno.writeTextFile(`${directory}/secret`, "1:hemlig", { mode: 0o600 });
      await using listening = await Listening.start(
        ...["--fleet", server.url, "--fleet-name", "test"],
        ...["--secret-file", `${directory}/secret`],
      );
      const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+) as demo\n/);
      using client = await TestClient.connect(Number(port), { key: freshKey(), secret: "hemlig" });
      // The key is claimed and not proved.
      assert(await client.login());
      listening.process.kill("SIGKILL");
      await listening.process.status;
      await using before = await fleet.open();
      assert.equal(await enrol(before, 1), false);
      await using after = await fleet.open({ wallMs: later });
      assert.equal(await enrol(after, 1), true);
    }),
});

Deno.test({
  name: `keys that claim and never prove hold a bounded number of places`,
  ...NEEDS_NATS,
  fn: () =>
    withNats(async (server, directory) => {
      const fleet = await TestFleet.make(server, directory);
      await using keystore = await fleet.open();
      const open = keystore.openPlaces(places("demo", MAX_HELD_PLACES + 10));
      const held = await Promise.all(
        Array.from({ length: MAX_HELD_PLACES + 5 }, (_, i) => open.reserve(testKey(i))),
      );
      assert.equal(held.filter((place) => place !== undefined).length, MAX_HELD_PLACES);
    }),
});

Deno.test({
  name: `of 200 unknown clients that race over four listeners, as many get in as ` +
    "there are places",
  ...NEEDS_NATS,
  fn: () =>
    withNats(async (server, directory) => {
      const fleet = await TestFleet.make(server, directory);
      const [listeners, clients, count] = [4, 200, 20];
      const keystores = await Promise.all(Array.from({ length: listeners }, () => fleet.open()));
      const benches = await Promise.all(keystores.map((storage) =>
        Bench.start({ storage, secret: `${count}:race`, limits: { maxPenaltyMs: 0 } })
      ));
      const racers = await Promise.all(Array.from({ length: clients }, (_, i) =>
        benches[i % listeners]!.connect({ key: freshKey(), secret: "race" })));
      const isIn = await Promise.all(racers.map(run));
      await keystores[0]!.refresh();
      const stored = keystores[0]!.list("demo").map(({ publicKey }) =>
        publicKey.toHex()
      );
      assert.deepEqual(
        stored.sort(),
        racers.filter((_, i) =>
          isIn[i]
        ).map(({ key }) => key.publicKey.toHex()).sort(),
      );
      assert.equal(stored.length, count);
      for (const racer of racers) racer.close();
      for (const bench of benches) await bench[Symbol.asyncDispose]();
      for (const keystore of keystores) await keystore[Symbol.asyncDispose]();
    }),
});

/** @returns Whether the client was let in. */
async function run(racer: TestClient): Promise<boolean> {
  if (!await racer.login()) return false;
  racer.register();
  while (racer.session.state !== "established" && await racer.read());
  return racer.session.state === "established";
}
