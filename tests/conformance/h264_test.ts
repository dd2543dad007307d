/** H.264 that the reference encoded: cancelled, passed on, or decoded. */
import assert from "node:assert/strict";
import type { AccessUnit } from "../../lib/decoders/h264/access_units.ts";
import { yuv420ToRgba } from "../../lib/decoders/h264/yuv420.ts";
import { UnitDecoder } from "../../lib/decoders/h264/worker/unit_decoder.ts";
import type { H264Mode } from "../../lib/decoders/h264/client_h264.ts";
import { decodeControl } from "../../lib/wire/control.ts";
import { concat } from "../support/feed.ts";
import { grayPicture, pps, samePicture, sps } from "../support/h264.ts";
import vectors from "../vectors/events/video-h264.json" with { type: "json" };
import { APPLICATION, commands, Fixture } from "../support/segment_fixture.ts";
import { frameHeader } from "../unit/decoders/frames.ts";

const pure = { permissions: "none" } as const;
const SMALL = { widthBlocks: 3, heightBlocks: 2 } as const;
const DATA_HEAD_BYTES = 7;

function run(h264: H264Mode): {
  readonly fixture: Fixture;
  readonly units: AccessUnit[];
  /** The payloads of H.264 that the source sent, in hex. */
  readonly payloads: string[];
  /** The number of all frames that it sent. */
  readonly frames: number;
  /** The picture after each step of the vectors. */
  readonly shown: (Uint8Array | undefined)[];
} {
  const fixture = new Fixture({ kind: APPLICATION, h264 });
  const units: AccessUnit[] = [];
  const payloads: string[] = [];
  const shown: (Uint8Array | undefined)[] = [];
  const decode = decoderOf(fixture);
  let frames = 0;
  fixture.source.onH264 = (unit) => void units.push(unit);
  for (const { source_packets: packets } of vectors.frames) {
    let payload = "";
    let isH264 = false;
    for (const { type, body_b64 } of packets) {
      const body = Uint8Array.fromBase64(body_b64);
      if (type === 1) {
        const control = decodeControl(body);
        isH264 = control.command === "videoframe" && control.format === 5;
        frames++;
        fixture.controlBytes(body);
      } else {
        payload += body.subarray(DATA_HEAD_BYTES).toHex();
        fixture.data("video", 0xbacabaca, body.subarray(DATA_HEAD_BYTES), body[0]);
        decode();
      }
    }
    shown.push(fixture.source.surface.rgba());
    if (isH264) payloads.push(payload);
  }
  fixture.deliver();
  return { fixture, units, payloads, frames, shown };
}

/** Decodes at once what a worker decodes for a connection. */
function decoderOf({ tree, delivery }: Fixture): () => void {
  let decoder: UnitDecoder | undefined;
  return () => {
    const { work } = tree.video;
    if (work?.type !== "job") return;
    const { picture } = work;
    if (picture.isFirst) decoder = new UnitDecoder(picture.decoderBytes);
    const rgba = yuv420ToRgba(decoder!.decode(picture), picture.format);
    delivery.add(tree.finishJob(rgba));
  };
}

/** The largest and the mean difference of two pictures. */
function differences(a: Uint8Array | undefined, b_b64: string): { most: number; mean: number } {
  const b = Uint8Array.fromBase64(b_b64);
  assert.equal(a!.length, b.length);
  const all = b.map((byte, i) => Math.abs(byte - a![i]!));
  return { most: Math.max(...all), mean: all.reduce((sum, each) => sum + each, 0) / all.length };
}

/** The mean difference in brightness of two pictures. */
function brightness(a: Uint8Array, b_b64: string): number {
  const b = Uint8Array.fromBase64(b_b64);
  let sum = 0;
  for (let at = 0; at < a.length; at += 4) {
    const [r, g, blue] = [0, 1, 2].map((i) => a[at + i]! - b[at + i]!);
    sum += Math.abs(0.299 * r! + 0.587 * g! + 0.114 * blue!);
  }
  return sum * 4 / a.length;
}

Deno.test(
  "h264 pass: the handler gets every access unit, and every frame is acknowledged",
  pure,
  () => {
    const { fixture, units, payloads, frames } = run("pass");
    assert.ok(payloads.length > 0);
    assert.deepEqual(units.map(({ data }) => data.toHex()), payloads);
    assert.deepEqual([units[0]!.width, units[0]!.height], [48, 32]);
    const controls = fixture.takeControls();
    assert.equal(commands(controls, "ping").length, frames);
    assert.deepEqual(commands(controls, "cancelstream"), []);
    assert.deepEqual(fixture.faults, []);
    const kinds = fixture.statuses.map(({ kind }) => kind);
    assert.equal(
      kinds.filter((kind) => kind === "resized").length,
      2,
      "at first, and for the odd width",
    );
  },
);

