import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { CpuShare, Pace } from "../../../../lib/handlers/record/stills.ts";
import { folderName } from "../../../../lib/handlers/record/folder.ts";
import { Recorder, type RecorderOptions } from "../../../../lib/handlers/record/recorder.ts";
import type { LogFields } from "../../../../lib/log.ts";
import { AnsiScreen } from "../../../support/ansi_screen.ts";
import { playCast } from "../../../support/cast.ts";
import { FakeClient } from "../../../support/fake_client.ts";
import { FakeFiles } from "../../../support/fake_files.ts";
import { pure } from "../../../support/pure.ts";

const REGISTERED = {
  kind: "registered",
  frame: 0,
  segkind: "terminal",
  title: "../../etc/passwd\n",
  guid: "",
} as const;

function start(options: Partial<RecorderOptions> = {}, id = 2) {
  const files = new FakeFiles();
  const logged: [string, LogFields][] = [];
  const recorder = new Recorder({
    directory: "/rec",
    log: { log: (_, event, fields = {}) => void logged.push([event, fields]) },
    files,
    ...options,
  });
  const client = new FakeClient(id);
  client.source.targetUpdatehandler(recorder.observer);
  client.source.targetVerbose();
  const path = () => String(logged[0]![1].path);
  const read = (name: string) => files.content.get(`${path()}/${name}`);
  return { files, logged, client, path, read };
}

pure("text becomes an asciicast that plays, records become lines of JSON", async () => {
  const { client, read, logged, files } = start();
  client.title = REGISTERED.title;
  await client.tell(REGISTERED);
  await client.showText({ lines: [{ row: 0, cells: "hello " }, { row: 1, cells: "wörld " }] });
  await client.showText({ flags: 2, lines: [{ row: 0, column: 1, cells: "a" }] });
  await client.end();
  const screen = new AnsiScreen(1, 1);
  playCast(screen, read("2.cast")!);
  assert.deepEqual([screen.line(0), screen.line(1)], ["hallo ", "wörld "]);
  const events = read("events.jsonl")!.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(events.map(({ source, kind }) => [source, kind]), [
    [2, "registered"],
    [2, "terminated"],
  ]);
  assert.equal(events[0].title, REGISTERED.title);
  const { fingerprint, address, source } = JSON.parse(read("client.json")!);
  assert.deepEqual([fingerprint, address, source], ["0123-4567", "[::1]:1", 2]);
  assert.deepEqual(logged.map(([event]) => event), ["recording-started"]);
  assert.equal(files.openFiles, 0);
});

pure("pixels become pictures, the last one in any case", async () => {
  const { client, read, files } = start({ maxFps: 0.001 });
  const one = Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255);
  const two = Uint8Array.of(7, 7, 7, 255, 8, 8, 8, 255);
  await client.showPixels(2, 1, one);
  await client.showPixels(2, 1, Uint8Array.of(9, 9, 9, 255, 9, 9, 9, 255));
  await client.showPixels(2, 1, two);
  await client.end();
  const index = read("2/index.jsonl")!.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(
    index.map(({ file, width, height }) => [file, width, height]),
    [["000001.png", 2, 1], ["000002.png", 2, 1]],
  );
  assert(index[1].seconds >= index[0].seconds);
  const pixels = ["000001.png", "000002.png"].map((file) =>
    new Uint8Array(PNG.sync.read(Buffer.from(read(`2/${file}`)!, "latin1")).data)
  );
  assert.deepEqual(pixels, [one, two]);
  assert.equal(index[0].bytes, read("2/000001.png")!.length);
  assert.equal([...files.content.keys()].filter((name) => name.endsWith(".png")).length, 2);
});

pure("an unchanged picture is recorded once", async () => {
  const { client, read } = start({ maxFps: 1e6 });
  for (let i = 0; i < 3; i++) await client.showPixels(1, 1, Uint8Array.of(1, 2, 3, 255));
  await client.end();
  assert.equal(read("2/index.jsonl")!.split("\n").length, 2);
});

pure("a recording that is too large stops with one log line, the client goes on", async () => {
  const { client, logged, files } = start({ maxBytes: 500 });
  for (let i = 0; i < 20; i++) {
    await client.tell({ kind: "ident", frame: 0, message: `number ${i}` });
  }
  await client.end();
  const stopped = logged.filter(([event]) => event === "recording-stopped");
  assert.equal(stopped.length, 1);
  assert.equal(stopped[0]![1].reason, "max-bytes");
  assert.equal(stopped[0]![1].source, 2);
  const size = [...files.content.values()].reduce((sum, text) => sum + text.length, 0);
  assert(size > 300 && size <= 500, `${size} bytes`);
  for (const [name, text] of files.content) {
    if (!name.endsWith("/")) assert.equal(text.at(-1), "\n", name);
  }
});

pure("a recording that is too old stops", async () => {
  const { client, logged, read } = start({ maxSeconds: -1 });
  await client.tell(REGISTERED);
  await client.end();
  assert.deepEqual(logged.map(([event, { reason }]) => [event, reason]), [
    ["recording-started", undefined],
    ["recording-stopped", "max-seconds"],
  ]);
  assert.equal(read("events.jsonl"), undefined);
});

pure("a full disk stops the recording with one log line, the client goes on", async () => {
  const { client, logged, files } = start();
  files.fault = new Error("No space left on device (os error 28)");
  for (let i = 0; i < 3; i++) await client.tell(REGISTERED);
  await client.showText({ lines: [{ row: 0, cells: "x" }] });
  await client.end();
  assert.deepEqual(logged.map(([event, { reason, detail }]) => [event, reason, detail]), [
    ["recording-stopped", "write-failed", "No space left on device (os error 28)"],
  ]);
});

pure("the end of a client waits until all is on disk", async () => {
  const { client, files, read } = start();
  const gate = Promise.withResolvers<void>();
  files.gate = gate.promise;
  await client.tell(REGISTERED);
  let hasEnded = false;
  const ended = Promise.resolve(client.end()).then(() => hasEnded = true);
  await Promise.resolve();
  assert.equal(hasEnded, false);
  gate.resolve();
  await ended;
  assert.match(read("events.jsonl")!, /terminated/);
});

pure("a folder's name has no text of the client", () => {
  const started = new Date("2026-11-23T19:37:14.250Z");
  assert.equal(folderName(started, 12, "3f2a-91bc"), "20261123T193714Z-12-3f2a-91bc");
  assert.equal(folderName(started, 12, "../a/b"), "20261123T193714Z-12-ab");
});

pure("pictures keep to the frame rate and to the share of CPU time", () => {
  const cpu = new CpuShare(0.2);
  const [one, two] = [new Pace(cpu, 10), new Pace(cpu, 10)];
  assert.equal(one.waitMs(1000), 0);
  one.taken(1000, 1001);
  assert.equal(one.waitMs(1001), 99, "ten a second");
  assert.equal(two.waitMs(1001), 4, "the cost is a fifth of the time");
  two.taken(1005, 1105);
  assert.deepEqual([one.waitMs(1105), two.waitMs(1105)], [400, 400]);
  assert.deepEqual([one.waitMs(1505), two.waitMs(1505)], [0, 0]);
});
