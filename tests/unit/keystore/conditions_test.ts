/** Conditions in files and in decisions: what is damaged refuses the key. */
import assert from "node:assert/strict";
import { parseAccepted } from "../../../keystore/format.ts";
import { Keystore } from "../../../keystore/mod.ts";
import { MAX_CLIENTS, MAX_COMMENT_CHARACTERS, MAX_KEY_NETWORKS } from "../../../lib/limits.ts";
import { type Network, parseNetwork } from "../../../lib/networks.ts";
import { inDirectory } from "../../support/directory.ts";
import {
  readAccepted,
  testKey,
  testKeyText,
  withStore,
  writeAccepted,
} from "../../support/keystore.ts";

const key = testKey(1);
const text = testKeyText(1);
const networks = (...texts: string[]) => texts.map((it) => parseNetwork(it) as Network);
const T = Date.parse("2027-01-01T00:00:00Z");

const DAMAGED: readonly [word: string, problem: RegExp][] = [
  ["demo,expires=", /the time "" is invalid/],
  ["demo,expires=never", /the time "never" is invalid/],
  ["demo,expires=2026-02-31", /the time "2026-02-31" is invalid/],
  ["demo,expires=2026-12-31T00:00:00", /is invalid; write it as/],
  ["demo,expires=9999999999", /is invalid/],
  ["demo,expires=2026-12-31,expires=2027-12-31", /is there twice/],
  ["demo,from=", /the network "" is invalid/],
  ["demo,from=192.0.2.7/24", /the network is 192\.0\.2\.0\/24/],
  ["demo,from=192.0.2.0/24;::1", /is invalid/],
  ["demo,max-clients=0", /"0" is invalid; it must be 1 to/],
  ["demo,max-clients=1e3", /is invalid/],
  [`demo,max-clients=${MAX_CLIENTS + 1}`, /is invalid/],
  ["demo,max-clients=1,max-clients=2", /is there twice/],
  ["demo,expire=2026-12-31", /the condition "expire=2026-12-31" is not known/],
  ["demo,Expires=2026-12-31", /is not known/],
  ["demo,=", /is not known/],
  ["demo,expires:2026-12-31", /the condition "expires:2026-12-31" has no equals sign/],
  ["demo,Expires2026-12-31", /has no equals sign/],
  ["demo,from192.0.2.0/24", /has no equals sign/],
  ["demo,max-clients2", /has no equals sign/],
  ["expires=2026-12-31", /has no name/],
  [`demo${",from=192.0.2.7".repeat(MAX_KEY_NETWORKS + 1)}`, /at most 32 are allowed/],
];

Deno.test({
  name: "a condition that is damaged, doubled or unknown refuses the key with a warning",
  permissions: "none",
  fn() {
    for (const [word, problem] of DAMAGED) {
      const { value, warnings } = parseAccepted(`${word} ${text}\n`, "x");
      assert.match(value!.problem ?? "", problem, word);
      const [warning] = warnings.filter(({ code }) => code === "bad-conditions");
      assert.match(warning!.message, /^the key is refused: /);
      assert.deepEqual([warning!.path, warning!.line], ["x", 1]);
    }
  },
});

Deno.test("a damaged condition refuses a key at any listener, and set does not overwrite it", async () => {
  await withStore(async (keystore) => {
    writeAccepted(keystore.root, "aaaaaaaa", `demo,expires=soon ${text}\n`);
    for (const name of ["demo", undefined]) {
      const verdict = keystore.accepts(key, name);
      assert(!verdict.accepted);
      assert.equal(verdict.code, "bad-conditions");
      assert.match(verdict.detail!, /the time "soon" is invalid/);
    }
    const refused = { name: "KeystoreError", code: "bad-conditions" };
    await assert.rejects(keystore.set(text, { maxClients: 1 }), refused);
    await assert.rejects(keystore.add(["other"], key), refused);
    assert.deepEqual(readAccepted(keystore.root), [`demo,expires=soon ${text}\n`]);
    assert.equal(keystore.acceptsServer(key, "demo").accepted, false);
  });
});

Deno.test("add and set write conditions beside the names, change them and remove them", async () => {
  await withStore(async ({ root }) => {
    const keystore = await Keystore.open(root);
    const from = networks("192.0.2.0/24", "2001:db8::/32");
    const comment = "Anna's laptop";
    const first = await keystore.add(["demo"], key, { comment, expiresMs: T, from, maxClients: 2 });
    assert.equal(first.change, "new");
    const word =
      "demo,expires=2027-01-01T00:00:00Z,from=192.0.2.0/24,from=2001:db8::/32,max-clients=2";
    assert.deepEqual(readAccepted(root), [`${word} ${text}\n# comment: ${comment}\n`]);
    assert.equal((await keystore.add(["demo"], key)).change, "none");
    assert.equal((await keystore.add(["demo"], key, { maxClients: 2 })).change, "none");
    assert.equal((await keystore.add(["demo"], key, { maxClients: 3 })).change, "changed");
    assert.equal((await keystore.add(["b"], key, { from: undefined })).change, "extended");
    assert.deepEqual(readAccepted(root), [
      `demo,b,expires=2027-01-01T00:00:00Z,max-clients=3 ${text}\n# comment: ${comment}\n`,
    ]);
    const [entry] = await keystore.set(text, { expiresMs: undefined, comment: "x" });
    assert.deepEqual(entry, keystore.list()[0]);
    await keystore.set(text, { maxClients: undefined, comment: undefined });
    assert.deepEqual(readAccepted(root), [`demo,b ${text}\n`]);
    await assert.rejects(keystore.set(testKeyText(2), { maxClients: 1 }), { code: "no-such-key" });
  });
});

