/** A writer that is killed at any moment leaves a usable store with all changes that it had finished. */
import assert from "node:assert/strict";
import { EnrolmentSlots, formatKey, Keystore, type KeystoreWarning } from "../../keystore/mod.ts";
import { inDirectory } from "../support/directory.ts";
import { places, testKey } from "../support/keystore.ts";
import type { Size } from "../support/proof_row.ts";

const writer = new URL("keystore_writer.ts", import.meta.url).pathname;
const decoder = new TextDecoder();

function spawn(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", writer, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

async function runUntil(root: string, killAt: number): Promise<string[]> {
  const { stdout, success } = await spawn(root, `${killAt}`).output();
  const lines = decoder.decode(stdout).trimEnd().split("\n");
  assert.equal(success, lines.at(-1)!.startsWith("operations"), `killed at ${killAt}: ${lines}`);
  return lines;
}

/** Checks each accepted file, as arcan-net reads them, and opens the store. */
async function examine(root: string): Promise<{ keystore: Keystore; warnings: KeystoreWarning[] }> {
  const warnings: KeystoreWarning[] = [];
  const accepted = `${root}/accepted`;
  for (const { name } of readDirectory(accepted)) {
    const path = `${accepted}/${name}`;
    const line = /^[a-z0-9,]+(,[a-z-]+=[0-9TZ:-]+)* [A-Za-z0-9+/]{43}=\n(# comment: a guest\n)?$/;
    assert.match(Deno.readTextFileSync(path), line);
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
    assert.match(name, /^[a-u]{8}$/);
  }
  const keystore = await Keystore.open(root, { onWarning: (it) => warnings.push(it) });
  const left = [...Deno.readDirSync(root)].filter(({ name }) => name.startsWith(".tmp-"));
  assert.deepEqual(left, []);
  assert.equal(keystore.hostKeys().length, 1);
  return { keystore, warnings };
}

function readDirectory(path: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(path)];
  } catch {
    return [];
  }
}

async function killAndExamine(killAt: number): Promise<string[]> {
  let finished: string[] = [];
  await inDirectory(async (root) => {
    finished = await runUntil(root, killAt);
    const where = `killed at ${killAt} after ${finished.at(-1)}`;
    const { keystore, warnings } = await examine(root);
    const tags = (key: number) =>
      keystore.list().find((it) => formatKey(it.publicKey) === formatKey(testKey(key)))?.tags;
    const has = (what: string) => finished.includes(what);

    // The change after the last finished one may have happened.
    assert.ok(keystore.list().length <= 4, where);
    if (has("first key") && !has("second key")) assert.equal(tags(1)?.[0], "demo", where);
    if (has("second tag") && !has("second key")) {
      assert.deepEqual(tags(1), ["demo", "other"], where);
    }
    if (has("second key")) assert.deepEqual(tags(2), ["demo"], where);
    if (has("removal")) assert.equal(tags(1), undefined, where);

    requireConditions(keystore, finished, where);
    requireNotes(keystore, finished, where);

    const hosts = keystore.hostKeys("work").map((key) => key.host);
    const expected = ["first.example", "second.example"];
    assert.deepEqual(hosts, expected.slice(0, hosts.length), where);
    assert.ok(hosts.length >= (has("second host") ? 2 : has("first host") ? 1 : 0), where);
    // Only a line that was cut off while it was appended may give a warning.
    assert.ok(warnings.every(({ path, line }) => path.endsWith("/work") && line === 2), where);

    await requirePlaces(keystore, finished, where);
    await keystore.add(["again"], testKey(3));
    await keystore.addHost("work", "third.example");
    assert.equal(keystore.hostKeys("work").at(-1)!.host, "third.example", where);
  });
  return finished;
}

/** A key has its old conditions or the new ones, at each moment, and never none. */
function requireConditions(keystore: Keystore, finished: readonly string[], where: string): void {
  const limits = (key: number) => {
    const [entry] = keystore.find(testKey(key));
    assert.equal(entry?.problem, undefined, where);
    return entry?.conditions.maxClients;
  };
  const isSet = finished.includes("conditions");
  const isChanged = finished.includes("other conditions");
  const allowed = isChanged ? [2] : isSet ? [1, 2] : [1, undefined];
  assert.ok(allowed.includes(limits(4)), `${limits(4)} ${where}`);
  assert.equal(keystore.find(testKey(4)).length > 0, limits(4) !== undefined, where);
  assert.equal(keystore.find(testKey(5)).length > 0, limits(5) === 3, where);
}

