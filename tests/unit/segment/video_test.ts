/** H.264 that is decoded elsewhere: order, bounds, and what follows when there is no picture. */

import assert from "node:assert/strict";
import { FairShare } from "../../../lib/bytes/fair_share.ts";
import type { DecodeJob } from "../../../lib/decoders/frame_decoder.ts";
import { StreamError } from "../../../lib/errors.ts";
import { MAX_DECODED_UNIT_BYTES } from "../../../lib/limits.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { concat } from "../../support/feed.ts";
import type { StreamFields } from "../../support/h264.ts";
import { grayPicture, keyUnit, nal, pps, samePicture, sps } from "../../support/h264.ts";
import { APPLICATION, commands, Fixture } from "../../support/segment_fixture.ts";
import { frameHeader } from "../decoders/frames.ts";

const pure = { permissions: "none" } as const;
const SMALL = { widthBlocks: 3, heightBlocks: 2 } as const;
/** A delimiter, and supplemental information of a byte that means nothing. */
const AUD = nal(9, Uint8Array.of(0xf0));
const SEI = nal(6, Uint8Array.of(5, 1, 7, 0x80));
const DECODER_BYTES = 16 << 20;
const PICTURE_BYTES = 48 * 32 * 4;
const CANCELLED = {
  command: "cancelstream",
  channel: 0,
  stream: 1,
  reason: 1,
  streamType: 0,
} as const;

/** A client whose H.264 is decoded by the test. */
class Client extends Fixture {
  readonly memory: FairShare;
  #stream = 0;

  constructor() {
    const memory = new FairShare(2 ** 31);
    super({
      kind: APPLICATION,
      h264: "decode",
      memory,
      onStatus: (source, { kind }) => {
        if (kind === "segment_request") source.acceptTarget();
      },
    });
    this.memory = memory;
  }

  /** Announces a frame. */
  announce(format: number, length: number, channel = 0): void {
    this.control({
      command: "videoframe",
      channel,
      stream: ++this.#stream,
      format,
      surfaceWidth: 48,
      surfaceHeight: 32,
      x: 0,
      y: 0,
      width: 48,
      height: 32,
      flags: 0,
      length,
      expandedLength: PICTURE_BYTES,
      commit: true,
    });
  }

  /** Sends a frame of H.264 whole. */
  unit(data: Uint8Array, channel = 0): void {
    this.announce(VIDEO_FORMAT.h264, data.length, channel);
    this.data("video", 0, data, channel);
  }

  /** Sends a frame of R, G, B, A whole. */
  rgba(value: number, channel = 0): void {
    this.announce(VIDEO_FORMAT.rgba, PICTURE_BYTES, channel);
    this.data("video", 0, new Uint8Array(PICTURE_BYTES).fill(value), channel);
  }

  /** The picture to decode. */
  get job(): DecodeJob {
    const { work } = this.tree.video;
    assert.ok(work?.type === "job");
    return work;
  }

  finish(result: number | StreamError): void {
    const isPicture = typeof result === "number";
    const rgba = isPicture ? new Uint8Array(PICTURE_BYTES).fill(result) : result;
    this.delivery.add(this.tree.finishJob(rgba));
    this.deliver();
  }

  /** The numbers of the frames that were acknowledged since the last call, and cancellations. */
  answers(): (number | "cancelled")[] {
    return this.takeControls().flatMap<number | "cancelled">((control) => {
      if (control.command === "ping") return [control.stream];
      if (control.command !== "cancelstream") return [];
      assert.partialDeepStrictEqual(control, CANCELLED);
      return ["cancelled"];
    });
  }

  get kinds(): string[] {
    return this.statuses.splice(0).map(({ kind }) => kind);
  }
}

function client(): Client {
  const made = new Client();
  made.source.targetVerbose();
  made.statuses.length = 0;
  return made;
}

Deno.test(
  "a picture is acknowledged and reported when it is there, not when it arrived",
  pure,
  () => {
    const fixture = client();
    const data = keyUnit(SMALL);
    fixture.announce(VIDEO_FORMAT.h264, data.length);
    fixture.data("video", 0, data.subarray(0, 10));
    assert.equal(fixture.tree.video.work, undefined);
    fixture.data("video", 0, data.subarray(10));
    const { channel, picture } = fixture.job;
    assert.deepEqual([channel, picture.isFirst, picture.data], [0, true, data]);
    fixture.deliver();
    assert.deepEqual([fixture.answers(), fixture.kinds], [[], []]);
    fixture.finish(7);
    assert.deepEqual([fixture.answers(), fixture.kinds], [[1], ["resized", "frame"]]);
    assert.equal(fixture.source.surface.pixels![0], 7);
    assert.equal(fixture.tree.video.work, undefined);
    fixture.unit(data);
    assert.equal(fixture.job.picture.isFirst, false);
    fixture.finish(8);
    assert.deepEqual([fixture.answers(), fixture.kinds], [[2], ["frame"]]);
    assert.equal(fixture.memory.used, DECODER_BYTES + PICTURE_BYTES + data.length);
    fixture.end();
    assert.equal(fixture.memory.used, 0);
  },
);

