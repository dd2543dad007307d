/** What every store of keys does, wherever it keeps them. */

import assert from "node:assert/strict";
import {
  fingerprint,
  formatKey,
  type KeyStorage,
  type KeystoreWarning,
  type Reservation,
} from "../../keystore/mod.ts";
import { ApiMisuseError, AuthError, KeystoreError } from "../../lib/errors.ts";
import { type Network, parseNetwork } from "../../lib/networks.ts";
import { places, testKey, testKeyText } from "../support/keystore.ts";

/** How a test opens a store. */
export interface StoreOptions {
  readonly wallMs?: () => number;
  readonly onWarning?: (warning: KeystoreWarning) => void;
}

/** One store of a test. */
export interface StoreUnderTest {
  /** Opens it once more, as another process does. The test closes what it opens. */
  open(options?: StoreOptions): Promise<KeyStorage>;
  /** Replaces what the store has about a key that was added, past all checks. */
  overwrite(publicKey: Uint8Array, text: string): Promise<void>;
}

/** Runs a test with an empty store. */
export type WithStore = (run: (store: StoreUnderTest) => Promise<void>) => Promise<void>;

/** @param label Stands before the names of the tests. @param ignore Whether to leave the tests out. */
export function keyStorageContract(label: string, withStore: WithStore, ignore = false): void {
  const test = (name: string, run: (store: StoreUnderTest) => Promise<void>) =>
    Deno.test({ name: `${label}: ${name}`, ignore, fn: () => withStore(run) });
  testKeys(test);
  testConditions(test);
  testNotes(test);
  testPlaces(test);
}

type Test = (name: string, run: (store: StoreUnderTest) => Promise<void>) => void;

