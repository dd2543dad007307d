/** Unknown keys knock at a listener and are let in; keys are removed together with their sessions. */
import assert from "node:assert/strict";
import { Keystore } from "../../keystore/mod.ts";
import { freshKey } from "../support/clients.ts";
import { Bench } from "../support/listen.ts";
import { runIn } from "../support/keystore_cli.ts";

/** Logs in and waits until the listener has refused it. */
async function refused(bench: Bench, options: Parameters<Bench["connect"]>[0]): Promise<void> {
  const before = bench.log.of("login-refused").length;
  using client = await bench.connect(options);
  assert.ok(!await client.login());
  await bench.until(() => bench.log.of("login-refused").length > before, "the refusal");
}

/** Waits for a change of the keystore's files, which a listener writes some time later. */
async function eventually<T>(look: () => T | undefined, root: string): Promise<T> {
  using watcher = Deno.watchFs(root);
  let found = look();
  if (found !== undefined) return found;
  for await (const _ of watcher) {
    found = look();
    if (found !== undefined) return found;
  }
  throw new Error("the watcher has ended");
}

Deno.test("an unknown key that is refused is listed while the listener runs, and let in by its digits", async () => {
  await using bench = await Bench.start();
  const { root } = bench.keystore;
  const key = freshKey();
  const keystore = (...args: string[]) => runIn({}, ["--keystore", root, ...args]);
  await refused(bench, { key });
  const knock = await eventually(() => bench.keystore.notes.knocks()[0], root);
  assert.deepEqual([knock.publicKey.toBase64(), knock.name, knock.address, knock.count], [
    key.publicKey.toBase64(),
    "demo",
    "127.0.0.1",
    1,
  ]);
  const listed = await keystore("knocks");
  assert.equal(listed.code, 0);
  const [, row = ""] = listed.stdout.split("\n");
  assert.match(row, /^[0-9a-f-]{24} +20\S+Z +20\S+Z +1 +127\.0\.0\.1 +demo$/);
  const [json] = JSON.parse((await keystore("knocks", "--json")).stdout);
  assert.deepEqual([json.count, json.name], [1, "demo"]);
  const print = row.split(" ")[0]!;
  const short = await keystore("accept", print.slice(0, 3), "demo");
  assert.equal(short.code, 1);
  assert.match(short.stderr, /is not the beginning of a fingerprint/);
  const accepted = await keystore("accept", print.slice(0, 12), "demo", "--comment", "a guest");
  assert.deepEqual([accepted.code, accepted.stdout.replace(/\(.*\)/, "(FILE)")], [
    0,
    `added ${print} for demo (FILE): "a guest"\n`,
  ]);
  assert.match(accepted.stderr, /it knocked last at 20\S+Z from 127\.0\.0\.1\n$/);
  assert.match(
    (await keystore("knocks")).stderr,
    /no unknown key has been refused; a listener .*\n$/,
  );
  using client = await bench.login({ key });
  assert.equal(bench.log.of("client-authenticated")[0]!.fields["comment"], "a guest");
  client.close();
});

Deno.test("only unknown keys knock: none with a wrong secret, another name or an expired key", async () => {
  const secret = "open sesame";
  const root = await (async () => {
    await using bench = await Bench.start({ secret: `1:${secret}` });
    const expired = freshKey();
    await bench.keystore.add(["demo"], expired.publicKey, { expiresMs: 1_000 });
    await refused(bench, { key: freshKey(), secret: "wrong" });
    await refused(bench, { key: await bench.addKey("other"), secret });
    await refused(bench, { key: expired, secret });
    (await bench.login({ key: freshKey(), secret })).close();
    const late = freshKey();
    await refused(bench, { key: late, secret });
    await refused(bench, { key: late, secret });
    bench.listener.abort();
    await bench.listener.finished();
    const [knock, ...more] = bench.keystore.notes.knocks();
    assert.deepEqual([knock?.publicKey, knock?.count, more.length], [late.publicKey, 2, 0]);
    // Whose clients were let in, the enrolled one among them, is written when the listener has ended.
    assert.equal(bench.keystore.notes.lastLogins().size, 1);
    return bench.keystore.root;
  })();
  assert.ok(root.length > 0);
});

Deno.test("the last login of a key is listed", async () => {
  await using bench = await Bench.start();
  const key = await bench.addKey();
  (await bench.login({ key })).close();
  bench.listener.abort();
  await bench.listener.finished();
  const [login] = bench.keystore.notes.lastLogins().values();
  assert.equal(login!.address, "127.0.0.1");
  const { stdout } = await runIn({}, ["--keystore", bench.keystore.root, "list"]);
  assert.match(stdout.split("\n")[0]!, / LAST LOGIN +CONDITIONS$/);
  assert.match(stdout.split("\n")[1]!, / 20\S+Z 127\.0\.0\.1$/);
});

Deno.test("a key removed with its sessions loses them within a second, and only they", async () => {
  await using bench = await Bench.start();
  const [key, other, kept] = [await bench.addKey(), await bench.addKey(), await bench.addKey()];
  using first = await bench.login({ key });
  using second = await bench.login({ key });
  using third = await bench.login({ key: other });
  using fourth = await bench.login({ key: kept });
  const store = await Keystore.open(bench.keystore.root);
  await store.remove(other.publicKey.toBase64());
  const startMs = performance.now();
  const { code } = await runIn({}, [
    ...["--keystore", store.root, "remove"],
    ...[key.publicKey.toBase64(), "--end-sessions"],
  ]);
  assert.equal(code, 0);
  await Promise.all([first.untilClosed(), second.untilClosed()]);
  // A busy machine takes longer than the second; notes are written every ten.
  assert.ok(performance.now() - startMs < 9_000);
  await bench.until(() => bench.listener.clients.length === 2, "the others to stay");
  const left = bench.log.of("client-left").map(({ fields }) => fields["reason"]);
  assert.deepEqual(left, ["key-removed", "key-removed"]);
  await refused(bench, { key });
  third.close();
  fourth.close();
});

Deno.test("sessions are ended also once the listener is closed, and stay where another file has the key", async () => {
  await using bench = await Bench.start();
  const key = await bench.addKey();
  const twice = await bench.addKey();
  const text = twice.publicKey.toBase64();
  Deno.writeTextFileSync(`${bench.keystore.root}/accepted/second`, `demo ${text}\n`);
  using client = await bench.login({ key });
  using stays = await bench.login({ key: twice });
  bench.listener.close();
  const file =
    bench.keystore.list().find((it) => it.file !== "second" && it.publicKey.toBase64() === text)!
      .file;
  const one = await runIn({}, [
    "--keystore",
    bench.keystore.root,
    "remove",
    file,
    "--end-sessions",
  ]);
  assert.match(one.stderr, /its sessions stay: accepted\/second has the same key\n$/);
  await bench.keystore.remove(key.publicKey.toBase64(), { endSessions: true });
  await client.untilClosed();
  await bench.until(() => bench.listener.clients.length === 1, "the other to stay");
  stays.close();
});