Deno.test("parameters in frames of their own are acknowledged at once and kept", pure, () => {
  const fixture = client();
  const ahead = [AUD, sps(SMALL), pps(), SEI];
  for (const part of ahead) fixture.unit(part);
  fixture.deliver();
  assert.deepEqual([fixture.answers(), fixture.kinds], [[1, 2, 3, 4], []]);
  assert.equal(fixture.tree.video.work, undefined);
  fixture.unit(grayPicture(SMALL));
  const { picture } = fixture.job;
  // A sequence begins with its parameters.
  assert.deepEqual(picture.data, concat([...ahead.slice(1), grayPicture(SMALL)]));
  fixture.finish(7);
  assert.deepEqual([fixture.answers(), fixture.kinds], [[5], ["resized", "frame"]]);
  fixture.unit(AUD);
  fixture.unit(samePicture(SMALL, 1));
  assert.deepEqual(fixture.job.picture.data, concat([AUD, samePicture(SMALL, 1)]));
  fixture.finish(8);
  assert.deepEqual([fixture.answers(), fixture.kinds], [[6, 7], ["frame"]]);
  assert.deepEqual(fixture.faults, []);
  fixture.end();
  assert.equal(fixture.memory.used, 0);
});

Deno.test("parameters that no picture has used give way to new ones", pure, () => {
  const fixture = client();
  for (const part of [sps({ ...SMALL, references: 3 }), pps(), sps(SMALL), pps()]) {
    fixture.unit(part);
  }
  fixture.unit(grayPicture(SMALL));
  assert.equal(fixture.job.picture.format.references, 1);
  fixture.finish(7);
  fixture.unit(sps({ ...SMALL, references: 3 }));
  fixture.unit(keyUnit(SMALL));
  assert.deepEqual(fixture.job.picture.data, keyUnit(SMALL));
  assert.deepEqual(fixture.faults, []);
});

Deno.test("what is kept for a picture counts in memory and has a bound", pure, () => {
  const fixture = client();
  const filling = nal(12, new Uint8Array(20_000).fill(0xff));
  for (let i = 1; i <= 3; i++) {
    fixture.unit(filling);
    assert.ok(fixture.memory.used >= i * filling.length);
  }
  fixture.unit(filling);
  fixture.deliver();
  assert.deepEqual([fixture.answers(), fixture.faults], [[1, 2, 3, "cancelled", 4], [
    "bad-length",
  ]]);
  assert.ok(fixture.memory.used < 2 * filling.length, "nothing is kept any more");
});

Deno.test("a picture that is too large only with what was kept is refused", pure, () => {
  const fixture = client();
  fixture.unit(concat([sps(SMALL), pps()]));
  const room = MAX_DECODED_UNIT_BYTES - 1 - grayPicture(SMALL).length;
  const large = concat([grayPicture(SMALL), new Uint8Array(room)]);
  fixture.announce(VIDEO_FORMAT.h264, large.length);
  fixture.data("video", 0, large);
  fixture.deliver();
  assert.deepEqual([fixture.faults, fixture.answers()], [["bad-length"], [1, "cancelled", 2]]);
});

Deno.test("frames of other channels wait for their acknowledgement", pure, () => {
  const fixture = client();
  fixture.event({ category: "external", kind: "segreq", id: 3, segkind: APPLICATION });
  fixture.deliver();
  fixture.register(APPLICATION, 1);
  fixture.unit(keyUnit(SMALL));
  fixture.rgba(1, 1);
  fixture.rgba(2, 1);
  fixture.deliver();
  assert.deepEqual(fixture.answers(), []);
  fixture.finish(7);
  assert.deepEqual(fixture.answers(), [1, 2, 3]);
});