function testKeys(test: Test): void {
  test("a key may log in under its names, from the next query on", async (store) => {
    await using keystore = await store.open();
    assert.deepEqual(keystore.accepts(testKey(1), "demo"), {
      accepted: false,
      code: "unknown-key",
    });
    const { change, entry } = await keystore.add(["demo", "other"], testKey(1));
    assert.deepEqual([change, entry.tags], ["new", ["demo", "other"]]);
    for (const name of ["demo", "other", undefined]) {
      assert.equal(keystore.accepts(testKey(1), name).accepted, true, name);
    }
    const refused = keystore.accepts(testKey(1), "third");
    assert.equal(refused.accepted ? undefined : refused.code, "key-not-for-name");
    await keystore.add(["outbound"], testKey(2));
    await keystore.add(["*"], testKey(3));
    assert.equal(keystore.accepts(testKey(2), undefined).accepted, false);
    assert.equal(keystore.accepts(testKey(3), "third").accepted, true);
    assert.deepEqual([keystore.countFor("demo"), keystore.countFor(undefined)], [2, 2]);
    assert.equal(keystore.list().length, 3);
    assert.deepEqual(
      keystore.list("other").map((it) => formatKey(it.publicKey)).sort(),
      [
        testKeyText(1),
        testKeyText(3),
      ].sort(),
    );
    assert.equal(keystore.find(testKey(1)).length, 1);
  });

  test("adding a key again adds names, and changes nothing that is there", async (store) => {
    await using keystore = await store.open();
    await keystore.add(["demo"], testKey(1), { comment: "Anna" });
    assert.equal((await keystore.add(["demo"], testKey(1))).change, "none");
    const more = await keystore.add(["other"], testKey(1));
    assert.deepEqual([more.change, more.entry.tags], ["extended", ["demo", "other"]]);
    assert.equal(more.entry.conditions.comment, "Anna");
    const changed = await keystore.add(["demo"], testKey(1), { maxClients: 2 });
    assert.equal(changed.change, "changed");
    assert.equal((await keystore.add(["*"], testKey(1))).entry.tags.join(), "*");
    assert.equal((await keystore.add(["demo"], testKey(1))).change, "none");
    assert.equal(keystore.list().length, 1);
  });

  test("bad names and keys are refused and change nothing", async (store) => {
    await using keystore = await store.open();
    const code = (code: string) => (error: unknown) =>
      error instanceof KeystoreError && error.code === code;
    await assert.rejects(keystore.add(["a b"], testKey(1)), code("bad-tag"));
    await assert.rejects(keystore.add([], testKey(1)), code("bad-tag"));
    await assert.rejects(keystore.add(["demo"], new Uint8Array(32)), code("bad-key"));
    await assert.rejects(keystore.add(["demo"], new Uint8Array(31).fill(9)), code("bad-key"));
    await assert.rejects(keystore.set(testKeyText(1), { maxClients: 1 }), code("no-such-key"));
    await assert.rejects(keystore.remove(testKeyText(1)), code("no-such-key"));
    assert.deepEqual(keystore.list(), []);
  });

  test("another process sees each change, and both keep theirs", async (store) => {
    await using one = await store.open();
    await using two = await store.open();
    await one.add(["demo"], testKey(1));
    await two.refresh();
    assert.equal(two.accepts(testKey(1), "demo").accepted, true);
    const names = ["a", "b", "c", "d", "e", "f"];
    await Promise.all(names.map((name, i) => (i % 2 ? one : two).add([name], testKey(1))));
    await one.refresh();
    assert.deepEqual([...one.find(testKey(1))[0]!.tags].sort(), [...names, "demo"].sort());
    await two.remove(fingerprint(testKey(1)));
    await one.refresh();
    assert.equal(one.accepts(testKey(1), "demo").accepted, false);
  });

  test("a key is removed by its entry, its fingerprint or its base64", async (store) => {
    await using keystore = await store.open();
    const { entry } = await keystore.add(["demo"], testKey(1));
    await keystore.add(["demo"], testKey(2));
    await keystore.add(["demo"], testKey(3));
    for (const what of [entry.file, fingerprint(testKey(2)), testKeyText(3)]) {
      const [removed] = await keystore.remove(what);
      assert.deepEqual(removed!.entry!.tags, ["demo"]);
    }
    assert.deepEqual(keystore.list(), []);
    assert.equal((await keystore.add(["demo"], testKey(1))).change, "new");
    assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
  });

  test("a key is changed and removed by the first digits of its fingerprint", async (store) => {
    await using keystore = await store.open();
    // Both fingerprints begin with d9d1.
    const [one, two] = [testKey(121), testKey(144)];
    for (const key of [one, two, testKey(1)]) await keystore.add(["demo"], key);
    for (const what of ["d9d1", "D9D1-"]) {
      await assert.rejects(keystore.remove(what), {
        code: "no-such-key",
        message: /give more digits$/,
      });
      await assert.rejects(keystore.set(what, { comment: "x" }), KeystoreError);
    }
    await assert.rejects(keystore.remove("d9d1"), new RegExp(`2 keys .*${fingerprint(one)}`));
    for (const what of [fingerprint(one).slice(0, 3), "", "-", "----", "d9d1-0"]) {
      await assert.rejects(keystore.remove(what), { code: "no-such-key" }, what);
    }
    assert.equal(keystore.list().length, 3);
    const [entry] = await keystore.set(fingerprint(one).slice(0, 6), { comment: "Anna" });
    assert.deepEqual(entry!.publicKey, one);
    const digits = fingerprint(two).replaceAll("-", "").slice(0, 7).toUpperCase();
    const [removed] = await keystore.remove(digits);
    assert.deepEqual(removed!.entry!.publicKey, two);
    assert.deepEqual((await keystore.remove("d9d1"))[0]!.entry!.conditions.comment, "Anna");
    assert.deepEqual(keystore.list().map(({ publicKey }) => formatKey(publicKey)), [
      testKeyText(1),
    ]);
  });

  test("a store has the same keys when it is opened again", async (store) => {
    {
      await using keystore = await store.open();
      await keystore.add(["demo"], testKey(1), { comment: "Anna", maxClients: 3 });
    }
    await using keystore = await store.open();
    const [entry] = keystore.list();
    assert.deepEqual([entry!.conditions.comment, entry!.conditions.maxClients], ["Anna", 3]);
    assert.match(keystore.placeOf(entry!.file), /\w+\/.+/);
  });

  test("an entry that is damaged lets its key in no more", async (store) => {
    const texts = (key: string) => [
      "",
      "demo",
      `demo ${key.slice(1)}\n`,
      "\0\xff",
      "x".repeat(100_000),
      `demo,expires=never ${key}\n`,
      `demo ${formatKey(new Uint8Array(32))}\n`,
    ];
    const warnings: KeystoreWarning[] = [];
    await using keystore = await store.open({ onWarning: (it) => warnings.push(it) });
    await keystore.add(["demo"], testKey(100));
    for (const i of texts("").keys()) {
      const text = texts(testKeyText(i))[i]!;
      await keystore.add(["demo"], testKey(i));
      const before = warnings.length;
      await store.overwrite(testKey(i), text);
      await keystore.refresh();
      const shown = JSON.stringify(text.slice(0, 80));
      assert.equal(keystore.accepts(testKey(i), "demo").accepted, false, shown);
      assert.equal(keystore.accepts(testKey(100), "demo").accepted, true, shown);
      if (text !== "") assert.equal(warnings.length, before + 1, shown);
      assert.equal(keystore.warnings.length, warnings.length, shown);
    }
  });
}

