import assert from "node:assert/strict";
import {
  appendLine,
  createFile,
  replaceFile,
  settledStamp,
  stampOf,
  StoreLock,
  TEMPORARY_PREFIX,
} from "../../../keystore/fs.ts";
import { Keystore } from "../../../keystore/mod.ts";
import { inDirectory, listFiles } from "../../support/directory.ts";
import { testKey, testKeyText, withStore, writeAccepted } from "../../support/keystore.ts";

Deno.test("createFile never replaces a file", async () => {
  await inDirectory(async (directory) => {
    assert.equal(await createFile(directory, `${directory}/a`, "one"), true);
    assert.equal(await createFile(directory, `${directory}/a`, "two"), false);
    assert.equal(Deno.readTextFileSync(`${directory}/a`), "one");
    assert.deepEqual(listFiles(directory), ["a"]);
    assert.equal(Deno.statSync(`${directory}/a`).mode! & 0o777, 0o600);
  });
});

Deno.test("without hard links, createFile never replaces a file either", async () => {
  await inDirectory(async (directory) => {
    const link = Deno.link;
    Deno.link = () => Promise.reject(new Deno.errors.PermissionDenied("no links here"));
    try {
      assert.equal(await createFile(directory, `${directory}/a`, "one"), true);
      assert.equal(await createFile(directory, `${directory}/a`, "two"), false);
    } finally {
      Deno.link = link;
    }
    assert.equal(Deno.readTextFileSync(`${directory}/a`), "one");
    assert.deepEqual(listFiles(directory), ["a"]);
  });
});

Deno.test("the times of a file are trusted when they are older than the steps of their clock", () => {
  const isSettled = (mtimeMs: number, ctimeMs: number, nowMs: number) => {
    const info = {
      ...Deno.statSync("."),
      mtime: new Date(mtimeMs),
      ctime: new Date(ctimeMs),
    };
    const stamp = settledStamp(info, nowMs);
    assert.ok(stamp === undefined || stamp === stampOf(info));
    return stamp !== undefined;
  };
  // Whole seconds may be of FAT, with steps of two seconds.
  assert.equal(isSettled(10_000, 10_000, 12_000), false);
  assert.equal(isSettled(10_000, 10_000, 12_001), true);
  assert.equal(isSettled(10_250, 10_250, 10_350), false);
  assert.equal(isSettled(10_250, 10_250, 10_351), true);
  assert.equal(isSettled(10_250, 11_000, 11_100), false, "renamed or given rights later");
  assert.equal(isSettled(10_250, 11_000, 11_101), true);
});

Deno.test("a failed write leaves nothing behind, and the error names the file", async () => {
  await inDirectory(async (directory) => {
    const path = `${directory}/missing/a`;
    for (const write of [createFile, replaceFile]) {
      await assert.rejects(write(directory, path, "text"), {
        code: "keystore-unwritable",
        message: `cannot write ${path}: No such file or directory`,
      });
    }
    await assert.rejects(appendLine(path, "line\n"), { code: "keystore-unwritable" });
    assert.deepEqual(listFiles(directory), []);
  });
});

Deno.test("a line that cannot be written whole is removed again", async () => {
  await inDirectory(async (directory) => {
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

Deno.test("a temporary file of a killed writer is not a key, and opening the store removes it", async () => {
  await withStore(async (keystore) => {
    const { root } = keystore;
    Deno.writeTextFileSync(`${root}/${TEMPORARY_PREFIX}one`, `demo ${testKeyText(1)}\n`);
    Deno.writeTextFileSync(`${root}/${TEMPORARY_PREFIX}two`, "");
    assert.equal(keystore.countFor("demo"), 0);
    await Keystore.open(root);
    assert.deepEqual(listFiles(root).filter((name) => name.startsWith(TEMPORARY_PREFIX)), []);
  });
});

Deno.test("opening the store leaves the temporary file of a writer at work", async () => {
  await withStore(async (keystore) => {
    const { root } = keystore;
    const lock = new StoreLock(root);
    let opening: Promise<Keystore> | undefined;
    await lock.run(async () => {
      Deno.writeTextFileSync(`${root}/${TEMPORARY_PREFIX}one`, "");
      opening = Keystore.open(root);
      // Everything that opening does without the lock is done when this write has finished.
      await Deno.writeTextFile(`${root}/.other`, "x");
      assert.ok(listFiles(root).includes(`${TEMPORARY_PREFIX}one`));
    });
    await opening;
    assert.ok(!listFiles(root).includes(`${TEMPORARY_PREFIX}one`));
  });
});

Deno.test("waiting for the lock of another process ends with an error", async () => {
  await inDirectory(async (directory) => {
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

Deno.test("an action that throws releases the lock", async () => {
  await inDirectory(async (directory) => {
    const lock = new StoreLock(directory);
    await assert.rejects(lock.run(() => Promise.reject(new Error("oops"))), /oops/);
    assert.equal(await lock.run(() => 1), 1);
  });
});

Deno.test({
  name: "a store that cannot be written can be read, and a change reports the reason",
  async fn() {
    await withStore(async ({ root }) => {
      writeAccepted(root, "laptop", `demo ${testKeyText(1)}\n`);
      Deno.writeTextFileSync(`${root}/${TEMPORARY_PREFIX}left`, "");
      // Modes do not stop root, so the test refuses writes itself.
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
