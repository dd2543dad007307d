/** H.264 that the reference encoded: cancelled, or handed on as it is. */
import assert from "node:assert/strict";
import type { AccessUnit } from "../../lib/decoders/h264.ts";
import type { H264Mode } from "../../lib/segment/video_in.ts";
import { decodeControl } from "../../lib/wire/control.ts";
import vectors from "../vectors/events/video-h264.json" with { type: "json" };
import { APPLICATION, commands, Fixture } from "../unit/segment/endpoint_support.ts";

const pure = { permissions: "none" } as const;
const DATA_HEAD_BYTES = 7;

function run(h264: H264Mode): {
  readonly fixture: Fixture;
  readonly units: AccessUnit[];
  /** What the source sent as H.264. */
  readonly payloads: string[];
  /** All frames that it sent. */
  readonly frames: number;
} {
  const fixture = new Fixture({ kind: APPLICATION, h264 });
  const units: AccessUnit[] = [];
  const payloads: string[] = [];
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
      }
    }
    if (isH264) payloads.push(payload);
  }
  fixture.deliver();
  return { fixture, units, payloads, frames };
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

Deno.test(
  "h264 pass: headers that cannot be right are refused, the next frame is not",
  pure,
  () => {
    const fixture = new Fixture({ kind: APPLICATION, h264: "pass" });
    const units: AccessUnit[] = [];
    fixture.source.onH264 = (unit) => void units.push(unit);
    const good = {
      command: "videoframe",
      format: 5,
      surfaceWidth: 16,
      surfaceHeight: 16,
      x: 0,
      y: 0,
      width: 16,
      height: 16,
      flags: 0,
      length: 4,
      expandedLength: 1024,
      commit: true,
    } as const;
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