function testConditions(test: Test): void {
  test("the conditions of a key hold at each login", async (store) => {
    let nowMs = Date.parse("2026-06-01T00:00:00Z");
    await using keystore = await store.open({ wallMs: () => nowMs });
    const from = [parseNetwork("192.0.2.0/24") as Network];
    const expiresMs = nowMs + 1000;
    await keystore.add(["demo"], testKey(1), { comment: "Anna", expiresMs, from, maxClients: 2 });
    const accepted = keystore.accepts(testKey(1), "demo", "192.0.2.9");
    assert(accepted.accepted);
    assert.deepEqual([accepted.maxClients, accepted.comment], [2, "Anna"]);
    const code = (address: string) => {
      const verdict = keystore.accepts(testKey(1), "demo", address);
      return verdict.accepted ? "accepted" : verdict.code;
    };
    assert.equal(code("198.51.100.1"), "address-not-allowed");
    nowMs += 1000;
    assert.equal(code("192.0.2.9"), "key-expired");
    const [entry] = await keystore.set(testKeyText(1), { expiresMs: undefined, from: undefined });
    assert.deepEqual([entry!.conditions.expiresMs, entry!.conditions.from], [undefined, []]);
    assert.equal(code("198.51.100.1"), "accepted");
    assert.equal(keystore.find(testKey(1))[0]!.conditions.maxClients, 2);
  });
}

function testNotes(test: Test): void {
  test("knocks of all processes are listed, accepted and ignored", async (store) => {
    await using one = await store.open();
    await using two = await store.open();
    const [ofOne, ofTwo] = [one.notes.open(), two.notes.open()];
    ofOne.knock(testKey(1), "demo", "192.0.2.1");
    ofTwo.knock(testKey(2), undefined, "198.51.100.1");
    await Promise.all([one.notes.flush(), two.notes.flush()]);
    ofOne.knock(testKey(1), "demo", "192.0.2.2");
    await one.notes.flush();
    await two.refresh();
    const knocks = two.notes.knocks();
    assert.deepEqual(
      new Map(knocks.map(({ publicKey, count }) => [formatKey(publicKey), count])),
      new Map([[testKeyText(1), 2], [testKeyText(2), 1]]),
    );
    const first = knocks.find(({ publicKey }) => formatKey(publicKey) === testKeyText(1))!;
    assert.deepEqual([first.address, first.name], ["192.0.2.2", "demo"]);
    await two.ignoreKnock(testKeyText(2));
    assert.equal(two.notes.knocks().length, 1);
    const accepted = await two.acceptKnock(testKeyText(1), ["demo"], { comment: "Anna" });
    assert.equal(accepted.knock.count, 2);
    assert.deepEqual(two.notes.knocks(), []);
    await one.refresh();
    assert.equal(one.accepts(testKey(1), "demo").accepted, true);
    await assert.rejects(one.acceptKnock(testKeyText(9), ["demo"]), KeystoreError);
    assert.equal((await one.acceptKnock(testKeyText(2), ["demo"])).change, "new");
    await Promise.all([ofOne.close(), ofTwo.close()]);
  });

  test("the last login of a key is known to all, and goes with the key", async (store) => {
    let nowMs = Date.parse("2026-06-01T00:00:00Z");
    await using one = await store.open({ wallMs: () => nowMs });
    await using two = await store.open();
    await one.add(["demo"], testKey(1));
    const notes = one.notes.open();
    notes.login(testKey(1), "192.0.2.1");
    notes.login(testKey(2), "192.0.2.1");
    await one.notes.flush();
    nowMs += 60_000;
    notes.login(testKey(1), "192.0.2.2");
    await notes.close();
    await one.notes.flush();
    await two.refresh();
    assert.deepEqual(
      two.notes.lastLogins(),
      new Map([[testKeyText(1), { atMs: nowMs, address: "192.0.2.2" }]]),
    );
  });

  test("a key that is removed with its sessions is listed until it is added again", async (store) => {
    await using one = await store.open();
    await using two = await store.open();
    for (const key of [1, 2]) await one.add(["demo"], testKey(key));
    await one.remove(testKeyText(1), { endSessions: true });
    await one.remove(testKeyText(2));
    await two.refresh();
    assert.deepEqual(two.notes.revoked(), [testKeyText(1)]);
    await two.add(["demo"], testKey(1));
    assert.deepEqual(two.notes.revoked(), []);
    await one.refresh();
    assert.deepEqual(one.notes.revoked(), []);
  });
}

