import assert from "node:assert/strict";
import { fingerprint } from "../../../lib/crypto/fingerprint.ts";
import { KeystoreError } from "../../../lib/errors.ts";
import { Keystore, type KeystoreWarning, publicKeyOf } from "../../../keystore/mod.ts";
import { inDirectory, listFiles } from "../../support/directory.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { testKey, testKeyText, withStore, writeAccepted } from "../../support/keystore.ts";

const mode = (path: string) => (Deno.statSync(path).mode! & 0o777).toString(8);
const read = (path: string) => Deno.readTextFileSync(path);

Deno.test("opening a new store makes arcan-net's directories and our key, closed to other users", async () => {
  await inDirectory(async (directory) => {
    const root = `${directory}/new/state/a12`;
    const keystore = await Keystore.open(root);
    assert.deepEqual(listFiles(root), [".lock", "accepted", "hostkeys", "signing", "state"]);
    for (
      const path of [
        root,
        ...["accepted", "hostkeys", "signing", "state"].map((it) => `${root}/${it}`),
      ]
    ) {
      assert.equal(mode(path), "700", path);
    }
    assert.equal(mode(`${root}/hostkeys/default`), "600");
    assert.match(read(`${root}/hostkeys/default`), /^127\.0\.0\.1:6680 [A-Za-z0-9+/]{43}=\n$/);
    const { host, port, privateKey } = keystore.identity();
    assert.deepEqual([host, port], ["127.0.0.1", 6680]);
    // Clamped, as arcan-net stores its own keys.
    assert.equal(privateKey[0]! & 7, 0);
    assert.equal(privateKey[31]! >> 6, 1);
  });
});

Deno.test("opening an existing store changes nothing", async () => {
  await withStore(async (keystore) => {
    const before = Deno.statSync(keystore.root).mtime;
    const again = await Keystore.open(keystore.root);
    assert.deepEqual(again.identity(), keystore.identity());
    assert.deepEqual(Deno.statSync(keystore.root).mtime, before);
  });
});

Deno.test("two processes that open a new store at once agree on one key", async () => {
  await inDirectory(async (directory) => {
    const root = `${directory}/a12`;
    const stores = await Promise.all(Array.from({ length: 8 }, () => Keystore.open(root)));
    for (const store of stores) assert.deepEqual(store.identity(), stores[0]!.identity());
    assert.equal(stores[0]!.hostKeys().length, 1);
  });
});

Deno.test("an empty hostkeys/default, as a killed arcan-net leaves it, gets a key", async () => {
  await inDirectory(async (directory) => {
    Deno.mkdirSync(`${directory}/hostkeys`);
    Deno.writeTextFileSync(`${directory}/hostkeys/default`, "", { mode: 0o600 });
    assert.equal((await Keystore.open(directory)).identity().port, 6680);
  });
});

Deno.test("a broken hostkeys/default is never replaced, and the error names it", async () => {
  await inDirectory(async (directory) => {
    Deno.mkdirSync(`${directory}/hostkeys`, { mode: 0o700 });
    const path = `${directory}/hostkeys/default`;
    Deno.writeTextFileSync(path, "127.0.0.1:6680 short\n", { mode: 0o600 });
    const warnings: KeystoreWarning[] = [];
    const keystore = await Keystore.open(directory, { onWarning: (it) => warnings.push(it) });
    for (let i = 0; i < 2; i++) {
      assert.throws(() => keystore.identity(), { code: "bad-line", path });
    }
    assert.equal(read(path), "127.0.0.1:6680 short\n");
    assert.deepEqual(warnings.map(({ path, line }) => [path, line]), [[path, 1]]);
  });
});

Deno.test("without create, nothing is made", async () => {
  await inDirectory(async (directory) => {
    const keystore = await Keystore.open(directory, { create: false });
    assert.deepEqual(listFiles(directory), []);
    assert.equal(keystore.hostKey(), undefined);
    assert.deepEqual(keystore.hostTags(), []);
    assert.equal(keystore.warnings.length, 1);
    await assert.rejects(Keystore.open(`${directory}/no`, { create: false }), {
      code: "keystore-unreadable",
      message: `cannot read ${directory}/no: there is no such directory`,
    });
  });
});

Deno.test("a root that is a file or lies below one is refused, and the error names it", async () => {
  await inDirectory(async (directory) => {
    Deno.writeTextFileSync(`${directory}/file`, "");
    for (const root of [`${directory}/file`, `${directory}/file/below`]) {
      await assert.rejects(Keystore.open(root), (error: unknown) => {
        assert.ok(error instanceof KeystoreError);
        assert.equal(error.code, "keystore-unwritable");
        assert.ok(error.message.startsWith(`cannot make the directory ${root}`), error.message);
        return true;
      });
    }
  });
});

