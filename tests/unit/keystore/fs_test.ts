import assert from "node:assert/strict";
import { appendLine, createFile, replaceFile, TEMPORARY_PREFIX } from "../../../keystore/fs.ts";
import { StoreLock } from "../../../keystore/lock.ts";
import { Keystore } from "../../../keystore/mod.ts";
import { testKey, testKeyText, withDirectory, withStore, writeAccepted } from "./helpers.ts";

const names = (path: string) => [...Deno.readDirSync(path)].map((entry) => entry.name).sort();

Deno.test("a new file never takes the place of another one", async () => {
  await withDirectory(async (directory) => {
    assert.equal(await createFile(directory, `${directory}/a`, "one"), true);
    assert.equal(await createFile(directory, `${directory}/a`, "two"), false);
    assert.equal(Deno.readTextFileSync(`${directory}/a`), "one");
    assert.deepEqual(names(directory), ["a"]);
    assert.equal(Deno.statSync(`${directory}/a`).mode! & 0o777, 0o600);
  });
});

Deno.test("where there are no hard links, a new file still never takes the place of another", async () => {
  await withDirectory(async (directory) => {
    const link = Deno.link;
    Deno.link = () => Promise.reject(new Deno.errors.PermissionDenied("no links here"));
    try {
      assert.equal(await createFile(directory, `${directory}/a`, "one"), true);
      assert.equal(await createFile(directory, `${directory}/a`, "two"), false);
    } finally {
      Deno.link = link;
    }
    assert.equal(Deno.readTextFileSync(`${directory}/a`), "one");
    assert.deepEqual(names(directory), ["a"]);
  });
});

Deno.test("a write that fails leaves nothing behind and names the file", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/missing/a`;
    for (const write of [createFile, replaceFile]) {
      await assert.rejects(write(directory, path, "text"), {
        code: "keystore-unwritable",
        message: `cannot write ${path}: No such file or directory`,
      });
    }
    await assert.rejects(appendLine(path, "line\n"), { code: "keystore-unwritable" });
    assert.deepEqual(names(directory), []);
  });
});

Deno.test("a line that could not be written whole is taken back", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/a`;
    Deno.writeTextFileSync(path, "one\n");
    const sync = Deno.FsFile.prototype.sync;
    Deno.FsFile.prototype.sync = () => Promise.reject(new Error("No space left on device"));
    try {
      await assert.rejects(appendLine(path, "two\n"), /cannot write .*: No space left on device$/);
    } finally {
      Deno.FsFile.prototype.sync = sync;
    }
    assert.equal(Deno.readTextFileSync(path), "one\n");
  });
});

Deno.test("what a killed writer left is no key, and the next one who opens the store removes it", async () => {
  await withStore(async (keystore) => {
    const { root } = keystore;
    Deno.writeTextFileSync(`${root}/${TEMPORARY_PREFIX}one`, `demo ${testKeyText(1)}\n`);
    Deno.writeTextFileSync(`${root}/${TEMPORARY_PREFIX}two`, "");
    assert.equal(keystore.countFor("demo"), 0);
    await Keystore.open(root);
    assert.deepEqual(names(root).filter((name) => name.startsWith(TEMPORARY_PREFIX)), []);
  });
});

Deno.test("temporary files of a writer at work are not removed", async () => {
  await withStore(async (keystore) => {
    const { root } = keystore;
    const lock = new StoreLock(root);
    let opening: Promise<Keystore> | undefined;
    await lock.run(async () => {
      Deno.writeTextFileSync(`${root}/${TEMPORARY_PREFIX}one`, "");
      opening = Keystore.open(root);
      // Whatever the opener does without the lock is done by the time this write is through.
      await Deno.writeTextFile(`${root}/.other`, "x");
      assert.ok(names(root).includes(`${TEMPORARY_PREFIX}one`));
    });
    await opening;
    assert.ok(!names(root).includes(`${TEMPORARY_PREFIX}one`));
  });
});

Deno.test("a lock that another process keeps is an error that says so, after a bounded wait", async () => {
  await withDirectory(async (directory) => {
    using held = Deno.openSync(`${directory}/.lock`, { write: true, create: true });
    held.lockSync(true);
    const lock = new StoreLock(directory, 5);
    let ran = false;
    await assert.rejects(lock.run(() => void (ran = true)), {
      code: "keystore-unwritable",
      message: `another process has held ${directory}/.lock for 5 ms`,
    });
    assert.equal(ran, false);
    held.unlockSync();
    assert.equal(await lock.run(() => "free again"), "free again");
  });
});

Deno.test("an action that throws gives the lock back", async () => {
  await withDirectory(async (directory) => {
    const lock = new StoreLock(directory);
    await assert.rejects(lock.run(() => Promise.reject(new Error("oops"))), /oops/);
    assert.equal(await lock.run(() => 1), 1);
  });
});

Deno.test({
  name: "a store that cannot be written is read all the same, and a change says what is wrong",
  async fn() {
    await withStore(async ({ root }) => {
      writeAccepted(root, "laptop", `demo ${testKeyText(1)}\n`);
      Deno.writeTextFileSync(`${root}/${TEMPORARY_PREFIX}left`, "");
      // Modes do not stop root, so that the refusal is made here.
      const open = Deno.open;
      Deno.open = (path, options) =>
        options?.write
          ? Promise.reject(new Deno.errors.PermissionDenied("denied"))
          : open(path, options);
      try {
        const keystore = await Keystore.open(root);
        assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
        await assert.rejects(keystore.add(["demo"], testKey(2)), {
          code: "keystore-unwritable",
          message: `the keystore cannot be written: ${root}/.lock: denied`,
        });
        assert.equal((await Keystore.open(root)).countFor("demo"), 1);
      } finally {
        Deno.open = open;
      }
    });
  },
});
