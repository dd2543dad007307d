/** The count of a secret's places holds over restarts, among processes, and when things break. */
import assert from "node:assert/strict";
import { EnrolmentSlots, Keystore } from "../../../keystore/mod.ts";
import { MAX_KEY_FILE_BYTES } from "../../../lib/limits.ts";
import { places, testKey, testKeyText, withDirectory, withStore } from "./helpers.ts";

const FILE = ".spent-places";

async function enrol(keystore: Keystore, key: number, ...of: Parameters<typeof places>) {
  const reservation = new EnrolmentSlots(keystore, places(...of)).reserve(testKey(key));
  return await reservation?.commit() ?? false;
}

Deno.test("the places of a secret are counted over restarts; a larger number opens more", async () => {
  await withDirectory(async (root) => {
    const reopen = () => Keystore.open(root);
    assert.equal(await enrol(await reopen(), 1, "demo", 2), true);
    assert.equal(new EnrolmentSlots(await reopen(), places("demo", 2)).free, 1);
    assert.equal(await enrol(await reopen(), 2, "demo", 2), true);
    assert.equal(await enrol(await reopen(), 3, "demo", 2), false);
    await (await reopen()).remove(testKeyText(1));
    assert.equal(await enrol(await reopen(), 3, "demo", 2), false, "removed keys open no place");
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

Deno.test("two processes that race for the places of one secret let in no more keys than it has", async () => {
  await withDirectory(async (root) => {
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

Deno.test("the file tells neither secret nor name, and is for its owner alone", async () => {
  await withStore(async (keystore) => {
    await enrol(keystore, 1, "demo", 2);
    const path = `${keystore.root}/${FILE}`;
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
    const text = Deno.readTextFileSync(path);
    assert.match(text, /^#.*\n[0-9a-f]{32} 1\n$/);
    await withStore(async (other) => {
      await enrol(other, 1, "demo", 2);
      // It is keyed with the private key of the store: nobody can try secrets on the file alone.
      assert.notEqual(Deno.readTextFileSync(`${other.root}/${FILE}`), text);
    });
  });
});

Deno.test("logins of known keys do not touch the file", async () => {
  await withStore(async (keystore) => {
    await keystore.add(["demo"], testKey(1));
    Deno.writeTextFileSync(`${keystore.root}/${FILE}`, "rubbish\n");
    assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
    assert.equal(keystore.accepts(testKey(2), "demo").accepted, false);
  });
});

for (
  const [what, text] of [
    ["a line that is no count", "# comment\nrubbish\n"],
    ["a line cut off", "0123456789abcdef0123456789abcdef\n"],
    ["a count that is no number", "0123456789abcdef0123456789abcdef -1\n"],
    ["one secret twice", "0123456789abcdef0123456789abcdef 1\n".repeat(2)],
  ] as const
) {
  Deno.test(`a damaged file lets no unknown key in and says what to do: ${what}`, async () => {
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

Deno.test("a file that would grow too large takes no further secret", async () => {
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

Deno.test("a key that cannot be written gives its place back on the disk as well", async () => {
  await withStore(async (keystore) => {
    const accepted = `${keystore.root}/accepted`;
    await Deno.remove(accepted);
    await Deno.writeTextFile(accepted, "");
    await assert.rejects(enrol(keystore, 1, "demo", 1), { code: "keystore-unwritable" });
    assert.equal(keystore.spentPlaces(places("demo", 1)), 0);
  });
});