Deno.test("a new key is one line in a file of eight letters, closed to other users", async () => {
  await withStore(async (keystore) => {
    const { added, change, entry } = await keystore.add(["demo", "other"], testKey(1));
    assert.deepEqual([added, change, entry.tags], [true, "new", ["demo", "other"]]);
    assert.match(entry.file, /^[a-u]{8}$/);
    const path = `${keystore.root}/accepted/${entry.file}`;
    assert.equal(read(path), `demo,other ${testKeyText(1)}\n`);
    assert.equal(mode(path), "600");
    assert.deepEqual(listFiles(`${keystore.root}/state`), []);
    assert.equal(keystore.accepts(testKey(1), "other").accepted, true);
  });
});

Deno.test("adding a key with the tags that it has changes nothing", async () => {
  await withStore(async (keystore) => {
    const { entry } = await keystore.add(["demo", "other"], testKey(1));
    const path = `${keystore.root}/accepted/${entry.file}`;
    const before = Deno.statSync(path);
    assert.deepEqual(await keystore.add(["other"], testKey(1)), {
      added: false,
      change: "none",
      entry,
    });
    assert.equal(Deno.statSync(path).ino, before.ino);
    assert.equal(keystore.list().length, 1);
  });
});

Deno.test("adding a key with other tags extends its file and keeps comments", async () => {
  await withStore(async (keystore) => {
    writeAccepted(keystore.root, "laptop", `# mine\nalpha ${testKeyText(1)}\n`);
    const { added, change, entry } = await keystore.add(["beta"], testKey(1));
    assert.deepEqual([added, change, entry.file, entry.tags], [
      true,
      "extended",
      "laptop",
      ["alpha", "beta"],
    ]);
    assert.equal(
      read(`${keystore.root}/accepted/laptop`),
      `# mine\nalpha,beta ${testKeyText(1)}\n`,
    );
    assert.equal((await keystore.add(["*"], testKey(1))).change, "extended");
    assert.equal(read(`${keystore.root}/accepted/laptop`), `# mine\n* ${testKeyText(1)}\n`);
    assert.equal((await keystore.add(["gamma"], testKey(1))).change, "none");
    assert.equal(keystore.list().length, 1);
  });
});

Deno.test("a star among other names does not stand for every name, so adding it changes the file", async () => {
  await withStore(async (keystore) => {
    writeAccepted(keystore.root, "a", `alpha,* ${testKeyText(1)}\n`);
    const { change, entry } = await keystore.add(["*"], testKey(1));
    assert.deepEqual([change, entry.tags], ["extended", ["*"]]);
  });
});

Deno.test("the tags of a key in two files count together", async () => {
  await withStore(async (keystore) => {
    writeAccepted(keystore.root, "a", `alpha ${testKeyText(1)}\n`);
    writeAccepted(keystore.root, "b", `beta ${testKeyText(1)}\n`);
    assert.equal((await keystore.add(["alpha", "beta"], testKey(1))).change, "none");
    assert.equal((await keystore.add(["gamma"], testKey(1))).entry.file, "a");
  });
});

Deno.test("bad keys and tags are refused and nothing is written", async () => {
  await withStore(async (keystore) => {
    await assert.rejects(keystore.add(["demo"], new Uint8Array(32)), { code: "bad-key" });
    await assert.rejects(keystore.add(["demo"], new Uint8Array(31).fill(1)), { code: "bad-key" });
    await assert.rejects(keystore.add(["a b"], testKey(1)), { code: "bad-tag" });
    await assert.rejects(keystore.add([], testKey(1)), { code: "bad-tag" });
    await assert.rejects(keystore.addHost("../x", "h"), { code: "bad-tag" });
    await assert.rejects(keystore.addHost("x", "a b"), { code: "bad-host" });
    await assert.rejects(keystore.addHost("x", "h", 0), { code: "bad-host", message: /port 0/ });
    assert.deepEqual(listFiles(`${keystore.root}/accepted`), []);
    assert.deepEqual(listFiles(`${keystore.root}/hostkeys`), ["default"]);
  });
});