Deno.test("a name is no condition, and one that would be read as a condition is not written", async () => {
  await withStore(async (keystore) => {
    for (const name of ["from-home", "max-clients", "Expires-soon"]) {
      await assert.rejects(keystore.add([name], key), { code: "bad-tag", message: /a condition/ });
    }
    await keystore.add(["expires", "from_home", "outbound-from-home"], key);
    assert.equal(keystore.accepts(key, "expires").accepted, true);
  });
});

const UNWRITABLE = [
  { comment: "" },
  { comment: " x" },
  { comment: "a\nb" },
  { comment: "\u202e" },
  { comment: "x".repeat(MAX_COMMENT_CHARACTERS + 1) },
  { expiresMs: NaN },
  { expiresMs: -1 },
  { expiresMs: 1e15 },
  { maxClients: 0 },
  { maxClients: 1.5 },
  { maxClients: MAX_CLIENTS + 1 },
  { from: Array.from({ length: MAX_KEY_NETWORKS + 1 }, () => networks("::1")[0]!) },
];

Deno.test("conditions that cannot be written are refused, and nothing changes", async () => {
  await withStore(async (keystore) => {
    for (const changes of UNWRITABLE) {
      await assert.rejects(keystore.add(["demo"], key, changes), { code: "bad-conditions" });
    }
    assert.deepEqual(readAccepted(keystore.root), []);
    assert.equal(
      (await keystore.add(["demo"], key, {
        comment: "x".repeat(MAX_COMMENT_CHARACTERS),
        maxClients: MAX_CLIENTS,
      })).change,
      "new",
    );
  });
});

Deno.test("a key expires at its time by the clock of the store, for servers as well", async () => {
  await inDirectory(async (directory) => {
    let nowMs = T - 1;
    const keystore = await Keystore.open(`${directory}/a12`, { wallMs: () => nowMs });
    await keystore.add(["demo", "outbound"], key, { expiresMs: T, comment: "a server" });
    assert.equal(keystore.accepts(key, "demo").accepted, true);
    assert.equal(keystore.acceptsServer(key, "outbound").accepted, true);
    assert.equal(keystore.countFor("demo"), 1);
    nowMs = T;
    assert.equal(keystore.countFor("demo"), 0);
    assert.deepEqual(keystore.accepts(key, "demo"), {
      accepted: false,
      code: "key-expired",
      detail: "the key expired at 2027-01-01T00:00:00Z",
      comment: "a server",
    });
    assert.equal(keystore.acceptsServer(key, "outbound").accepted, false);
    // A listener with another name says no more about it.
    const other = keystore.accepts(key, "other");
    assert(!other.accepted && other.code === "key-not-for-name");
    await keystore.set(text, { expiresMs: T + 1_000 });
    assert.equal(keystore.accepts(key, "demo").accepted, true);
  });
});

Deno.test("a key with networks logs in from those alone, and not from an unknown place", async () => {
  await withStore(async (keystore) => {
    await keystore.add(["demo"], key, { from: networks("192.0.2.0/24", "fe80::/10") });
    const code = (address?: string) => {
      const verdict = keystore.accepts(key, "demo", address);
      return verdict.accepted ? "accepted" : verdict.code;
    };
    for (const inside of ["192.0.2.7", "::ffff:192.0.2.7", "fe80::1%eth0"]) {
      assert.equal(code(inside), "accepted", inside);
    }
    for (const outside of ["192.0.3.7", "2001:db8::1", "", "localhost", undefined]) {
      assert.equal(code(outside), "address-not-allowed", outside);
    }
    assert.equal(keystore.acceptsServer(key, "demo").accepted, true, "a server is dialled");
  });
});

Deno.test("a key with several files has the conditions of all of them, and set changes all", async () => {
  await withStore(async (keystore) => {
    const { root } = keystore;
    writeAccepted(root, "aaaaaaaa", `demo,max-clients=5 ${text}\n`);
    // As arcan-net adds a key that it knows already.
    writeAccepted(
      root,
      "bbbbbbbb",
      `default,max-clients=2,from=192.0.2.0/24 ${text}\n# comment: two\n`,
    );
    const verdict = keystore.accepts(key, "demo", "192.0.2.1");
    assert(verdict.accepted);
    assert.deepEqual([verdict.maxClients, verdict.comment], [2, "two"]);
    assert.equal(keystore.accepts(key, "demo", "192.0.3.1").accepted, false);
    await keystore.set(text, { from: undefined, maxClients: 3 });
    assert.deepEqual(readAccepted(root), [
      `default,max-clients=3 ${text}\n# comment: two\n`,
      `demo,max-clients=3 ${text}\n`,
    ]);
    writeAccepted(root, "bbbbbbbb", `default,expires=rubbish ${text}\n`);
    assert.equal(keystore.accepts(key, "demo", "192.0.2.1").accepted, false, "one is damaged");
  });
});

Deno.test("an expired key is not let in as an unknown one, and takes no place", async () => {
  await withStore(async (keystore) => {
    writeAccepted(keystore.root, "aaaaaaaa", `demo,expires=2020-01-01 ${text}\n`);
    const places = { name: "demo", secret: new Uint8Array(4), count: 3 };
    await assert.rejects(keystore.enrol(places, key), { code: "key-expired" });
    assert.equal(keystore.spentPlaces(places), 0);
  });
});
