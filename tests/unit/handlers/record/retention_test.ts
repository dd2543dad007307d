import assert from "node:assert/strict";
import { Retention, type RetentionOptions } from "../../../../lib/handlers/record/retention.ts";
import { createFile } from "../../../../lib/handlers/new_file.ts";
import {
  RECORD_KEEP_GAP_MS,
  RECORD_KEEP_LINES,
  RECORD_KEEP_TIME_SHARE,
} from "../../../../lib/limits.ts";
import { writeAll } from "../../../../lib/write_all.ts";
import type { Source } from "../../../../lib/segment/source.ts";
import type { Status } from "../../../../lib/segment/status.ts";
import { inDirectory, listFiles } from "../../../support/directory.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { FakeTimers } from "../../../support/fake_timers.ts";
import { LogBook } from "../../../support/log_book.ts";

const HOUR_MS = 3_600_000;
const KEY = "3f2a-91bc-07de-55aa-c1d2";

async function write(path: string, size: number, ageMs: number): Promise<void> {
  using file = await createFile(path);
  await writeAll(file, new Uint8Array(size));
  await file.utime(new Date(Date.now() - ageMs), new Date(Date.now() - ageMs));
}

/** The number of a recording or picture, from its name. */
function numberOf(name: string): number {
  return Number(/^(?:\d{8}T\d{6}Z-)?(\d+)/.exec(name)![1]);
}

/** Writes a recording of 100 bytes. @returns Its folder. */
async function addRecording(root: string, number: number, ageMs: number): Promise<string> {
  const folder = `${root}/20260101T000000Z-${number}-${KEY}`;
  await Deno.mkdir(`${folder}/3`, { recursive: true });
  const sizes = { "client.json": 10, "events.jsonl": 20, "2.cast": 30, "3/index.jsonl": 5 };
  for (const [name, size] of Object.entries({ ...sizes, "3/000001.png": 35 })) {
    await write(`${folder}/${name}`, size, ageMs);
  }
  return folder;
}

/** Searches twice: at the start and at the end. */
async function tidy(root: string, bounds: Partial<RetentionOptions>): Promise<LogBook> {
  const log = new LogBook();
  const directories = { recordings: root, snapshots: root };
  await new Retention({ directories, log, ...bounds }).close();
  return log;
}

/** Deletions in order: event, number, reason. */
function deleted(log: LogBook): [string, number, unknown][] {
  return log.lines.map(({ event, fields: { path, reason } }) => [
    event,
    numberOf(String(path).split("/").at(-1)!),
    reason,
  ]);
}

function onUnix(name: string, fn: (root: string) => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os === "windows", fn: () => inDirectory(fn) });
}

onUnix(
  "the oldest recordings and pictures are deleted until the rest has its size",
  async (root) => {
    for (const number of [2, 3, 4]) await addRecording(root, number, (10 - number) * HOUR_MS);
    await write(`${root}/5.png`, 100, 6.5 * HOUR_MS);
    const log = await tidy(root, { maxBytes: 200 });
    assert.deepEqual(
      deleted(log),
      [
        ["recording-deleted", 2, "max-bytes"],
        ["recording-deleted", 3, "max-bytes"],
      ],
    );
    assert.deepEqual(listFiles(root).map(numberOf).sort(), [4, 5]);
  },
);

onUnix("recordings and pictures beyond the age are deleted, whatever their size", async (root) => {
  await addRecording(root, 2, 3 * HOUR_MS);
  await addRecording(root, 3, HOUR_MS);
  await write(`${root}/4.txt`, 1, 4 * HOUR_MS);
  const log = await tidy(root, { maxAgeMs: 2 * HOUR_MS });
  assert.deepEqual(deleted(log), [
    ["snapshot-deleted", 4, "max-age"],
    ["recording-deleted", 2, "max-age"],
  ]);
  assert.deepEqual(listFiles(root).map(numberOf), [3]);
});

