/** Recordings in real directories, also in directories where other users may write. */

import assert from "node:assert/strict";
import { systemFiles } from "../../../../lib/handlers/record/files.ts";
import { FOLDER_NAME, folderName, makeFolder } from "../../../../lib/handlers/record/folder.ts";
import { Recorder } from "../../../../lib/handlers/record/recorder.ts";
import { RECORD_NAME_ATTEMPTS } from "../../../../lib/limits.ts";
import { silentLogger } from "../../../../lib/log.ts";
import { inDirectory, listFiles } from "../../../support/directory.ts";
import { FakeClient } from "../../../support/fake_client.ts";
import { FakeFiles } from "../../../support/fake_files.ts";
import { LogBook } from "../../../support/log_book.ts";

const PEER = {
  publicKey: "AAAA",
  fingerprint: "3f2a-91bc-07de-55aa-c1d2",
  address: "[::1]:1",
};
const IDENT = { kind: "ident", frame: 0, message: "here" } as const;

/** A client with a recorder of its own, as if in another process. */
function record(directory: string, log: LogBook, files = systemFiles): FakeClient {
  const client = new FakeClient(2, { ...PEER });
  const recorder = new Recorder({ directory, log, files, maxFps: 1e6 });
  client.source.targetUpdatehandler(recorder.observer);
  client.source.targetVerbose();
  return client;
}

Deno.test("recordings that begin in the same second in several processes are all kept", () =>
  inDirectory(async (directory) => {
    const log = new LogBook();
    const clients = Array.from({ length: 5 }, () => record(directory, log));
    await Promise.all(clients.map((client) => client.tell(IDENT)));
    await Promise.all(clients.map((client) => client.end()));
    const names = listFiles(directory);
    assert.equal(names.length, 5);
    for (const name of names) {
      assert.match(name, FOLDER_NAME);
      const events = await Deno.readTextFile(`${directory}/${name}/events.jsonl`);
      assert.match(events, /"ident".*\n.*"terminated".*\n$/);
    }
  }));

Deno.test("a recording takes another name when its own is taken, and follows no link", () =>
  inDirectory(async (directory) => {
    const name = folderName(new Date(), 2, PEER.fingerprint);
    await Deno.mkdir(`${directory}/victim`);
    await Deno.mkdir(`${directory}/${name}`);
    await Deno.writeTextFile(`${directory}/${name}-2`, "");
    await Deno.symlink(`${directory}/victim`, `${directory}/${name}-3`);
    await Deno.symlink(`${directory}/nowhere`, `${directory}/${name}-4`);
    const path = await makeFolder(systemFiles, directory, name, silentLogger);
    assert.equal(path, `${directory}/${name}-5`);
    assert.match(`${name}-5`, FOLDER_NAME);
    assert.deepEqual(listFiles(`${directory}/victim`), []);
  }));

Deno.test("the number of names tried for a recording is limited", async () => {
  const files = new FakeFiles();
  for (let number = 0; number <= RECORD_NAME_ATTEMPTS; number++) {
    files.content.set(`dir/x${number > 1 ? `-${number}` : ""}/`, "");
  }
  await assert.rejects(makeFolder(files, "dir", "x", silentLogger), Deno.errors.AlreadyExists);
  files.content.delete(`dir/x-${RECORD_NAME_ATTEMPTS}/`);
  assert.equal(
    await makeFolder(files, "dir", "x", silentLogger),
    `dir/x-${RECORD_NAME_ATTEMPTS}`,
  );
});

Deno.test("a missing directory is created again for the next recording, with one log line", () =>
  inDirectory(async (root) => {
    const directory = `${root}/recordings`;
    const log = new LogBook();
    for (let round = 0; round < 2; round++) {
      const client = record(directory, log);
      await client.tell(IDENT);
      await client.end();
      assert.equal(listFiles(directory).length, 1);
      if (round === 0) await Deno.remove(directory, { recursive: true });
    }
    const client = record(directory, log);
    await client.tell(IDENT);
    await client.end();
    assert.deepEqual(log.lines.map(({ event }) => event), [
      "directory-made",
      "recording-started",
      "directory-made",
      "recording-started",
      "recording-started",
    ]);
  }));

for (const replacement of ["link", "directory"]) {
  Deno.test(`a recording stops when a ${replacement} replaces its folder`, () =>
    inDirectory(async (root) => {
      await Deno.mkdir(`${root}/victim/2`, { recursive: true });
      const replace = async (folder: string) => {
        await Deno.rename(folder, `${folder}-moved`);
        if (replacement === "link") await Deno.symlink(`${root}/victim`, folder);
        else await Deno.rename(`${root}/victim`, folder);
      };
      const makeDirectory = async (path: string) => {
        await systemFiles.makeDirectory(path);
        // The folder is replaced after its directory of pictures was created.
        if (path.endsWith("/2")) await replace(path.slice(0, -2));
      };
      const log = new LogBook();
      const client = record(`${root}/recordings`, log, { ...systemFiles, makeDirectory });
      await client.showPixels(1, 1, Uint8Array.of(1, 2, 3, 255));
      await client.end();
      const { path, detail } = log.of("recording-stopped")[0]!.fields;
      assert.equal(detail, "the folder of the recording was replaced by another one");
      assert.deepEqual(listFiles(String(path)), ["2"]);
      assert.deepEqual(listFiles(`${path}/2`), []);
    }));
}
