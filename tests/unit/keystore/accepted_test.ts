import assert from "node:assert/strict";
import { AcceptedDirectory } from "../../../keystore/accepted.ts";
import type { KeystoreWarning } from "../../../keystore/format.ts";
import { KEYSTORE_LEAST_STALE_MS } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";
import { testKey, testKeyText, withStore, writeAccepted } from "../../support/keystore.ts";

const LONG_AGO = new Date("2020-01-01T00:00:00Z");

function makeAccepted(root: string): string {
  const directory = `${root}/accepted`;
  Deno.mkdirSync(directory);
  return directory;
}

Deno.test("the next query sees a file that was added, edited, renamed or removed", async () => {
  await withStore((keystore) => {
    const { root } = keystore;
    const accepted = () => keystore.accepts(testKey(1), "demo").accepted;
    assert.equal(accepted(), false);
    writeAccepted(root, "laptop", `demo ${testKeyText(1)}\n`);
    assert.equal(accepted(), true);
    // The same length, within the same tick of the file system's clock.
    writeAccepted(root, "laptop", `omed ${testKeyText(1)}\n`);
    assert.equal(accepted(), false);
    writeAccepted(root, "laptop", `demo ${testKeyText(1)}\n`);
    assert.equal(accepted(), true);
    Deno.renameSync(`${root}/accepted/laptop`, `${root}/accepted/renamed`);
    const answer = keystore.accepts(testKey(1), "demo");
    assert.ok(answer.accepted && answer.entry.file === "renamed");
    Deno.removeSync(`${root}/accepted/renamed`);
    assert.equal(accepted(), false);
  });
});

Deno.test("changes of an old file and of an old directory are seen after the least pause", async () => {
  await inDirectory((root) => {
    const directory = makeAccepted(root);
    const path = `${directory}/laptop`;
    let nowMs = 0;
    const later = () => Date.now() + 3_600_000;
    const accepted = new AcceptedDirectory(root, () => {}, () => nowMs, later);
    const knows = (i: number) => {
      accepted.refresh();
      return accepted.find(testKey(i)).length === 1;
    };
    Deno.writeTextFileSync(path, `demo ${testKeyText(1)}\n`);
    // Two changes in one tick of the kernel's clock have the same times.
    for (const changed of [path, directory]) Deno.utimeSync(changed, LONG_AGO, LONG_AGO);
    assert.ok(knows(1));
    Deno.writeTextFileSync(path, `demo ${testKeyText(2)}\n`);
    nowMs += KEYSTORE_LEAST_STALE_MS * 0.9;
    assert.ok(knows(1));
    nowMs += KEYSTORE_LEAST_STALE_MS * 0.2;
    assert.ok(knows(2) && !knows(1));
    // A key that is not known is looked for at once.
    Deno.writeTextFileSync(`${directory}/desk`, `demo ${testKeyText(3)}\n`);
    assert.ok(!knows(3));
    assert.equal(accepted.lookUp(testKey(3)).length, 1);
    Deno.removeSync(`${directory}/desk`);
    Deno.utimeSync(directory, LONG_AGO, LONG_AGO);
    nowMs += KEYSTORE_LEAST_STALE_MS;
    assert.ok(!knows(3));
    // A file that is gone changes the directory.
    Deno.removeSync(path);
    nowMs += KEYSTORE_LEAST_STALE_MS * 0.9;
    assert.ok(knows(2));
    nowMs += KEYSTORE_LEAST_STALE_MS * 0.2;
    assert.ok(!knows(2));
  });
});

Deno.test("a bad file warns once, when it is first seen, and the other files count", async () => {
  await withStore((keystore, warnings) => {
    writeAccepted(keystore.root, "bad", "demo AAAA\n");
    writeAccepted(keystore.root, "good", `demo ${testKeyText(1)}\n`);
    for (let i = 0; i < 3; i++) assert.equal(keystore.countFor("demo"), 1);
    assert.equal(warnings.length, 1);
    assert.equal(warnings[0]!.path, `${keystore.root}/accepted/bad`);
    assert.equal(warnings[0]!.line, 1);
    assert.deepEqual(keystore.warnings, warnings);
    writeAccepted(keystore.root, "bad", `demo ${testKeyText(2)}\n`);
    assert.equal(keystore.countFor("demo"), 2);
    assert.deepEqual(keystore.warnings, []);
  });
});