Deno.test("whatever is wrong ends it for good, and the client falls back", pure, () => {
  const faults: [string, (fixture: Client) => void][] = [
    ["decoder-timeout", (fixture) => {
      fixture.unit(keyUnit(SMALL));
      fixture.finish(new StreamError("decoder-timeout", "it took too long"));
    }],
    ["bad-h264", (fixture) => fixture.unit(new Uint8Array(64).fill(9))],
    ["bad-h264", (fixture) => fixture.unit(concat([sps({ ...SMALL, id: 1 }), keyUnit(SMALL)]))],
    ["h264-size", (fixture) => fixture.unit(keyUnit({ ...SMALL, widthBlocks: 4 }))],
    ["h264-profile", (fixture) => fixture.unit(keyUnit({ ...SMALL, profile: 100 }))],
    ["bad-length", (fixture) => {
      fixture.announce(VIDEO_FORMAT.h264, 2 << 20);
      for (let i = 0; i < 64; i++) fixture.data("video", 0, new Uint8Array(32_768));
    }],
    ["bad-length", (fixture) => {
      fixture.announce(VIDEO_FORMAT.h264, 4);
      fixture.data("video", 0, new Uint8Array(5));
    }],
  ];
  for (const [code, fault] of faults) {
    const fixture = client();
    fixture.unit(keyUnit(SMALL));
    fixture.finish(7);
    assert.deepEqual([fixture.answers(), fixture.kinds], [[1], ["resized", "frame"]]);
    fault(fixture);
    fixture.deliver();
    assert.deepEqual(fixture.answers(), ["cancelled", 2], code);
    assert.deepEqual([fixture.faults, fixture.kinds], [[code], ["dropped_frame"]]);
    assert.equal(fixture.tree.h264.failure?.code, code);
    assert.equal(fixture.memory.used, PICTURE_BYTES, "the decoder's memory is given back");
    // What was under way comes and goes; the reason stays the first.
    fixture.unit(keyUnit(SMALL));
    fixture.deliver();
    assert.equal(fixture.tree.video.work, undefined);
    assert.deepEqual([fixture.answers(), fixture.faults], [["cancelled", 3], [code, code]]);
    assert.equal(fixture.source.surface.pixels![0], 7, "the last picture stays");
    fixture.rgba(5);
    fixture.deliver();
    assert.deepEqual(fixture.answers(), [4]);
    assert.equal(fixture.source.surface.pixels![0], 5);
  }
});

Deno.test("a client without memory for a decoder falls back", pure, () => {
  const fixture = new Fixture({
    kind: APPLICATION,
    h264: "decode",
    memory: new FairShare(DECODER_BYTES),
  });
  const data = keyUnit({ widthBlocks: 1, heightBlocks: 1 });
  const size = { surfaceWidth: 16, surfaceHeight: 16, length: data.length };
  fixture.control({
    command: "videoframe",
    ...frameHeader({ format: VIDEO_FORMAT.h264, ...size }),
  });
  fixture.data("video", 0, data);
  fixture.deliver();
  assert.deepEqual(fixture.faults, ["memory-limit"]);
  assert.equal(commands(fixture.takeControls(), "cancelstream").length, 1);
});

Deno.test("a unit that never ends is given up for the next", pure, () => {
  const fixture = client();
  fixture.announce(VIDEO_FORMAT.h264, 1_000);
  fixture.data("video", 0, new Uint8Array(10));
  fixture.unit(keyUnit(SMALL));
  assert.deepEqual(fixture.answers(), [1]);
  fixture.finish(7);
  assert.deepEqual([fixture.answers(), fixture.faults], [[2], []]);
});

Deno.test("a segment that ends while its picture is decoded shows nothing", pure, () => {
  for (const result of [7, new StreamError("cancelled", "")]) {
    const fixture = client();
    fixture.unit(keyUnit(SMALL));
    fixture.end();
    fixture.deliver();
    assert.deepEqual(fixture.kinds, ["terminated"]);
    fixture.finish(result);
    assert.deepEqual([fixture.kinds, fixture.faults, fixture.memory.used], [[], [], 0]);
  }
});

Deno.test("streams that change are decoded anew each time", pure, () => {
  const fixture = client();
  const streams: StreamFields[] = [SMALL, { ...SMALL, references: 2 }, SMALL, SMALL];
  const first = streams.map((stream) => {
    fixture.unit(keyUnit(stream));
    const { isFirst } = fixture.job.picture;
    fixture.finish(7);
    return isFirst;
  });
  assert.deepEqual(first, [true, true, true, false]);
  assert.equal(fixture.memory.used, DECODER_BYTES + PICTURE_BYTES);
});