/** Notes are there or not, and an accepted key is none of them. */
function requireNotes(keystore: Keystore, finished: readonly string[], where: string): void {
  const knocks = keystore.notes.knocks().map(({ publicKey }) => formatKey(publicKey));
  const isAccepted = keystore.find(testKey(5)).length > 0;
  assert.equal(knocks.includes(formatKey(testKey(5))), knocks.length > 0 && !isAccepted, where);
  if (finished.includes("notes")) {
    assert.ok(knocks.includes(formatKey(testKey(6))), where);
    assert.equal(keystore.notes.lastLogins().get(formatKey(testKey(4)))?.address, "192.0.2.4");
  }
  if (finished.includes("acceptance")) assert.ok(isAccepted, where);
  const isRemoved = keystore.find(testKey(1)).length === 0 && finished.includes("acceptance");
  assert.deepEqual(keystore.notes.revoked(), isRemoved ? [formatKey(testKey(1))] : [], where);
}

/** A kill may lose a place, but must never open one. */
async function requirePlaces(
  keystore: Keystore,
  finished: readonly string[],
  where: string,
): Promise<void> {
  const spent = keystore.spentPlaces(places("demo", 2));
  const stored =
    [1, 2].filter((key) =>
      keystore.list("demo").some((it) => formatKey(it.publicKey) === formatKey(testKey(key)))
    ).length;
  const written = ["first key", "second key"].filter((what) => finished.includes(what)).length;
  assert.ok(spent >= Math.max(stored, written), `${spent} places are taken, ${where}`);
  assert.ok(spent <= written + 1, `${spent} places are taken, ${where}`);
  const slots = new EnrolmentSlots(keystore, places("demo", 2));
  for (let free = 2 - spent; free > 0; free--) await slots.reserve(testKey(10 + free))!.commit();
  assert.equal(slots.reserve(testKey(20)), undefined, where);
}

export async function killedAtEachOperation(): Promise<string> {
  const [, count] = (await killAndExamine(Infinity)).at(-1)!.split(" ");
  const operations = Number(count);
  assert.ok(operations > 40, `${operations}`);
  const points = Array.from({ length: operations }, (_, i) => i + 1);
  const next = async () => {
    for (let point = points.shift(); point !== undefined; point = points.shift()) {
      const finished = await killAndExamine(point);
      assert.ok(!finished.includes("removal") || point > operations - 3);
    }
  };
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency + 1 }, next));
  return `${operations} file operations of enrolment, conditions, knocks and removal`;
}

export async function twoKilledWriters(size: Size): Promise<string> {
  const rounds = size === "long" ? 30 : 3;
  for (let round = 0; round < rounds; round++) {
    await inDirectory(async (root) => {
      const outputs = await Promise.all(
        [0, 1].map((seed) => enrolAndKill(root, seed, 4 + round * 9)),
      );
      const finished = outputs.flat().filter((line) => line.startsWith("key "));
      const { keystore, warnings } = await examine(root);
      const stored = new Set(keystore.list().map((entry) => formatKey(entry.publicKey)));
      for (const line of finished) assert.ok(stored.has(line.slice(4)), line);
      // Each writer may have written one key more than it has reported.
      assert.ok(stored.size >= finished.length && stored.size <= finished.length + 2);
      assert.equal(stored.size, keystore.list().length);
      assert.deepEqual(warnings, []);
    });
  }
  return `${rounds} kills of two writers that enrol keys, no broken key`;
}

/** Kills the writer when it has reported a number of keys. */
async function enrolAndKill(root: string, seed: number, keys: number): Promise<string[]> {
  await using child = spawn(root, "loop", `${seed}`);
  let text = "";
  let killed = false;
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    if (!killed && text.split("\n").length > keys) {
      child.kill("SIGKILL");
      killed = true;
    }
  }
  await child.status;
  return text.split("\n").slice(0, -1);
}
