// Recorded pictures that are compressed in the worker.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { Recorder, type RecorderOptions } from "../../../../lib/handlers/record/recorder.ts";
import { RECORD_CPU_SHARE } from "../../../../lib/limits.ts";
import { silentLogger } from "../../../../lib/log.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { FakeClient } from "../../../support/fake_client.ts";
import { FakeFiles } from "../../../support/fake_files.ts";
import { FakeTimers } from "../../../support/fake_timers.ts";
import { LARGE, largePixels } from "../../../support/large_picture.ts";

const { width, height } = LARGE;

function start(options: Partial<RecorderOptions>) {
  const files = new FakeFiles();
  const recorder = new Recorder({ directory: "/rec", log: silentLogger, files, ...options });
  const client = new FakeClient(2);
  client.source.targetUpdatehandler(recorder.observer);
  client.source.targetVerbose();
  const draw = (seed: number) => client.showPixels(width, height, largePixels(seed));
  return { files, client, draw };
}

/** The seeds of the pictures in order; each picture must be complete. */
function seeds(files: FakeFiles): number[] {
  const names = [...files.content.keys()].filter((name) => name.endsWith(".png")).sort();
  return names.map((name) => {
    const { data } = PNG.sync.read(Buffer.from(files.content.get(name)!, "latin1"));
    const seed = data[2]!;
    assert.equal(Buffer.compare(data, largePixels(seed)), 0, name);
    return seed;
  });
}

Deno.test("a client waits while its large picture is encoded", async () => {
  const { files, client, draw } = start({ maxFps: 1e6 });
  const taken = draw(1);
  assert.ok(taken instanceof Promise);
  await taken;
  await client.end();
  assert.deepEqual(seeds(files), [1]);
});

Deno.test("the last large picture is recorded, and none that was never shown", async () => {
  const { files, client, draw } = start({ maxFps: 0.001 });
  await draw(1);
  for (const seed of [2, 3]) assert.equal(draw(seed), undefined, "not due yet");
  client.drawUnseen(width, height, largePixels(9));
  await client.end();
  assert.deepEqual(seeds(files), [1, 3]);
});

Deno.test("a large picture that changes while it is read is replaced by the next one", async () => {
  const { files, client, draw } = start({ maxFps: 1e6 });
  const first = draw(1);
  const second = draw(2);
  await Promise.all([first, second]);
  await client.end();
  assert.deepEqual(seeds(files), [2]);
});

Deno.test("a recording that is too old ends with its last picture", async () => {
  using clock = new FakeClock();
  const { files, client, draw } = start({ maxFps: 0.001, maxSeconds: 60 });
  await draw(1);
  await draw(2);
  clock.nowMs += 61_000;
  await client.tell({ kind: "ident", frame: 0, message: "late" });
  await draw(3);
  await client.end();
  assert.deepEqual(seeds(files), [1, 2]);
});

Deno.test("encoding takes no more than its share of the time", async () => {
  using clock = new FakeClock();
  using timers = new FakeTimers();
  const { files, client, draw } = start({ maxFps: 1e6 });
  const first = draw(1);
  const costMs = 100;
  clock.nowMs += costMs;
  await first;
  assert.equal(draw(2), undefined, "not due yet");
  const pauseMs = costMs / RECORD_CPU_SHARE - costMs;
  clock.nowMs += pauseMs;
  timers.pass(pauseMs - 1);
  assert.equal(timers.size, 1, "not due yet");
  timers.pass(1);
  assert.equal(timers.size, 0, "due");
  await client.end();
  assert.deepEqual(seeds(files), [1, 2]);
  assert.equal(timers.size, 0);
});