Deno.test("unreadable files give warnings; directories and empty files are skipped", async () => {
  await withStore(async (keystore, warnings) => {
    const accepted = `${keystore.root}/accepted`;
    Deno.mkdirSync(`${accepted}/directory`);
    writeAccepted(keystore.root, "empty", "");
    writeAccepted(keystore.root, "large", `# ${"x".repeat(70_000)}\ndemo ${testKeyText(2)}\n`);
    Deno.writeFileSync(`${accepted}/binary`, new Uint8Array(100).fill(0xff));
    Deno.symlinkSync("nowhere", `${accepted}/link`);
    const made = await new Deno.Command("mkfifo", { args: [`${accepted}/pipe`] }).output();
    assert.ok(made.success);
    writeAccepted(keystore.root, "good", `demo ${testKeyText(1)}\n`);
    assert.equal(keystore.countFor("demo"), 1);
    const seen = warnings.map(({ path, code, message }) => [
      path.slice(accepted.length + 1),
      code,
      message.replace(path, "PATH"),
    ]);
    assert.deepEqual(seen, [
      ["binary", "bad-line", "the line has one word, not two"],
      ["large", "keystore-unreadable", "cannot read PATH: it has 70053 bytes, more than 65536"],
      ["link", "keystore-unreadable", "cannot read PATH: No such file or directory"],
      ["pipe", "keystore-unreadable", "cannot read PATH: it is not a file"],
    ]);
  });
});

Deno.test("a link to a key file counts", async () => {
  await withStore((keystore) => {
    Deno.writeTextFileSync(`${keystore.root}/elsewhere`, `demo ${testKeyText(1)}\n`);
    Deno.symlinkSync("../elsewhere", `${keystore.root}/accepted/link`);
    assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
  });
});

Deno.test("without the directory no key is accepted, until the directory is back", async () => {
  await withStore((keystore, warnings) => {
    const accepted = `${keystore.root}/accepted`;
    writeAccepted(keystore.root, "good", `demo ${testKeyText(1)}\n`);
    assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
    Deno.renameSync(accepted, `${accepted}-away`);
    for (let i = 0; i < 2; i++) assert.equal(keystore.accepts(testKey(1), "demo").accepted, false);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!.message, /no key is accepted, as .*accepted cannot be read/);
    Deno.renameSync(`${accepted}-away`, accepted);
    assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
    assert.deepEqual(keystore.warnings, []);
  });
});

for (const [files, pauseMs] of [[17, 0.85], [1_000, 50], [1_001, 50.05]] as const) {
  Deno.test(`with ${files} files, the directory is checked at once and the files after a pause`, async () => {
    await inDirectory((root) => {
      const directory = makeAccepted(root);
      let nowMs = 0;
      const line = (i: number) => `demo ${testKeyText(i)}\n`;
      for (let i = 0; i < files; i++) Deno.writeTextFileSync(`${directory}/${i}`, line(i));
      Deno.utimeSync(directory, LONG_AGO, LONG_AGO);
      const warnings: KeystoreWarning[] = [];
      const accepted = new AcceptedDirectory(root, (it) => warnings.push(it), () => nowMs);
      const knows = (i: number) => {
        accepted.refresh();
        return accepted.find(testKey(i)).length === 1;
      };
      assert.equal(knows(0), true);
      Deno.writeTextFileSync(`${directory}/0`, line(5000));
      nowMs += pauseMs * 0.9;
      assert.equal(knows(5000), false);
      Deno.writeTextFileSync(`${directory}/new`, line(6000));
      assert.equal(knows(6000), true);
      Deno.removeSync(`${directory}/new`);
      Deno.utimeSync(directory, new Date(1), new Date(1));
      assert.equal(knows(6000), false);
      Deno.writeTextFileSync(`${directory}/0`, line(7000));
      nowMs += pauseMs * 0.9;
      assert.equal(knows(7000), false);
      nowMs += pauseMs * 0.2;
      assert.equal(knows(7000), true);
      assert.deepEqual(warnings, []);
    });
  });
}

