import assert from "node:assert/strict";
import {
  createDirectory,
  createFile,
  ensureDirectory,
  isBeingWritten,
  putFile,
  removeLeftovers,
} from "../../../lib/handlers/new_file.ts";
import { LEFTOVER_AGE_MS } from "../../../lib/limits.ts";
import { writeAll } from "../../../lib/write_all.ts";
import { inDirectory, listFiles } from "../../support/directory.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Creates links to a file, to a directory, and to nothing. */
async function plantLinks(root: string): Promise<string[]> {
  await Deno.mkdir(`${root}/victim`);
  await Deno.writeTextFile(`${root}/victim/file`, "precious");
  const targets = ["victim/file", "victim", "victim/nothing"];
  const paths: string[] = [];
  for (const [at, target] of targets.entries()) {
    paths.push(`${root}/link${at}`);
    await Deno.symlink(`${root}/${target}`, `${root}/link${at}`);
  }
  return paths;
}

async function assertUnharmed(root: string): Promise<void> {
  assert.deepEqual(listFiles(`${root}/victim`), ["file"]);
  assert.equal(await Deno.readTextFile(`${root}/victim/file`), "precious");
}

Deno.test("new files and directories never follow a planted link", () =>
  inDirectory(async (root) => {
    for (const path of await plantLinks(root)) {
      await assert.rejects(createFile(path), Deno.errors.AlreadyExists);
      await assert.rejects(createDirectory(path), Deno.errors.AlreadyExists);
    }
    await assertUnharmed(root);
  }));

Deno.test("a file that appears as a whole replaces a planted link", () =>
  inDirectory(async (root) => {
    for (const path of await plantLinks(root)) {
      // The part of a file has a random name, so a link of a predictable name is not followed.
      await Deno.symlink(`${root}/victim/file`, `${path}.part`);
      await putFile(path, (file) => writeAll(file, bytes("new")));
      assert.equal((await Deno.lstat(path)).isSymlink, false);
      assert.equal(await Deno.readTextFile(path), "new");
      assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    }
    await assertUnharmed(root);
  }));

Deno.test("a file that cannot be completed leaves nothing behind", () =>
  inDirectory(async (root) => {
    await Deno.mkdir(`${root}/taken`);
    await assert.rejects(putFile(`${root}/taken`, (file) => writeAll(file, bytes("new"))));
    const failure = new Error("the disk is full");
    await assert.rejects(putFile(`${root}/file`, () => Promise.reject(failure)), failure);
    assert.deepEqual(listFiles(root), ["taken"]);
  }));

Deno.test("a missing directory is created with its parents", () =>
  inDirectory(async (root) => {
    assert.equal(await ensureDirectory(`${root}/a/b`), true);
    assert.equal(await ensureDirectory(`${root}/a/b`), false);
    await Deno.symlink(`${root}/a/b`, `${root}/chosen`);
    assert.equal(await ensureDirectory(`${root}/chosen`), false, "the user's own link is followed");
    await Deno.writeTextFile(`${root}/file`, "");
    await assert.rejects(ensureDirectory(`${root}/file`));
  }));

Deno.test({
  name: "a file counts as being written while a process has it open",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inDirectory(async (root) => {
      const file = await createFile(`${root}/file`);
      assert.equal(await isBeingWritten(`${root}/file`), true);
      file.close();
      assert.equal(await isBeingWritten(`${root}/file`), false);
      assert.equal(await isBeingWritten(`${root}/nothing`), false);
    }),
});

Deno.test({
  name: "only parts left by killed processes are removed",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inDirectory(async (root) => {
      const part = () => `.${crypto.randomUUID()}.part`;
      const age = async (name: string, ageMs = LEFTOVER_AGE_MS + 1000) => {
        const time = new Date(Date.now() - ageMs);
        await Deno.utime(`${root}/${name}`, time, time);
        return name;
      };
      const create = async (name: string, ageMs?: number) => {
        await Deno.writeTextFile(`${root}/${name}`, "");
        return await age(name, ageMs);
      };
      await create(`2.png${part()}`);
      await create(`3.png${part()}`);
      const open = `4.png${part()}`;
      using _file = await createFile(`${root}/${open}`);
      const link = `5.png${part()}`;
      await Deno.symlink(`${root}/2.png`, `${root}/${link}`);
      const kept = [
        await age(open),
        link,
        await create("2.png"),
        await create("2.png.part"),
        await create(`notes.png${part()}`),
        await create(`6.png${part()}`, 0),
      ];
      await removeLeftovers(root, /^\d+\.png$/);
      assert.deepEqual(listFiles(root), kept.sort());
      await removeLeftovers(`${root}/nowhere`, /^/);
    }),
});