Deno.test("a key is removed by file name, by key and by fingerprint, from all of its files", async () => {
  await withStore(async (keystore) => {
    writeAccepted(keystore.root, "a", `alpha ${testKeyText(1)}\n`);
    writeAccepted(keystore.root, "b", `beta ${testKeyText(1)}\n`);
    writeAccepted(keystore.root, "c", `beta ${testKeyText(2)}\n`);
    writeAccepted(keystore.root, "broken", "rubbish\n");
    const files = async (what: string) => (await keystore.remove(what)).map((it) => it.file);
    assert.deepEqual(await files("accepted/a"), ["a"]);
    writeAccepted(keystore.root, "a", `alpha ${testKeyText(1)}\n`);
    assert.deepEqual(await files(testKeyText(1)), ["a", "b"]);
    assert.deepEqual(await files(fingerprint(testKey(2)).toUpperCase()), ["c"]);
    assert.deepEqual(await files("broken"), ["broken"]);
    assert.deepEqual(listFiles(`${keystore.root}/accepted`), []);
    for (const what of ["a", "../hostkeys/default", "", "."]) {
      await assert.rejects(keystore.remove(what), { code: "no-such-key" });
    }
  });
});

Deno.test("hosts are added as arcan-net adds them, each with a key of its own", async () => {
  await withStore(async (keystore) => {
    const first = await keystore.addHost("work", "192.0.2.7");
    const second = await keystore.addHost("work", "[::1]", 7000);
    const path = `${keystore.root}/hostkeys/work`;
    assert.match(read(path), /^192\.0\.2\.7:6680 \S{44}\n\[::1\]:7000 \S{44}\n$/);
    assert.equal(mode(path), "600");
    assert.deepEqual(keystore.hostKeys("work").map(publicKeyOf), [
      first.publicKey,
      second.publicKey,
    ]);
    assert.deepEqual([second.tag, second.host, second.port], ["work", "::1", 7000]);
    assert.deepEqual(keystore.hostTags(), ["default", "work"]);
    assert.notDeepEqual(first.publicKey, second.publicKey);
  });
});

Deno.test("a host line is added below a line that a killed writer left without its newline", async () => {
  await withStore(async (keystore) => {
    const path = `${keystore.root}/hostkeys/work`;
    Deno.writeTextFileSync(path, "192.0.2.7:6680 AAAA", { mode: 0o600 });
    await keystore.addHost("work", "h");
    assert.match(read(path), /^192\.0\.2\.7:6680 AAAA\nh:6680 \S{44}\n$/);
  });
});

Deno.test("a host line waits for the lock that arcan-net takes on the file", async () => {
  await withStore(async (keystore) => {
    await keystore.addHost("work", "first");
    const path = `${keystore.root}/hostkeys/work`;
    const theirs = await Deno.open(path, { write: true });
    await theirs.lock(true);
    const tryLock = Deno.FsFile.prototype.tryLock;
    const refused = Promise.withResolvers<void>();
    Deno.FsFile.prototype.tryLock = async function (exclusive) {
      const taken = await tryLock.call(this, exclusive);
      if (!taken) refused.resolve();
      return taken;
    };
    const adding = keystore.addHost("work", "third");
    try {
      await Promise.race([refused.promise, adding]);
    } finally {
      Deno.FsFile.prototype.tryLock = tryLock;
    }
    await theirs.seek(0, Deno.SeekMode.End);
    await theirs.write(new TextEncoder().encode(`second:1 ${testKeyText(1)}\n`));
    theirs.close();
    await adding;
    assert.deepEqual(keystore.hostKeys("work").map((key) => key.host), [
      "first",
      "second",
      "third",
    ]);
  });
});

Deno.test("private keys that others can read, and directories that they can write, give warnings", async () => {
  await withStore(async (keystore) => {
    const { root } = keystore;
    const reopen = async () => {
      const warnings: KeystoreWarning[] = [];
      await Keystore.open(root, { onWarning: (it) => warnings.push(it) });
      return warnings.map(({ path, code }) => [path.slice(root.length), code]);
    };
    Deno.chmodSync(`${root}/hostkeys/default`, 0o644);
    assert.deepEqual(await reopen(), []);
    Deno.chmodSync(root, 0o755);
    Deno.chmodSync(`${root}/hostkeys`, 0o755);
    assert.deepEqual(await reopen(), [["/hostkeys/default", "permissions-too-open"]]);
    Deno.chmodSync(`${root}/accepted`, 0o770);
    Deno.chmodSync(`${root}/hostkeys/default`, 0o600);
    assert.deepEqual(await reopen(), [["/accepted", "permissions-too-open"]]);
  });
});

Deno.test({
  name: "root is warned in the keystore of another user",
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  fn: async () => {
    await withStore(async ({ root }) => {
      const warnings: KeystoreWarning[] = [];
      const reopen = () => Keystore.open(root, { onWarning: (it) => warnings.push(it) });
      await reopen();
      assert.deepEqual(warnings, []);
      Deno.chownSync(root, 1, 1);
      await reopen();
      assert.deepEqual(warnings.map(({ path, code }) => [path, code]), [[
        root,
        "foreign-keystore",
      ]]);
    });
  },
});

