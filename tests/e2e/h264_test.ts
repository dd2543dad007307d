/** H.264 that a real listener decodes in a real worker, from a real source. */

import assert from "node:assert/strict";
import { readPictureFormat } from "../../lib/decoders/h264/sps.ts";
import { yuv420ToRgba } from "../../lib/decoders/h264/yuv420.ts";
import { PictureEncoder } from "../../lib/source/picture_encoder.ts";
import type { VideoFrame } from "../../lib/source/frame.ts";
import { concat } from "../support/feed.ts";
import type { StreamFields } from "../support/h264.ts";
import { keyPicture, keyUnit, nal, pps, samePicture, sps, testPlanes } from "../support/h264.ts";
import { h264Frame, H264Listening } from "../support/h264_listening.ts";
import { Listening } from "../support/listening.ts";
import { SeededRandom } from "../support/random.ts";
import vectors from "../vectors/events/video-h264.json" with { type: "json" };

const SMALL = { widthBlocks: 3, heightBlocks: 2 } as const;
const START_CODE_BYTES = 4;
const DATA_HEAD_BYTES = 7;
const GOOD = frame(SMALL, keyUnit(SMALL, testPlanes(SMALL)));

function formatOf(stream: StreamFields) {
  return readPictureFormat(sps(stream).subarray(START_CODE_BYTES));
}

/** A frame of a stream with the size that it says. */
function frame(stream: StreamFields, payload: Uint8Array): VideoFrame {
  const { width, height } = formatOf(stream);
  return h264Frame(payload, width, height);
}

/** A frame of another format, in one colour. */
function plainFrame(value: number): VideoFrame {
  const rgba = new Uint8Array(48 * 32 * 4).fill(value);
  return new PictureEncoder().encode({ width: 48, height: 32, rgba });
}

/** A worker from a line of code. */
function workerOf(code: string): () => Worker {
  return () =>
    new Worker(`data:application/javascript,${encodeURIComponent(code)}`, {
      type: "module",
    });
}

Deno.test("a source is seen in H.264, in other formats and in other sizes", async () => {
  await using listening = new H264Listening();
  const source = await listening.connect();
  const planes = testPlanes(SMALL);
  // All under way at once: what comes behind a picture waits for it.
  void source.client.draw(frame(SMALL, keyUnit(SMALL, planes)));
  void source.client.draw(frame(SMALL, samePicture(SMALL, 1)));
  void source.client.draw(plainFrame(9));
  await source.draw(frame(SMALL, samePicture(SMALL, 2)));
  assert.deepEqual(listening.kinds.splice(0), [
    "resized 48x32",
    "frame",
    "frame",
    "frame",
    "frame",
  ]);
  const { surface } = listening.clients[0]!;
  assert.deepEqual(surface.rgba(), yuv420ToRgba(planes, formatOf(SMALL)));

  const cropped = { widthBlocks: 4, heightBlocks: 3, crop: [1, 2, 3, 4] } as const;
  const others = testPlanes(cropped, 2);
  await source.draw(frame(cropped, keyUnit(cropped, others)));
  assert.deepEqual(surface.rgba(), yuv420ToRgba(others, formatOf(cropped)));
  await source.draw(plainFrame(9));
  assert.equal(surface.rgba()![0], 9);
  await source.draw(GOOD);
  assert.deepEqual(surface.rgba(), yuv420ToRgba(planes, formatOf(SMALL)));
  assert.deepEqual(listening.kinds, [
    "resized 58x34",
    "frame",
    "resized 48x32",
    "frame",
    "frame",
  ]);
  assert.deepEqual([source.cancels, listening.refusals], [0, []]);

  assert.equal(listening.decoders.size, 1);
  await source.close();
  await listening.until(() => listening.log.of("client-left").length === 1, "client-left");
  assert.equal(listening.decoders.size, 0);
});

Deno.test("a source that sends parameters, delimiters and pictures apart is seen", async () => {
  await using listening = new H264Listening();
  const source = await listening.connect();
  const planes = testPlanes(SMALL);
  const delimiter = nal(9, Uint8Array.of(0xf0));
  const information = nal(6, Uint8Array.of(5, 1, 7, 0x80));
  for (const part of [delimiter, sps(SMALL), pps(), information]) {
    void source.client.draw(frame(SMALL, part));
  }
  await source.draw(frame(SMALL, keyPicture(SMALL, planes)));
  const { surface } = listening.clients[0]!;
  assert.deepEqual(surface.rgba(), yuv420ToRgba(planes, formatOf(SMALL)));
  void source.client.draw(frame(SMALL, delimiter));
  await source.draw(frame(SMALL, samePicture(SMALL, 1)));
  assert.deepEqual(listening.kinds, ["resized 48x32", "frame", "frame"]);
  assert.deepEqual([source.cancels, listening.refusals], [0, []]);
});

Deno.test("what the reference encoded is seen as the reference shows it", async () => {
  await using listening = new H264Listening();
  const source = await listening.connect();
  const [first, second] = vectors.frames.map(({ source_packets }) =>
    Uint8Array.fromBase64(source_packets[1]?.body_b64 ?? "").subarray(DATA_HEAD_BYTES)
  );
  await source.draw(h264Frame(first!, 48, 32));
  const shown = listening.clients[0]!.surface.rgba()!;
  // The reference shows a picture when the next one comes, in colours of less precision.
  const expected = Uint8Array.fromBase64(vectors.frames[1]!.sink.rgba_b64);
  assert.ok(expected.every((byte, i) => Math.abs(byte - shown[i]!) <= 3));
  await source.draw(h264Frame(second!, 48, 32));
  assert.notDeepEqual(listening.clients[0]!.surface.rgba(), shown);
  assert.deepEqual(listening.refusals, []);
});