Deno.test(
  "h264 cancel: the source is told to fall back, and every frame is acknowledged",
  pure,
  () => {
    const { fixture, units, payloads, frames } = run("cancel");
    assert.deepEqual(units, []);
    const controls = fixture.takeControls();
    assert.equal(commands(controls, "ping").length, frames);
    assert.deepEqual(
      commands(controls, "cancelstream"),
      payloads.map(() => ({
        command: "cancelstream",
        channel: 0,
        stream: 1,
        reason: 1,
        streamType: 0,
      })),
    );
  },
);

Deno.test("h264 decode: each picture is shown at once", pure, () => {
  const { fixture, units, payloads, frames, shown } = run("decode");
  assert.deepEqual(units, []);
  const [first, second, third] = vectors.frames;
  // The reference shows a picture when the next one comes, in colours of less precision.
  const toReference = differences(shown[0], second!.sink.rgba_b64);
  assert.ok(toReference.most <= 3, `${toReference.most} from what the reference shows`);
  assert.ok(toReference.mean < 1, `${toReference.mean} from what the reference shows`);
  // It never shows the second. The input of the source has four times the colours and no loss, so it
  // differs from both; the brightness tells them apart.
  const [own, other] = [first!, second!].map(({ input }) => brightness(shown[1]!, input!.rgba_b64));
  assert.ok(other! < 12 && own! > 2 * other!, `${other} from its own, ${own} from the first`);
  assert.deepEqual(shown[2], shown[1], "what cancelled it in the reference brings no frame");
  assert.ok(third!.source_packets.length === 0);
  // Frames of other formats follow.
  for (let i = 3; i < vectors.frames.length; i++) {
    assert.deepEqual(differences(shown[i], vectors.frames[i]!.sink.rgba_b64).most, 0);
  }
  const controls = fixture.takeControls();
  const numbers = commands(controls, "ping").map(({ stream }) => stream);
  assert.equal(numbers.length, frames);
  assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
  assert.deepEqual(commands(controls, "cancelstream"), []);
  assert.equal(payloads.length, 2);
  assert.deepEqual(fixture.faults, []);
});

Deno.test(
  "h264 pass: headers that cannot be right are refused, the next frame is not",
  pure,
  () => {
    const fixture = new Fixture({ kind: APPLICATION, h264: "pass" });
    const units: AccessUnit[] = [];
    fixture.source.onH264 = (unit) => void units.push(unit);
    const header = frameHeader({ format: 5, surfaceWidth: 16, surfaceHeight: 16, length: 4 });
    const good = { command: "videoframe", ...header } as const;
    const changes = [
      { surfaceWidth: 8193 },
      { width: 8, expandedLength: 512 },
      { expandedLength: 1023 },
      { length: (1 << 22) + 1 },
      { length: 0 },
      {},
    ];
    changes.forEach((change, stream) => {
      fixture.control({ ...good, ...change, stream: stream + 1 });
      fixture.data("video", 0, new Uint8Array(4).fill(stream));
    });
    // More than was announced.
    fixture.control({ ...good, stream: 7 });
    fixture.data("video", 0, new Uint8Array(5));
    fixture.deliver();
    assert.deepEqual(fixture.faults, [
      "bad-surface-size",
      "region-outside-surface",
      "bad-expanded-length",
      "bad-length",
      "bad-length",
      "bad-length",
    ]);
    assert.deepEqual(units.map(({ data }) => data.toHex()), ["05050505"]);
  },
);

Deno.test("h264 pass: parameters in frames of their own come with the next picture", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION, h264: "pass" });
  const units: AccessUnit[] = [];
  fixture.source.onH264 = (unit) => void units.push(unit);
  const parts = [pps(), grayPicture(SMALL), samePicture(SMALL, 1)];
  const payloads = [sps(SMALL), ...parts];
  payloads.forEach((payload, index) => {
    fixture.control({
      command: "videoframe",
      format: 5,
      stream: index + 1,
      surfaceWidth: 48,
      surfaceHeight: 32,
      x: 0,
      y: 0,
      width: 48,
      height: 32,
      flags: 0,
      length: payload.length,
      expandedLength: 48 * 32 * 4,
      commit: true,
    });
    fixture.data("video", 0, payload);
    const pings = commands(fixture.takeControls(), "ping");
    assert.deepEqual(
      pings.map(({ stream }) => stream),
      [index + 1],
      "each is acknowledged at once",
    );
  });
  fixture.deliver();
  const [first, second] = [concat(payloads.slice(0, 3)), payloads[3]!];
  assert.deepEqual(units.map(({ data }) => data.toHex()), [first.toHex(), second.toHex()]);
});