onUnix("recordings that some process is writing count and stay", async (root) => {
  const live = await addRecording(root, 2, 9 * HOUR_MS);
  await addRecording(root, 3, HOUR_MS);
  await Deno.remove(`${live}/client.json`);
  const client = await createFile(`${live}/client.json`);
  await writeAll(client, new Uint8Array(10));
  await client.utime(0, 0);
  assert.deepEqual(deleted(await tidy(root, { maxBytes: 150, maxAgeMs: 2 * HOUR_MS })), [
    ["recording-deleted", 3, "max-bytes"],
  ]);
  // As when its process ended or was killed.
  client.close();
  assert.deepEqual(deleted(await tidy(root, { maxBytes: 150, maxAgeMs: 2 * HOUR_MS })), [
    ["recording-deleted", 2, "max-age"],
  ]);
});

onUnix("recordings of killed processes are deleted as well", async (root) => {
  const cut = await addRecording(root, 2, 3 * HOUR_MS);
  await write(`${cut}/3/000002.png.${crypto.randomUUID()}.part`, 5, 3 * HOUR_MS);
  const empty = `${root}/20260101T000000Z-3-${KEY}-2`;
  await Deno.mkdir(empty);
  await tidy(root, { maxBytes: 0 });
  assert.deepEqual(listFiles(root).map(numberOf), [3], "an empty folder may be about to be used");
  await Deno.utime(empty, 0, 0);
  assert.deepEqual(deleted(await tidy(root, { maxAgeMs: HOUR_MS })), [
    ["recording-deleted", 3, "max-age"],
  ]);
  assert.deepEqual(listFiles(root), []);
});

onUnix("foreign files are never deleted, and links not followed", async (root) => {
  await Deno.mkdir(`${root}/rec`);
  const [ours, linked] = [await addRecording(`${root}/rec`, 2, 0), await addRecording(root, 9, 0)];
  const names = [
    "notes.txt",
    "x-2.png",
    "2.jpg",
    "02_client.json",
    `20260101T000000Z-2-${KEY}x`,
    "20260101T000000Z-2",
  ];
  for (const name of names) await write(`${root}/rec/${name}`, 10, 0);
  // Pictures of other programs are mostly readable by all.
  await Deno.writeTextFile(`${root}/rec/7.png`, "holiday", { mode: 0o644 });
  await Deno.mkdir(`${root}/rec/8.png`);
  await Deno.symlink(linked, `${root}/rec/20260101T000000Z-5-${KEY}`);
  await Deno.symlink(`${linked}/2.cast`, `${root}/rec/6.png`);
  await Deno.symlink(`${linked}/3`, `${ours}/4`);
  await Deno.symlink(`${linked}/2.cast`, `${ours}/5.cast`);
  await write(`${ours}/3/mine.txt`, 10, 0);
  const before = listFiles(`${root}/rec`);

  const log = await tidy(`${root}/rec`, { maxBytes: 0 });
  assert.deepEqual(deleted(log), [["recording-deleted", 2, "max-bytes"]]);
  assert.deepEqual(listFiles(`${root}/rec`), before, "the folder has foreign files");
  assert.deepEqual(listFiles(ours), ["3", "4", "5.cast"]);
  assert.deepEqual(listFiles(`${ours}/3`), ["mine.txt"]);
  assert.equal(listFiles(linked).length, 4);
  assert.deepEqual(listFiles(`${linked}/3`), ["000001.png", "index.jsonl"]);
});

onUnix("recordings and pictures are searched only in their own directories", async (root) => {
  const directories = { recordings: `${root}/rec`, snapshots: `${root}/pictures` };
  for (const directory of Object.values(directories)) {
    await Deno.mkdir(directory);
    await addRecording(directory, 2, 0);
    await write(`${directory}/3.txt`, 1, 0);
  }
  await tidy(root, { maxBytes: 0, directories });
  assert.deepEqual(listFiles(directories.recordings).map(numberOf), [3]);
  assert.deepEqual(listFiles(directories.snapshots).map(numberOf), [2]);
  assert.equal(
    (await tidy(root, { directories: { recordings: "", snapshots: undefined } })).lines.length,
    0,
  );
});