function testPlaces(test: Test): void {
  test("a secret lets in as many unknown keys as it has places", async (store) => {
    await using keystore = await store.open();
    const open = keystore.openPlaces(places("demo", 2));
    const one = (await open.reserve(testKey(1)))!;
    const two = (await open.reserve(testKey(2)))!;
    assert.equal(await open.reserve(testKey(3)), undefined);
    assert.equal(await one.commit(), true);
    assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
    assert.equal(keystore.accepts(testKey(1), "other").accepted, false);
    assert.equal(await keystore.spentPlaces(places("demo", 2)), 1);
    assert.equal(one.placesLeft, 1);
    two.release();
    two.release();
    const three = await reserveSoon(() => open.reserve(testKey(3)));
    assert.equal(await three.commit(), true);
    assert.equal(await open.reserve(testKey(4)), undefined);
    assert.equal(await keystore.spentPlaces(places("demo", 2)), 2);
    assert.equal(keystore.list().length, 2);
  });

  test("connections with the same key share a place", async (store) => {
    await using keystore = await store.open();
    const open = keystore.openPlaces(places(undefined, 1));
    const [a, b, c] = [
      (await open.reserve(testKey(1)))!,
      (await open.reserve(testKey(1)))!,
      (await open.reserve(testKey(1)))!,
    ];
    a.release();
    assert.equal(await open.reserve(testKey(2)), undefined);
    assert.deepEqual((await Promise.all([b.commit(), c.commit()])).sort(), [false, true]);
    await assert.rejects(b.commit(), ApiMisuseError);
    assert.deepEqual(keystore.find(testKey(1))[0]!.tags, ["default"]);
    assert.equal(await keystore.spentPlaces(places(undefined, 1)), 1);
  });

  test("a key that was accepted meanwhile takes no place", async (store) => {
    await using one = await store.open();
    await using two = await store.open();
    const place = (await one.openPlaces(places("demo", 1)).reserve(testKey(1)))!;
    await two.add(["demo"], testKey(1));
    assert.equal(await place.commit(), false);
    assert.equal(await one.spentPlaces(places("demo", 1)), 0);
  });

  test("places are counted for each name and secret, over restarts and processes", async (store) => {
    {
      await using keystore = await store.open();
      await (await keystore.openPlaces(places("demo", 1)).reserve(testKey(1)))!.commit();
      await keystore.remove(testKeyText(1));
    }
    await using keystore = await store.open();
    assert.equal(await refuses(keystore, places("demo", 1), 2), true);
    assert.equal(await refuses(keystore, places("demo", 2), 2), false);
    assert.equal(await refuses(keystore, places("other", 1), 3), false);
    assert.equal(await refuses(keystore, places("demo", 1, "another"), 4), false);
    assert.throws(() => keystore.openPlaces(places("demo", -1)), ApiMisuseError);
  });

  test("processes that race for the places of a secret let in no key more", async (store) => {
    const keystores = await Promise.all([1, 2, 3].map(() => store.open()));
    const races = keystores.flatMap((keystore, i) => {
      const open = keystore.openPlaces(places("demo", 4));
      return Array.from({ length: 5 }, async (_, j) => {
        try {
          return await (await open.reserve(testKey(10 * i + j)))?.commit() ?? false;
        } catch (error) {
          if (error instanceof AuthError && error.code === "no-slot-left") return false;
          throw error;
        }
      });
    });
    const letIn = (await Promise.all(races)).filter(Boolean).length;
    const [one] = keystores;
    await one!.refresh();
    assert.equal(letIn, 4);
    assert.equal(one!.list().length, 4);
    assert.equal(await one!.spentPlaces(places("demo", 4)), 4);
    for (const keystore of keystores) await keystore[Symbol.asyncDispose]();
  });
}

/** Reserves a place that was given back a moment ago. */
async function reserveSoon(
  reserve: () => Reservation | undefined | Promise<Reservation | undefined>,
): Promise<Reservation> {
  for (;;) {
    const place = await reserve();
    if (place !== undefined) return place;
  }
}

async function refuses(
  keystore: KeyStorage,
  open: ReturnType<typeof places>,
  key: number,
): Promise<boolean> {
  const place = await keystore.openPlaces(open).reserve(testKey(key));
  if (place === undefined) return true;
  await place.commit();
  return false;
}
