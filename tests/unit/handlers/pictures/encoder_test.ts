import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import { PNG } from "pngjs";
import type { PixelPicture } from "../../../../lib/handlers/pictures/picture.ts";
import { PictureEncoder } from "../../../../lib/handlers/pictures/encoder.ts";
import { encodePng } from "../../../../lib/handlers/pictures/png.ts";
import type { PictureAnswer, PictureRequest } from "../../../../lib/handlers/pictures/thread.ts";
import { PictureThread } from "../../../../lib/handlers/pictures/thread.ts";
import { PICTURE_TIMEOUT_MS } from "../../../../lib/limits.ts";
import { FakeTimers } from "../../../support/fake_timers.ts";
import { FakeWorker } from "../../../support/fake_worker.ts";
import { LARGE, largePixels } from "../../../support/large_picture.ts";

function large(bottomUp = false, rgba: Uint8Array = largePixels()): PixelPicture {
  return { kind: "pixels", ...LARGE, rgba, bottomUp };
}

/** Decodes a PNG file to R, G, B, A bytes. */
function read(file: Uint8Array | undefined): Uint8Array {
  const image = PNG.sync.read(Buffer.from(file!));
  assert.deepEqual([image.width, image.height], [LARGE.width, LARGE.height]);
  return new Uint8Array(image.data);
}

Deno.test("the worker encodes a large picture as the synchronous encoder does", async () => {
  const thread = new PictureThread();
  using encoder = new PictureEncoder(thread);
  const transparent = largePixels(3);
  // Only the last row shows that alpha must be stored.
  transparent[transparent.length - 1] = 0;
  for (const picture of [large(), large(true), large(false, transparent)]) {
    const file = await encoder.png(() => picture);
    assert.ok(thread.isRunning);
    assert.equal(Buffer.compare(read(file), read(encodePng(picture))), 0);
  }
  const rgb = largePixels().subarray(0, LARGE.width * LARGE.height * 4);
  assert.equal(Buffer.compare(inflateSync(await encoder.zlib(rgb)), rgb), 0);
});

Deno.test("the worker ends with its last user", async () => {
  const thread = new PictureThread();
  const [one, two] = [new PictureEncoder(thread), new PictureEncoder(thread)];
  await one.png(() => ({ ...large(), height: 2 }));
  assert.equal(thread.isRunning, false, "small pictures need no worker");
  await Promise.all([one.png(() => large()), two.png(() => large())]);
  one.close();
  assert.equal(thread.isRunning, true);
  two.close();
  assert.equal(thread.isRunning, false);
});

Deno.test("a picture that changes while it is read gives no file", async () => {
  using encoder = new PictureEncoder(new PictureThread());
  const picture = large();
  let looks = 0;
  assert.equal(await encoder.png(() => ++looks < 5 ? picture : undefined), undefined);
  assert.equal(looks, 5);
  assert.equal(Buffer.compare(read(await encoder.png(() => picture)), picture.rgba), 0);
});

Deno.test("a picture whose encoder is closed while it waits starts no worker", async () => {
  const thread = new PictureThread();
  const [one, two] = [new PictureEncoder(thread), new PictureEncoder(thread)];
  const first = one.png(() => large());
  const second = two.png(() => large());
  one.close();
  two.close();
  for (const file of await Promise.all([first, second])) assert.ok(file !== undefined);
  assert.equal(thread.isRunning, false);
});

const pure = { permissions: "none" } as const;

Deno.test("without a working worker pictures are encoded synchronously", pure, async () => {
  const broken: (() => FakeWorker<PictureRequest, PictureAnswer>)[] = [
    () => {
      throw new Deno.errors.NotCapable("read access");
    },
    () => {
      const worker = new FakeWorker<PictureRequest, PictureAnswer>();
      queueMicrotask(() => worker.fail("not found"));
      return worker;
    },
    () =>
      new FakeWorker<PictureRequest, PictureAnswer>(() => ({
        type: "failed",
        message: "no memory",
      })),
    () => new FakeWorker<PictureRequest, PictureAnswer>(() => ({ type: "begun" })),
  ];
  for (const start of broken) {
    const workers: FakeWorker<PictureRequest, PictureAnswer>[] = [];
    const thread = new PictureThread(() => {
      const worker = start();
      workers.push(worker);
      return worker;
    });
    using encoder = new PictureEncoder(thread);
    const picture = large();
    assert.equal(Buffer.compare(read(await encoder.png(() => picture)), picture.rgba), 0);
    encoder.close();
    assert.ok(workers.every(({ terminations }) => terminations === 1));
  }
});

Deno.test("a worker that does not answer is ended", pure, async () => {
  using timers = new FakeTimers();
  const worker = new FakeWorker<PictureRequest, PictureAnswer>();
  using encoder = new PictureEncoder(new PictureThread(() => worker));
  const picture = large();
  const file = encoder.png(() => picture);
  await Promise.resolve();
  timers.pass(PICTURE_TIMEOUT_MS - 1);
  await Promise.resolve();
  assert.equal(worker.terminations, 0);
  timers.pass(1);
  assert.equal(worker.terminations, 1);
  assert.equal(Buffer.compare(read(await file), picture.rgba), 0);
});