Deno.test("changes of files that are old enough to trust their times are seen", async () => {
  await inDirectory((root) => {
    const directory = makeAccepted(root);
    let date = 1;
    const change = (action: () => void) => {
      action();
      // The clock of the file system may not have ticked since the change before.
      Deno.utimeSync(directory, date, date++);
    };
    const later = () => Date.now() + 3_600_000;
    let nowMs = 0;
    const accepted = new AcceptedDirectory(root, () => {}, () => nowMs, later);
    const files = () => {
      nowMs += KEYSTORE_LEAST_STALE_MS;
      accepted.refresh();
      return accepted.entries.map(({ file }) => file);
    };
    const line = `demo ${testKeyText(1)}\n`;
    change(() => Deno.writeTextFileSync(`${directory}/a`, line));
    for (let i = 0; i < 2; i++) assert.deepEqual(files(), ["a"]);
    change(() => Deno.writeTextFileSync(`${directory}/b`, line));
    for (let i = 0; i < 2; i++) assert.deepEqual(files(), ["a", "b"]);
    Deno.writeTextFileSync(`${directory}/a`, "# removed\n");
    for (let i = 0; i < 2; i++) assert.deepEqual(files(), ["b"]);
    change(() => Deno.renameSync(`${directory}/b`, `${directory}/c`));
    assert.deepEqual(files(), ["c"]);
    change(() => Deno.removeSync(`${directory}/c`));
    assert.deepEqual(files(), []);
  });
});

Deno.test("what cannot be read for want of a file descriptor is read at the next query", async () => {
  await inDirectory((root) => {
    const directory = makeAccepted(root);
    const warnings: KeystoreWarning[] = [];
    const later = () => Date.now() + 3_600_000;
    Deno.writeTextFileSync(`${directory}/a`, `demo ${testKeyText(1)}\n`);
    const { readDirSync, readFileSync } = Deno;
    for (const name of ["readDirSync", "readFileSync"] as const) {
      const accepted = new AcceptedDirectory(
        root,
        (it) => warnings.push(it),
        undefined,
        later,
      );
      Object.assign(Deno, {
        [name]: () => {
          throw new Error("Too many open files (os error 24)");
        },
      });
      try {
        for (let i = 0; i < 2; i++) accepted.refresh();
      } finally {
        Object.assign(Deno, { readDirSync, readFileSync });
      }
      assert.deepEqual(accepted.entries, []);
      assert.equal(warnings.splice(0).length, 1);
      accepted.refresh();
      assert.deepEqual(accepted.entries.map(({ file }) => file), ["a"]);
      assert.deepEqual(accepted.warnings, []);
    }
  });
});

Deno.test("a key in two files has the tags of both and counts once", async () => {
  await withStore((keystore) => {
    writeAccepted(keystore.root, "b", `beta ${testKeyText(1)}\n`);
    writeAccepted(keystore.root, "a", `alpha ${testKeyText(1)}\n`);
    for (const name of ["alpha", "beta"]) {
      assert.equal(keystore.accepts(testKey(1), name).accepted, true);
    }
    assert.deepEqual(keystore.accepts(testKey(1), "gamma"), {
      accepted: false,
      code: "key-not-for-name",
      comment: undefined,
    });
    assert.deepEqual(keystore.accepts(testKey(2), "alpha"), {
      accepted: false,
      code: "unknown-key",
    });
    assert.equal(keystore.countFor(undefined), 1);
    assert.deepEqual(keystore.list().map((entry) => entry.file), ["a", "b"]);
    assert.deepEqual(keystore.list("beta").map((entry) => entry.file), ["b"]);
  });
});
