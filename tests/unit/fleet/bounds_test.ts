/** The times after which the keystore of a fleet waits no more. */

import assert from "node:assert/strict";
import { FleetError } from "../../../lib/errors.ts";
import { Bucket } from "../../../lib/fleet/bucket.ts";
import { FleetLink } from "../../../lib/fleet/link.ts";
import { FleetConnection } from "../../../lib/fleet/mod.ts";
import { WatchedCopy } from "../../../lib/fleet/watched_copy.ts";
import { FLEET_CHANGE_MS, FLEET_LOST_MS, FLEET_OPEN_MS } from "../../../lib/limits.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { TestFleet, withNats } from "../../support/fleet.ts";
import { places, testKey } from "../../support/keystore.ts";
import { NatsServer, NEEDS_NATS } from "../../support/nats.ts";

function isUnreachable(error: unknown): boolean {
  return error instanceof FleetError && error.code === "fleet-unreachable";
}

Deno.test({
  ...NEEDS_NATS,
  name: "a copy that was not confirmed for ten seconds lets known keys in alone",
  fn: () =>
    withNats(async (server, directory) => {
      const fleet = await TestFleet.make(server, directory);
      let nowMs = 0;
      await using keystore = await fleet.open({ nowMs: () => nowMs });
      await keystore.add(["demo"], testKey(1));
      const secret = keystore.openPlaces(places("demo", 9));
      const reserve = async () => await secret.reserve(testKey(2));
      nowMs = FLEET_LOST_MS;
      assert.equal(keystore.state, "current");
      const reserving = reserve();
      nowMs++;
      assert.deepEqual([keystore.stateMs, keystore.state], [0, "unconfirmed"]);
      assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
      await assert.rejects(reserve(), isUnreachable);
      assert(await reserving !== undefined);
    }),
});

Deno.test({
  ...NEEDS_NATS,
  name: "a change is tried for half a minute while others come between",
  async fn() {
    await using server = await NatsServer.start();
    const connection = await FleetConnection.open({ servers: [server.url], name: "f" }, "test");
    await using fleet = new FleetLink(connection);
    const bucket = await Bucket.open(fleet, "f_keys", 1000);
    using clock = new FakeClock();
    let attempts = 0;
    const change = bucket.change("key", async () => {
      await bucket.kv.put("key", `of another one, ${++attempts}`);
      clock.nowMs += FLEET_CHANGE_MS / 4;
      return { result: undefined, text: "ours" };
    });
    await assert.rejects(change, isUnreachable);
    assert.equal(attempts, 5);
    assert.equal((await bucket.get("key")).text, "of another one, 5");
  },
});

Deno.test("a keystore of which not all entries come is not opened", async () => {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const watch = {
    [Symbol.asyncIterator]: () => ({
      next: () => stopped.then(() => ({ done: true, value: undefined })),
    }),
    stop,
  };
  const bucket = { name: "f_keys", kv: { watch: () => Promise.resolve(watch) } };
  const state = { lastRevision: 1, entries: 1, created: "" };
  const fleet = { isConnected: true, state: () => Promise.resolve(state) };
  using timers = new FakeTimers();
  const opening = WatchedCopy.open(
    fleet as unknown as FleetLink,
    bucket as unknown as Bucket,
    { changed: () => assert.fail("there is no entry"), checked() {} },
  );
  let isOver = false;
  const rejected = assert.rejects(opening, isUnreachable).finally(() => isOver = true);
  while (timers.size === 0) await Promise.resolve();
  timers.pass(FLEET_OPEN_MS - 1);
  for (let i = 0; i < 100; i++) await Promise.resolve();
  assert(!isOver);
  timers.pass(1);
  await rejected;
});
