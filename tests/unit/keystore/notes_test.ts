/** Notes are written together and rarely, and survive damage of their files. */
import assert from "node:assert/strict";
import { Keystore } from "../../../keystore/mod.ts";
import { Notes, type Pending } from "../../../keystore/notes.ts";
import {
  KEYSTORE_NOTES_DELAY_MS,
  KEYSTORE_NOTES_INTERVAL_MS,
  MAX_KNOCKS,
  MAX_LAST_LOGINS,
  MAX_REVOKED_KEYS,
} from "../../../lib/limits.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { testKey, testKeyText, withStore } from "../../support/keystore.ts";

const T = Date.parse("2027-01-01T00:00:00Z");

Deno.test({
  name: "a flood of knocks and logins is one write now and one in each interval",
  permissions: "none",
  fn: async () => {
    using timers = new FakeTimers();
    const written: Pending[] = [];
    const notes = new Notes((pending) => Promise.resolve(void written.push(pending)), () => T);
    const flood = (from: number, count: number) => {
      for (let i = from; i < from + count; i++) {
        const key = testKey(i);
        notes.knock(key, "demo", `10.${i >> 8 & 255}.${i & 255}.1`);
        notes.login(key, "192.0.2.1");
      }
    };
    flood(0, 10_000);
    timers.pass(KEYSTORE_NOTES_DELAY_MS);
    await Promise.resolve();
    assert.equal(written.length, 1);
    assert.equal(written[0]!.knocks.size, MAX_KNOCKS, "what waits is bounded");
    assert.equal(written[0]!.logins.size, MAX_LAST_LOGINS);
    for (let second = 0; second < 30; second++) {
      flood(20_000 * second, 500);
      timers.pass(1_000);
    }
    await notes.close();
    const most = Math.ceil(30_000 / KEYSTORE_NOTES_INTERVAL_MS) + 2;
    assert.ok(written.length <= most && written.length > 2, `${written.length} writes`);
    notes.knock(testKey(1), "demo", "192.0.2.1");
    assert.equal(timers.size, 0, "nothing is noted after the end");
  },
});

Deno.test("what listeners note is added up in the store, and accepted keys are no strangers", async () => {
  await withStore(async ({ root }) => {
    let nowMs = T;
    const open = () => Keystore.open(root, { wallMs: () => nowMs });
    const [one, two] = [await open(), await open()];
    await one.add(["demo"], testKey(1));
    const [a, b] = [one.notes.open(), two.notes.open()];
    a.knock(testKey(2), "demo", "192.0.2.2");
    a.knock(testKey(1), "demo", "192.0.2.2");
    a.login(testKey(1), "192.0.2.1");
    nowMs += 5_000;
    b.knock(testKey(2), undefined, "192.0.2.3");
    b.login(testKey(1), "192.0.2.9");
    b.login(testKey(3), "192.0.2.9");
    await Promise.all([a.close(), b.close()]);
    const knocks = one.notes.knocks();
    assert.deepEqual(knocks, [{
      publicKey: testKey(2),
      name: undefined,
      address: "192.0.2.3",
      firstMs: T,
      lastMs: T + 5_000,
      count: 2,
    }]);
    assert.deepEqual([...one.notes.lastLogins()], [
      [testKeyText(1), { atMs: T + 5_000, address: "192.0.2.9" }],
    ]);
    for (const file of [".knocks", ".last-logins"]) {
      assert.equal(Deno.statSync(`${root}/${file}`).mode! & 0o777, 0o600);
    }
    const { knock, entry, change } = await two.acceptKnock(testKeyText(2), ["demo"], {
      comment: "a stranger",
    });
    assert.deepEqual([knock, change, entry.conditions.comment], [knocks[0], "new", "a stranger"]);
    assert.deepEqual(one.notes.knocks(), []);
    await assert.rejects(one.acceptKnock(testKeyText(2), ["demo"]), { code: "no-such-key" });
  });
});

Deno.test("files of notes that are damaged or unwritable stop nothing, and give a warning", async () => {
  await withStore(async (keystore, warnings) => {
    const { root } = keystore;
    for (const file of [".knocks", ".last-logins", ".revoked"]) {
      Deno.writeTextFileSync(`${root}/${file}`, "rubbish\n\u0000\n");
    }
    assert.deepEqual(keystore.notes.knocks(), []);
    assert.equal(keystore.notes.lastLogins().size, 0);
    assert.deepEqual(keystore.notes.revoked(), []);
    Deno.removeSync(`${root}/.knocks`);
    Deno.mkdirSync(`${root}/.knocks`);
    const notes = keystore.notes.open();
    notes.knock(testKey(1), "demo", "192.0.2.1");
    await notes.close();
    assert.match(
      warnings.at(-1)!.message,
      /^knocks and logins are not noted: cannot read .*\.knocks/,
    );
    assert.throws(() => keystore.notes.knocks(), { code: "keystore-unreadable" });
  });
});

Deno.test("only so many keys are looked for, the latest of those that were removed", async () => {
  await withStore(async ({ notes }) => {
    const keys = Array.from({ length: MAX_REVOKED_KEYS + 1 }, (_, i) => testKeyText(i + 1));
    await notes.revoke(keys.slice(0, 2));
    await notes.revoke(keys.slice(2));
    const revoked = new Set(notes.revoked());
    assert.equal(revoked.size, MAX_REVOKED_KEYS);
    assert.ok(keys.slice(2).every((key) => revoked.has(key)));
  });
});

Deno.test("a key removed with its sessions is revoked until it is accepted again", async () => {
  await withStore(async (keystore) => {
    const { root } = keystore;
    await keystore.add(["demo"], testKey(1));
    await keystore.add(["demo"], testKey(2));
    await keystore.remove(testKeyText(2));
    assert.deepEqual(keystore.notes.revoked(), []);
    await keystore.remove(testKeyText(1), { endSessions: true });
    const other = await Keystore.open(root);
    assert.deepEqual(other.notes.revoked(), [testKeyText(1)]);
    assert.equal(Deno.statSync(`${root}/.revoked`).mode! & 0o777, 0o600);
    await keystore.add(["demo"], testKey(1));
    assert.deepEqual(other.notes.revoked(), []);
  });
});
