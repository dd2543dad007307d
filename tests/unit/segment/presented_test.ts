import assert from "node:assert/strict";
import { VideoStream } from "../../../lib/decoders/video_stream.ts";
import { droppedStatus, presentedStatuses } from "../../../lib/segment/presented.ts";
import { Segment } from "../../../lib/segment/segment.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

const FRAME = {
  stream: 1,
  format: 9,
  surfaceWidth: 640,
  surfaceHeight: 480,
  x: 0,
  y: 0,
  width: 640,
  height: 480,
  flags: 0,
  length: 10,
  expandedLength: 640 * 480 * 3,
  commit: true,
} as const;

function makeSegment(verbose = false): Segment {
  const segment = new Segment(0, 42, new VideoStream());
  segment.verbose = verbose;
  return segment;
}

test("resized comes with the first frame, and when size, direction or kind change", () => {
  const segment = makeSegment();
  const steps = [
    [{}, ["resized"]],
    [{ stream: 2 }, []],
    [{ x: 5, width: 10 }, []],
    [{ surfaceWidth: 641 }, ["resized"]],
    [{ surfaceWidth: 641, flags: 1 }, ["resized"]],
    [{ surfaceWidth: 641, flags: 1 }, []],
    [{ surfaceWidth: 641, format: 7 }, ["resized"]],
    [{ surfaceWidth: 641, format: 8 }, ["resized"]],
    [{ surfaceWidth: 641, format: 0 }, []],
  ] as const;
  for (const [fields, kinds] of steps) {
    const statuses = presentedStatuses(segment, { ...FRAME, ...fields });
    assert.deepEqual(statuses.map(({ kind }) => kind), kinds, JSON.stringify(fields));
  }
});

test("resized tells the size and which way is up", () => {
  assert.deepEqual(presentedStatuses(makeSegment(), { ...FRAME, flags: 1 }), [{
    kind: "resized",
    source_audio: 42,
    width: 640,
    height: 480,
    mirrored: true,
    origo_ll: true,
    tpack: false,
  }]);
});

test("a frame that is not committed is not presented", () => {
  const segment = makeSegment(true);
  assert.deepEqual(presentedStatuses(segment, { ...FRAME, commit: false }), []);
  assert.equal(segment.frames, 0);
});

test("each frame is reported to who wants it, with its region and a running number", () => {
  const segment = makeSegment(true);
  presentedStatuses(segment, FRAME);
  const region = { x: 8, y: 16, width: 100, height: 50 };
  assert.deepEqual(presentedStatuses(segment, { ...FRAME, ...region }), [{
    kind: "frame",
    source_audio: 42,
    pts: 0,
    number: 2,
    ...region,
    x1: 8,
    y1: 16,
    x2: 108,
    y2: 66,
  }]);
  assert.deepEqual(droppedStatus(segment), {
    kind: "dropped_frame",
    source_audio: 42,
    pts: 0,
    number: 2,
  });
});
