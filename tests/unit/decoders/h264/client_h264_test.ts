import assert from "node:assert/strict";
import type { FrameProgress } from "../../../../lib/decoders/frame_decoder.ts";
import type { H264Mode } from "../../../../lib/decoders/h264/client_h264.ts";
import { ClientH264 } from "../../../../lib/decoders/h264/client_h264.ts";
import { MemoryBudget } from "../../../../lib/decoders/memory_budget.ts";
import { VideoStream } from "../../../../lib/decoders/video_stream.ts";
import { StreamError } from "../../../../lib/errors.ts";
import { MAX_KEPT_H264_BYTES } from "../../../../lib/limits.ts";
import { VIDEO_FORMAT } from "../../../../lib/wire/constants.ts";
import { concat } from "../../../support/feed.ts";
import { grayPicture, keyUnit, pps, sps } from "../../../support/h264.ts";
import { frameHeader } from "../frames.ts";

const pure = { permissions: "none" } as const;
const SMALL = { widthBlocks: 3, heightBlocks: 2 } as const;
const PICTURE_BYTES = 48 * 32 * 4;

function open(mode: H264Mode) {
  const budget = new MemoryBudget();
  const h264 = new ClientH264(mode, budget);
  const streams = [0, 1].map((channel) => new VideoStream(budget, h264.decoderOf(channel)));
  return { budget, h264, streams };
}

/** Pushes a frame of 48 x 32 pixels in two chunks. */
function push(stream: VideoStream, payload: Uint8Array): FrameProgress {
  const begun = stream.begin(frameHeader({
    format: VIDEO_FORMAT.h264,
    surfaceWidth: 48,
    surfaceHeight: 32,
    length: payload.length,
  }));
  if (begun.type === "refused") return begun;
  assert.equal(stream.push(payload.subarray(0, 10)).type, "pending");
  return stream.push(payload.subarray(10));
}

Deno.test("h264 cancel: the source must send another format", pure, () => {
  const progress = push(open("cancel").streams[0]!, keyUnit(SMALL));
  assert.ok(progress.type === "refused");
  assert.deepEqual([progress.error.code, progress.endsFormat], ["unsupported-format", true]);
});

Deno.test("h264 pass: parameters are pending, a picture is an access unit with them", pure, () => {
  const { budget, streams: [stream] } = open("pass");
  assert.equal(push(stream!, concat([sps(SMALL), pps()])).type, "pending");
  const progress = push(stream!, grayPicture(SMALL));
  assert.ok(progress.type === "unit");
  assert.deepEqual(progress.unit, { width: 48, height: 32, data: keyUnit(SMALL) });
  assert.equal(stream!.surface.content, "none");
  stream!.close();
  assert.equal(budget.usedBytes, 0);
});

Deno.test("h264 pass: what comes before a picture is bounded", pure, () => {
  const { streams: [stream] } = open("pass");
  const many = concat(Array.from({ length: MAX_KEPT_H264_BYTES / 8 }, () => pps()));
  assert.equal(push(stream!, many.subarray(0, MAX_KEPT_H264_BYTES / 2)).type, "pending");
  const progress = push(stream!, many.subarray(0, MAX_KEPT_H264_BYTES / 2 + 1));
  assert.ok(progress.type === "refused");
  assert.equal(progress.error.code, "bad-length");
});

Deno.test("h264 pass: a refused unit ends neither the format nor the other units", pure, () => {
  const { budget, h264, streams: [stream] } = open("pass");
  assert.equal(push(stream!, sps(SMALL)).type, "pending");
  stream!.begin(frameHeader({ format: VIDEO_FORMAT.h264, length: 4 }));
  const progress = stream!.push(new Uint8Array(5));
  assert.ok(progress.type === "refused");
  assert.deepEqual([progress.error.code, progress.endsFormat], ["bad-length", false]);
  const next = push(stream!, grayPicture(SMALL));
  assert.ok(next.type === "unit");
  assert.deepEqual(next.unit.data, grayPicture(SMALL), "earlier parameters are dropped");
  assert.equal(h264.failure, undefined);
  stream!.close();
  assert.equal(budget.usedBytes, 0);
});

Deno.test(
  "h264 decode: a picture is a job for its channel, shown when that is finished",
  pure,
  () => {
    const { budget, streams: [, stream] } = open("decode");
    const progress = push(stream!, keyUnit(SMALL));
    assert.ok(progress.type === "job");
    assert.deepEqual([progress.channel, progress.picture.data], [1, keyUnit(SMALL)]);
    assert.equal(stream!.surface.content, "none");
    const rgba = new Uint8Array(PICTURE_BYTES).fill(7);
    assert.equal(stream!.finishJob(rgba).type, "drawn");
    assert.equal(stream!.surface.pixels, rgba);
    assert.equal(stream!.finishJob(rgba).type, "pending", "there is no other job");
    stream!.close();
    assert.equal(budget.usedBytes, 0);
  },
);

Deno.test("h264 decode: a failure on one channel ends the format on all", pure, () => {
  const { budget, h264, streams: [one, two] } = open("decode");
  for (const stream of [one!, two!]) {
    push(stream, keyUnit(SMALL));
    stream.finishJob(new Uint8Array(PICTURE_BYTES));
  }
  push(one!, keyUnit(SMALL));
  const error = new StreamError("decoder-timeout", "too late");
  assert.deepEqual(one!.finishJob(error), { type: "refused", error, endsFormat: true });
  assert.equal(h264.failure, error);
  assert.deepEqual(push(two!, keyUnit(SMALL)), { type: "refused", error, endsFormat: true });
  two!.close();
  one!.close();
  assert.equal(budget.usedBytes, 0);
});