const noise = new SeededRandom(5).bytes(5_000);
const HOSTILE: readonly [string, string, VideoFrame][] = [
  ["noise", "bad-h264", frame(SMALL, noise)],
  ["noise behind parameters", "bad-h264", frame(SMALL, concat([sps(SMALL), nal(0x65, noise)]))],
  ["half a unit", "bad-h264", frame(SMALL, GOOD.payload.subarray(0, GOOD.payload.length / 2))],
  ["another size", "h264-size", frame(SMALL, keyUnit({ ...SMALL, heightBlocks: 3 }))],
  [
    "a size beyond all bounds",
    "h264-size",
    frame(SMALL, concat([sps({ ...SMALL, widthBlocks: 2 ** 30 }), samePicture(SMALL, 1)])),
  ],
  ["another profile", "h264-profile", frame(SMALL, keyUnit({ ...SMALL, profile: 100 }))],
  ["2 MiB", "bad-length", frame(SMALL, new Uint8Array(2 << 20))],
  ["nothing", "bad-length", frame(SMALL, new Uint8Array(0))],
];

for (const [what, code, hostile] of HOSTILE) {
  for (const isFirst of [true, false]) {
    const when = isFirst ? "at first" : "behind a picture";
    Deno.test(`${what} ${when}: one line, and the source falls back`, async () => {
      await using listening = new H264Listening();
      const source = await listening.connect();
      const bystander = await listening.connect();
      await bystander.draw(GOOD);
      if (!isFirst) await source.draw(GOOD);
      // Frames that are under way when the source learns of it.
      void source.client.draw(hostile);
      void source.client.draw(GOOD);
      await source.draw(GOOD);
      await source.cancelled(3);
      assert.deepEqual(listening.refusals, [code]);
      assert.equal(listening.decoders.size, 1, "that of the other client");
      await source.draw(plainFrame(9));
      assert.equal(listening.clients[0]!.surface.rgba()![0], 9);
      await bystander.draw(GOOD);
      assert.deepEqual([bystander.cancels, listening.decoders.size], [0, 1]);
    });
  }
}

const BROKEN: readonly [string, string, string][] = [
  ["hangs", "decoder-timeout", "onmessage = () => { for (;;); }"],
  ["hangs before it has begun", "decoder-timeout", "for (;;);"],
  ["does not answer", "decoder-timeout", "onmessage = () => {}"],
  ["fails", "decoder-failed", "onmessage = () => { throw new Error('out of order'); }"],
  ["fails later on", "decoder-failed", "onmessage = async () => { await null; throw 1; }"],
  ["cannot be loaded", "decoder-failed", "import 'file:///there/is/no/such/file.js'"],
  ["closes itself", "decoder-timeout", "close()"],
];

for (const [what, code, script] of BROKEN) {
  Deno.test(`a decoder that ${what}: one line, and the source falls back`, async () => {
    // Only where nothing else comes does time run out, so that a slow machine sees the same.
    const timeoutMs = code === "decoder-timeout" ? 50 : 20_000;
    await using listening = new H264Listening({ timeoutMs, start: workerOf(script) });
    const source = await listening.connect();
    void source.client.draw(GOOD);
    await source.draw(GOOD);
    await source.cancelled(2);
    assert.deepEqual(listening.refusals, [code]);
    assert.equal(listening.decoders.size, 0);
    await source.draw(plainFrame(9));
    assert.equal(listening.clients[0]!.surface.rgba()![0], 9);
  });
}

/** A worker that does not end its work, and when it was started. */
function hanging(): { started: Promise<void>; start: () => Worker } {
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const start = () => {
    resolve();
    return workerOf("for (;;);")();
  };
  return { started, start };
}

Deno.test("a source that leaves while its picture is decoded takes the decoder along", async () => {
  const { started, start } = hanging();
  await using listening = new H264Listening({ timeoutMs: 100, start });
  const source = await listening.connect();
  void source.client.draw(GOOD);
  await started;
  source.client.abort();
  await listening.until(() => listening.log.of("client-left").length === 1, "client-left");
  assert.equal(listening.decoders.size, 0);
});

Deno.test("a listener that ends does not wait for a picture", async () => {
  const { started, start } = hanging();
  const listening = new H264Listening({ timeoutMs: 1_000_000, start });
  const source = await listening.connect();
  void source.client.draw(GOOD);
  await started;
  await listening[Symbol.asyncDispose]();
  assert.deepEqual(listening.refusals, []);
});

Deno.test("clients for whom no decoder is left fall back, and those behind them do not", async () => {
  await using listening = new H264Listening({ limit: 1 });
  const [first, second] = [await listening.connect(), await listening.connect()];
  await first.draw(GOOD);
  await second.draw(GOOD);
  await second.cancelled(1);
  assert.deepEqual(listening.refusals, ["too-many-decoders"]);
  await first.draw(GOOD);
  await first.close();
  await listening.until(() => listening.log.of("client-left").length === 1, "client-left");
  const third = await listening.connect();
  await third.draw(GOOD);
  assert.deepEqual([first.cancels, third.cancels, listening.decoders.size], [0, 0, 1]);
});

Deno.test("listen --h264 decode shows what a client sends, and ends with it at work", async () => {
  await using listening = await Listening.start("--h264", "decode");
  const { client } = await listening.connect("game", "game");
  await client.draw(GOOD);
  await client.allAcknowledged();
  await listening.out.until(/client 2 resized.*48x32/);
  assert.equal(await listening.stop(), 0);
  assert.doesNotMatch(listening.err.text, /refused|error/);
});
