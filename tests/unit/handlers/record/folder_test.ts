import assert from "node:assert/strict";
import { Folder } from "../../../../lib/handlers/record/folder.ts";
import { RECORD_QUEUE_BYTES } from "../../../../lib/limits.ts";
import { FakeFiles } from "../../../support/fake_files.ts";
import { pure } from "../../../support/pure.ts";

function open(maxBytes = 1000) {
  const files = new FakeFiles();
  const stops: [string, string][] = [];
  const make = async () => {
    await files.makeDirectory("dir");
    return "dir";
  };
  const folder = new Folder(files, make, {
    maxBytes,
    onStop: (reason, detail) => void stops.push([reason, detail]),
  });
  return { files, stops, folder };
}

pure("files are written in order, lines of one turn in one write", async () => {
  const { files, folder, stops } = open();
  folder.append("a", "1\n");
  folder.append("a", "2\n");
  folder.append("b", "x\n");
  folder.put("c.png", Uint8Array.of(65));
  folder.append("a", "3\n");
  await folder.close();
  assert.deepEqual([...files.content], [
    ["dir/", ""],
    ["dir/a", "1\n2\n3\n"],
    ["dir/b", "x\n"],
    ["dir/c.png", "A"],
  ]);
  assert.deepEqual([files.writes, files.openFiles, stops], [4, 0, []]);
});

pure("a folder stops at its size limit, with everything before it on disk", async () => {
  const { files, folder, stops } = open(5);
  folder.append("a", "1234\n");
  folder.append("a", "\n");
  folder.append("a", "x");
  await folder.close();
  assert.equal(files.content.get("dir/a"), "1234\n");
  assert.deepEqual(stops, [["max-bytes", "the limit is 5 bytes"]]);
  assert.equal(files.openFiles, 0);
});

pure("a failing write stops the folder once", async () => {
  const { files, folder, stops } = open();
  folder.append("a", "1\n");
  await files.gate;
  files.fault = new Error("No space left on device (os error 28)");
  folder.append("b", "2\n");
  await folder.close();
  folder.append("a", "3\n");
  folder.put("c", Uint8Array.of(1));
  await folder.close();
  assert.deepEqual(stops, [["write-failed", "No space left on device (os error 28)"]]);
  assert.deepEqual([folder.isStopped, folder.ready(), files.openFiles], [true, undefined, 0]);
});

pure("writers wait for a slow disk until it has caught up", async () => {
  const { files, folder } = open(1e9);
  const gate = Promise.withResolvers<void>();
  files.gate = gate.promise;
  folder.append("a", "x".repeat(RECORD_QUEUE_BYTES));
  assert.equal(folder.ready(), undefined);
  folder.append("b", "y");
  const ready = folder.ready();
  assert(ready instanceof Promise);
  gate.resolve();
  await ready;
  assert.equal(folder.ready(), undefined);
  await folder.close();
  assert.equal(files.content.get("dir/b"), "y");
});

pure("writers stop waiting when the disk fails", async () => {
  const { files, folder, stops } = open(1e9);
  const gate = Promise.withResolvers<void>();
  files.gate = gate.promise;
  folder.append("a", "x".repeat(RECORD_QUEUE_BYTES + 1));
  const ready = folder.ready();
  files.fault = new Error("gone");
  gate.resolve();
  await ready;
  await folder.close();
  assert.deepEqual(stops, [["write-failed", "gone"]]);
});