Deno.test("signing keys are checked as private keys, each directory by itself", async () => {
  await withStore(async (keystore) => {
    const { root } = keystore;
    Deno.writeTextFileSync(`${root}/signing/me`, "x", { mode: 0o600 });
    for (const path of [root, `${root}/signing`]) Deno.chmodSync(path, 0o755);
    for (const path of [`${root}/signing/me`, `${root}/hostkeys/default`]) {
      Deno.chmodSync(path, 0o640);
    }
    const warnings: KeystoreWarning[] = [];
    await Keystore.open(root, { onWarning: (it) => warnings.push(it) });
    assert.deepEqual(warnings.map(({ path }) => path), [`${root}/signing/me`]);
    assert.match(
      warnings[0]!.message,
      /mode 0640: others can read a private key; run chmod go-rwx/,
    );
  });
});

Deno.test("a byte order mark is not part of the first name", async () => {
  await withStore((keystore, warnings) => {
    const { root } = keystore;
    writeAccepted(root, "windows", `\ufeffdemo ${testKeyText(1)}\r\n`);
    const host = `${root}/hostkeys/work`;
    Deno.writeTextFileSync(host, `\ufeffhost.example:7000 ${testKeyText(2)}\r\n`, { mode: 0o600 });
    assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
    assert.equal(keystore.hostKey("work")!.host, "host.example");
    assert.deepEqual(warnings, []);
  });
});

Deno.test("a file with a byte order mark is extended without it", async () => {
  await withStore(async (keystore) => {
    writeAccepted(keystore.root, "windows", `\ufeffdemo ${testKeyText(1)}\r\n`);
    await keystore.add(["other"], testKey(1));
    const text = Deno.readTextFileSync(`${keystore.root}/accepted/windows`);
    assert.equal(text, `demo,other ${testKeyText(1)}\n`);
  });
});

const USELESS: readonly [word: string, message: RegExp | undefined][] = [
  ['"demo"', /^no listener can have the name "\\"demo\\"": it has the character "\\""/],
  ["demo;other", /^no listener can have the name "demo;other": it has the character ";"/],
  ["demo,my-desk", /the name "my-desk": it has the character "-"/],
  ["x".repeat(31), /has 31 characters; at most 30 are allowed/],
  ["\ufeff\ufeffdemo", /it has the character "\ufeff"/],
  ["demo,*", /^"\*" beside other names does not stand for every name$/],
  ["demo,Other_9", undefined],
  ["outbound,outbound-my-desk", undefined],
  ["*", undefined],
  [",demo,", undefined],
];

for (const [word, message] of USELESS) {
  Deno.test(`a name that no listener can have gives a warning with file and line: ${word}`, async () => {
    await withStore((keystore, warnings) => {
      writeAccepted(keystore.root, "friend", `# a friend\n${word} ${testKeyText(1)}\n`);
      keystore.refresh();
      const expected = message === undefined ? [] : [
        [`${keystore.root}/accepted/friend`, 2, "bad-tag"],
      ];
      assert.deepEqual(warnings.map(({ path, line, code }) => [path, line, code]), expected);
      if (message !== undefined) assert.match(warnings[0]!.message, message);
      assert.equal(keystore.list().length, 1, "the key is kept for its other names");
    });
  });
}

Deno.test("no change of fifty concurrent writers is lost", async () => {
  await withStore(async (keystore) => {
    const others = await Promise.all(Array.from({ length: 4 }, () => Keystore.open(keystore.root)));
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => others[i % 4]!.add(["demo"], testKey(i % 25))),
    );
    assert.equal(keystore.countFor("demo"), 25);
    assert.equal(listFiles(`${keystore.root}/accepted`).length, 25);
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => others[i % 4]!.add([`tag${i}`], testKey(99))),
    );
    const [entry, ...more] = keystore.list().filter((it) => it.publicKey[0] === 99);
    assert.equal(entry!.tags.length, 20);
    assert.deepEqual(more, []);
  });
});

Deno.test("refresh takes over a change of our own key that was made a moment ago", async () => {
  await withStore((keystore) => {
    using _clock = new FakeClock();
    const { now } = Date;
    // The times of the file can be relied on.
    Date.now = () => now() + 3_600_000;
    try {
      const before = keystore.identity();
      Deno.writeTextFileSync(`${keystore.root}/hostkeys/default`, "127.0.0.1 rubbish\n");
      assert.deepEqual(keystore.identity(), before);
      keystore.refresh();
      assert.throws(() => keystore.identity(), { code: "bad-line" });
    } finally {
      Date.now = now;
    }
  });
});
