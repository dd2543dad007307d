import assert from "node:assert/strict";
import { ApiMisuseError, KeystoreError } from "../../../lib/errors.ts";
import { EnrolmentSlots, type EnrolmentStore, Keystore } from "../../../keystore/mod.ts";
import { places, testKey, testKeyText, withDirectory, withStore } from "./helpers.ts";

const files = (keystore: Keystore) => [...Deno.readDirSync(`${keystore.root}/accepted`)].length;

Deno.test("a slot is reserved, spent on commit, and the key is on disk under the name", async () => {
  await withStore(async (keystore) => {
    const slots = new EnrolmentSlots(keystore, places("demo", 2));
    const reservation = slots.reserve(testKey(1))!;
    assert.deepEqual([slots.free, slots.spent, files(keystore)], [1, 0, 0]);
    assert.equal(await reservation.commit(), true);
    assert.deepEqual([slots.free, slots.spent, files(keystore)], [1, 1, 1]);
    assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
    assert.equal(keystore.accepts(testKey(1), "other").accepted, false);
  });
});

Deno.test("a listener without a name keeps the keys under default, and takes them again", async () => {
  await withStore(async (keystore) => {
    const slots = new EnrolmentSlots(keystore, places(undefined, 1));
    await slots.reserve(testKey(1))!.commit();
    assert.deepEqual(keystore.list()[0]!.tags, ["default"]);
    assert.equal(keystore.accepts(testKey(1), undefined).accepted, true);
  });
});

Deno.test("a slot is given back once, also when release is called twice", async () => {
  await withStore((keystore) => {
    const slots = new EnrolmentSlots(keystore, places("demo", 1));
    const reservation = slots.reserve(testKey(1))!;
    assert.equal(slots.reserve(testKey(2)), undefined);
    reservation.release();
    reservation.release();
    assert.equal(slots.free, 1);
    assert.notEqual(slots.reserve(testKey(2)), undefined);
    assert.equal(slots.reserve(testKey(3)), undefined);
    assert.equal(files(keystore), 0);
  });
});

Deno.test("connections with the same key share a slot, and it is spent once", async () => {
  await withStore(async (keystore) => {
    const slots = new EnrolmentSlots(keystore, places("demo", 1));
    const [a, b, c] = [1, 2, 3].map(() => slots.reserve(testKey(1))!);
    a!.release();
    assert.equal(slots.free, 0);
    assert.deepEqual(await Promise.all([b!.commit(), c!.commit()]), [true, false]);
    assert.deepEqual([slots.free, slots.spent, files(keystore)], [0, 1, 1]);
    assert.equal(slots.reserve(testKey(2)), undefined);
  });
});

Deno.test("a connection that gives its share back twice does not take the other's", async () => {
  await withStore(async (keystore) => {
    const slots = new EnrolmentSlots(keystore, places("demo", 1));
    const [a, b] = [slots.reserve(testKey(1))!, slots.reserve(testKey(1))!];
    a.release();
    a.release();
    assert.equal(slots.reserve(testKey(2)), undefined);
    assert.equal(await b.commit(), true);
    assert.deepEqual([slots.free, slots.spent, files(keystore)], [0, 1, 1]);
  });
});

Deno.test("a key that somebody else added meanwhile spends no slot", async () => {
  await withStore(async (keystore) => {
    const slots = new EnrolmentSlots(keystore, places("demo", 1));
    const reservation = slots.reserve(testKey(1))!;
    await keystore.add(["*"], testKey(1));
    assert.equal(await reservation.commit(), false);
    assert.deepEqual([slots.free, slots.spent, files(keystore)], [1, 0, 1]);
  });
});

