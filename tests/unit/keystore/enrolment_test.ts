import assert from "node:assert/strict";
import { EnrolmentSlots, type EnrolmentStore, Keystore } from "../../../keystore/mod.ts";
import { ApiMisuseError, KeystoreError } from "../../../lib/errors.ts";
import { MAX_KEY_FILE_BYTES } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";
import { places, testKey, testKeyText, withStore } from "../../support/keystore.ts";

const FILE = ".spent-places";

const files = (keystore: Keystore) => [...Deno.readDirSync(`${keystore.root}/accepted`)].length;

Deno.test("a commit spends the reserved place and writes the key for the name", async () => {
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

Deno.test("without a name, keys are written with the tag default and accepted from then on", async () => {
  await withStore(async (keystore) => {
    const slots = new EnrolmentSlots(keystore, places(undefined, 1));
    await slots.reserve(testKey(1))!.commit();
    assert.deepEqual(keystore.list()[0]!.tags, ["default"]);
    assert.equal(keystore.accepts(testKey(1), undefined).accepted, true);
  });
});

Deno.test("a second release gives nothing back", async () => {
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

Deno.test("connections with the same key share one place", async () => {
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

Deno.test("a second release leaves the place of another connection with the same key", async () => {
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

Deno.test("a key that was added by other means meanwhile spends no place", async () => {
  await withStore(async (keystore) => {
    const slots = new EnrolmentSlots(keystore, places("demo", 1));
    const reservation = slots.reserve(testKey(1))!;
    await keystore.add(["*"], testKey(1));
    assert.equal(await reservation.commit(), false);
    assert.deepEqual([slots.free, slots.spent, files(keystore)], [1, 0, 1]);
  });
});

Deno.test("a removed key needs another place, and the old reservation does not let it in", async () => {
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

Deno.test("a reservation that has ended cannot be committed", async () => {
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

Deno.test("when the key cannot be written, every commit fails and the place is free again", async () => {
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

Deno.test("a reservation copies the key", async () => {
  await withStore(async (keystore) => {
    const key = testKey(1);
    const reservation = new EnrolmentSlots(keystore, places("demo", 1)).reserve(key)!;
    key.fill(0);
    await reservation.commit();
    assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
  });
});

Deno.test("the count is a whole number from 0 up; 0 refuses every unknown key", () => {
  const store = { spentPlaces: () => 0 } as Partial<EnrolmentStore> as EnrolmentStore;
  assert.equal(new EnrolmentSlots(store, places("demo", 0)).reserve(testKey(1)), undefined);
  for (const count of [-1, 1.5, NaN, Infinity]) {
    assert.throws(() => new EnrolmentSlots(store, places("demo", count)), { code: "bad-argument" });
  }
});

Deno.test("of 50 unknown keys that race for 3 places, exactly 3 are written, in each of 20 rounds", async () => {
  for (let round = 0; round < 20; round++) {
    await inDirectory(async (directory) => {
      const keystore = await Keystore.open(directory);
      const slots = new EnrolmentSlots(keystore, places("demo", 3));
      const enter = async (client: number): Promise<boolean> => {
        const key = testKey(client);
        // Some offer their key later, some fail to prove it, and two offer the same one.
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
      // Clients that came while all places were reserved try again.
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

async function enrol(keystore: Keystore, key: number, ...of: Parameters<typeof places>) {
  const reservation = new EnrolmentSlots(keystore, places(...of)).reserve(testKey(key));
  return await reservation?.commit() ?? false;
}

Deno.test("places are counted over restarts, and a larger number opens more", async () => {
  await inDirectory(async (root) => {
    const reopen = () => Keystore.open(root);
    assert.equal(await enrol(await reopen(), 1, "demo", 2), true);
    assert.equal(new EnrolmentSlots(await reopen(), places("demo", 2)).free, 1);
    assert.equal(await enrol(await reopen(), 2, "demo", 2), true);
    assert.equal(await enrol(await reopen(), 3, "demo", 2), false);
    await (await reopen()).remove(testKeyText(1));
    assert.equal(await enrol(await reopen(), 3, "demo", 2), false, "removing a key opens no place");
    assert.equal(await enrol(await reopen(), 3, "demo", 3), true);
    assert.equal(new EnrolmentSlots(await reopen(), places("demo", 1)).free, 0);
  });
});

Deno.test("each name and each secret has places of its own", async () => {
  await withStore(async (keystore) => {
    const owners: [name: string | undefined, count: number, secret: string][] = [
      ["demo", 1, "one"],
      ["demo", 1, "two"],
      ["other", 1, "one"],
      [undefined, 1, "one"],
    ];
    for (const [i, owner] of owners.entries()) {
      assert.equal(await enrol(keystore, i, ...owner), true, `${owner}`);
      assert.equal(await enrol(keystore, 100 + i, ...owner), false, `${owner}`);
    }
  });
});

Deno.test("two processes that race for the places of one secret write no more keys than it has places", async () => {
  await inDirectory(async (root) => {
    const stores = [await Keystore.open(root), await Keystore.open(root)];
    const slots = stores.map((store) => new EnrolmentSlots(store, places("demo", 3)));
    const codes = await Promise.all(Array.from({ length: 6 }, async (_, i) => {
      try {
        return await slots[i % 2]!.reserve(testKey(i))!.commit();
      } catch (error) {
        return (error as { code: string }).code;
      }
    }));
    assert.equal(codes.filter((code) => code === true).length, 3);
    assert.equal(codes.filter((code) => code === "no-slot-left").length, 3);
    assert.equal(stores[0]!.countFor("demo"), 3);
    assert.equal(stores[0]!.spentPlaces(places("demo", 3)), 3);
  });
});

Deno.test("the file of places shows neither secret nor name, and only its owner can read it", async () => {
  await withStore(async (keystore) => {
    await enrol(keystore, 1, "demo", 2);
    const path = `${keystore.root}/${FILE}`;
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
    const text = Deno.readTextFileSync(path);
    assert.match(text, /^#.*\n[0-9a-f]{32} 1\n$/);
    await withStore(async (other) => {
      await enrol(other, 1, "demo", 2);
      // The private key of the store goes into it, so guesses cannot be tested with the file alone.
      assert.notEqual(Deno.readTextFileSync(`${other.root}/${FILE}`), text);
    });
  });
});

Deno.test("logins of accepted keys do not read the file of places", async () => {
  await withStore(async (keystore) => {
    await keystore.add(["demo"], testKey(1));
    Deno.writeTextFileSync(`${keystore.root}/${FILE}`, "rubbish\n");
    assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
    assert.equal(keystore.accepts(testKey(2), "demo").accepted, false);
  });
});

for (
  const [what, text] of [
    ["a line without a count", "# comment\nrubbish\n"],
    ["a line that is cut off", "0123456789abcdef0123456789abcdef\n"],
    ["a negative count", "0123456789abcdef0123456789abcdef -1\n"],
    ["two lines for one secret", "0123456789abcdef0123456789abcdef 1\n".repeat(2)],
  ] as const
) {
  Deno.test(`a damaged file of places refuses unknown keys and says what to do: ${what}`, async () => {
    await withStore(async (keystore) => {
      const slots = new EnrolmentSlots(keystore, places("demo", 2));
      Deno.writeTextFileSync(`${keystore.root}/${FILE}`, text);
      const expected = {
        code: "bad-line",
        message: /line [12] of .*spent-places .* remove the file/,
      };
      assert.throws(() => new EnrolmentSlots(keystore, places("demo", 2)), expected);
      await assert.rejects(slots.reserve(testKey(1))!.commit(), expected);
      assert.equal(keystore.list().length, 0);
      assert.equal(Deno.readTextFileSync(`${keystore.root}/${FILE}`), text);
    });
  });
}

Deno.test("a full file of places takes no further secret", async () => {
  await withStore(async (keystore) => {
    const id = (i: number) => i.toString(16).padStart(32, "0");
    const lines = Math.floor(MAX_KEY_FILE_BYTES / id(0).concat(" 1\n").length);
    const text = Array.from({ length: lines }, (_, i) => `${id(i)} 1\n`).join("");
    Deno.writeTextFileSync(`${keystore.root}/${FILE}`, text);
    await assert.rejects(enrol(keystore, 1, "demo", 2), {
      code: "keystore-unwritable",
      message: /more than 65536 bytes.*remove it/,
    });
    assert.equal(keystore.list().length, 0);
  });
});

Deno.test("when the key cannot be written, its place is given back on the disk", async () => {
  await withStore(async (keystore) => {
    const accepted = `${keystore.root}/accepted`;
    await Deno.remove(accepted);
    await Deno.writeTextFile(accepted, "");
    await assert.rejects(enrol(keystore, 1, "demo", 1), { code: "keystore-unwritable" });
    assert.equal(keystore.spentPlaces(places("demo", 1)), 0);
  });
});