onUnix("each deletion is logged, up to a limit a search", async (root) => {
  const count = RECORD_KEEP_LINES + 7;
  for (let number = 2; number < 2 + count; number++) {
    await write(`${root}/${number}.png`, 1, number * HOUR_MS);
  }
  const log = await tidy(root, { maxBytes: 0 });
  assert.equal(log.of("snapshot-deleted").length, RECORD_KEEP_LINES);
  assert.deepEqual(log.lines.at(-1)!.fields, { recordings_and_pictures: 7 });
  assert.deepEqual(listFiles(root), []);
});

onUnix("a failed deletion is logged once and tried again", async (root) => {
  await addRecording(root, 2, 0);
  const log = new LogBook();
  const remove = Deno.remove;
  let tries = 0;
  Deno.remove = () => {
    tries++;
    return Promise.reject(new Deno.errors.PermissionDenied("no"));
  };
  try {
    const directories = { recordings: root, snapshots: undefined };
    await new Retention({ directories, log, maxBytes: 0 }).close();
  } finally {
    Deno.remove = remove;
  }
  assert.equal(tries, 2);
  assert.deepEqual(log.lines.map(({ event, fields }) => [event, fields.detail]), [
    ["recording-not-deleted", "no"],
  ]);
});

onUnix(
  "it searches when a client comes or leaves and every minute, and pauses between searches",
  async (root) => {
    const nextTurn = setTimeout;
    using timers = new FakeTimers();
    const log = new LogBook();
    const deleted = () =>
      log.of("snapshot-deleted").map(({ fields: { path } }) =>
        numberOf(
          String(path).slice(root.length + 1),
        )
      );
    const directories = { recordings: root, snapshots: root };
    const retention = new Retention({ directories, log, maxBytes: 0 });
    const add = (number: number) => write(`${root}/${number}.png`, 1, 0);
    const tell = (kind: "frame" | "registered" | "terminated") =>
      void retention.observer({} as Source, { kind } as Status);
    const turns = async () => {
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => nextTurn(resolve));
    };
    /** In a pause there is a second timer besides the interval. */
    const pausing = async () => {
      while (timers.size < 2) await turns();
    };

    await pausing();
    await add(2);
    timers.pass(RECORD_KEEP_GAP_MS / 2);
    tell("frame");
    await turns();
    assert.deepEqual(deleted(), [], "frames start no search");
    tell("registered");
    await pausing();
    assert.deepEqual(deleted(), [2]);

    await add(3);
    tell("terminated");
    await turns();
    assert.deepEqual(deleted(), [2], "it pauses");
    timers.pass(RECORD_KEEP_GAP_MS / 2 - 1);
    await pausing();
    assert.deepEqual(deleted(), [2, 3]);

    await add(4);
    timers.pass(RECORD_KEEP_GAP_MS / 2);
    await pausing();
    assert.deepEqual(deleted(), [2, 3, 4], "a minute has passed");
    await retention.close();
    assert.equal(timers.size, 0);
  },
);

onUnix("searches take no more than their share of the time", async (root) => {
  const nextTurn = setTimeout;
  using clock = new FakeClock();
  using timers = new FakeTimers();
  const log = new LogBook();
  const retention = new Retention({
    directories: { recordings: undefined, snapshots: root },
    log,
    maxBytes: 0,
  });
  const tookMs = 10;
  clock.nowMs += tookMs;
  const turn = () => new Promise((resolve) => nextTurn(resolve));
  while (timers.size < 2) await turn();
  await write(`${root}/2.png`, 1, 0);
  retention.tidy();
  timers.pass(tookMs / RECORD_KEEP_TIME_SHARE - tookMs - 1);
  assert.equal(timers.size, 2, "it pauses");
  timers.pass(1);
  assert.equal(timers.size, 1);
  while (timers.size < 2) await turn();
  assert.equal(log.of("snapshot-deleted").length, 1);
  await retention.close();
});