Deno.test("a key that was removed again needs a new slot, and lets nobody in without one", async () => {
  await withStore(async (keystore) => {
    const slots = new EnrolmentSlots(keystore, places("demo", 2));
    const [early, late] = [slots.reserve(testKey(1))!, slots.reserve(testKey(1))!];
    await early.commit();
    await keystore.remove(testKeyText(1));
    assert.deepEqual([slots.free, slots.spent, files(keystore)], [1, 1, 0]);
    const again = slots.reserve(testKey(1))!;
    assert.equal(slots.free, 0);
    await assert.rejects(late.commit(), { code: "no-such-key" });
    assert.deepEqual([slots.free, slots.spent, files(keystore)], [0, 1, 0]);
    assert.equal(await again.commit(), true);
    assert.deepEqual([slots.free, slots.spent], [0, 2]);
    assert.equal(slots.reserve(testKey(2)), undefined);
  });
});

Deno.test("a reservation that was ended cannot be spent", async () => {
  await withStore(async (keystore) => {
    const slots = new EnrolmentSlots(keystore, places("demo", 1));
    const released = slots.reserve(testKey(1))!;
    released.release();
    await assert.rejects(released.commit(), ApiMisuseError);
    const committed = slots.reserve(testKey(1))!;
    await committed.commit();
    await assert.rejects(committed.commit(), { code: "wrong-state" });
    committed.release();
    assert.deepEqual([slots.free, slots.spent], [0, 1]);
  });
});

Deno.test("a key that cannot be written lets nobody in, and the slot is free again", async () => {
  const failing: EnrolmentStore = {
    spentPlaces: () => 0,
    enrol: () => Promise.reject(new KeystoreError("keystore-unwritable", "disk full")),
    accepts: () => ({ accepted: false, code: "unknown-key" }),
  };
  const slots = new EnrolmentSlots(failing, places("demo", 1));
  const [a, b] = [slots.reserve(testKey(1))!, slots.reserve(testKey(1))!];
  const outcomes = await Promise.allSettled([a.commit(), b.commit()]);
  assert.deepEqual(outcomes.map((it) => it.status), ["rejected", "rejected"]);
  assert.deepEqual([slots.free, slots.spent], [1, 0]);
});

Deno.test("a reservation keeps its own copy of the key", async () => {
  await withStore(async (keystore) => {
    const key = testKey(1);
    const reservation = new EnrolmentSlots(keystore, places("demo", 1)).reserve(key)!;
    key.fill(0);
    await reservation.commit();
    assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
  });
});

Deno.test("the count is a whole number from 0 up; 0 lets no unknown key in", () => {
  const store = { spentPlaces: () => 0 } as Partial<EnrolmentStore> as EnrolmentStore;
  assert.equal(new EnrolmentSlots(store, places("demo", 0)).reserve(testKey(1)), undefined);
  for (const count of [-1, 1.5, NaN, Infinity]) {
    assert.throws(() => new EnrolmentSlots(store, places("demo", count)), { code: "bad-argument" });
  }
});

Deno.test("of 50 unknown keys that race for 3 slots exactly 3 are on disk, in every one of 20 rounds", async () => {
  for (let round = 0; round < 20; round++) {
    await withDirectory(async (directory) => {
      const keystore = await Keystore.open(directory);
      const slots = new EnrolmentSlots(keystore, places("demo", 3));
      const enter = async (client: number): Promise<boolean> => {
        const key = testKey(client);
        // Some offer their key only when others are through, some fail to prove it, two share one.
        for (let turn = client % 5; turn > 0; turn--) await Promise.resolve();
        const reservation = slots.reserve(client === 49 ? testKey(48) : key);
        if (reservation === undefined) return false;
        await Promise.resolve();
        if ((client + round) % 3 === 0) {
          reservation.release();
          return false;
        }
        return await reservation.commit();
      };
      let entered = 0;
      // Those who came too early come again.
      for (let attempt = 0; attempt < 3 && entered < 3; attempt++) {
        const clients = Array.from({ length: 50 }, (_, i) => enter(i));
        entered += (await Promise.all(clients)).filter(Boolean).length;
      }
      assert.equal(entered, 3);
      assert.deepEqual([slots.spent, slots.free, files(keystore)], [3, 0, 3]);
      assert.equal(keystore.countFor("demo"), 3);
      assert.deepEqual(keystore.warnings, []);
    });
  }
});
