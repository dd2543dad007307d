import assert from "node:assert/strict";

import { LimitError, StreamError } from "../../../lib/errors.ts";
import { Delivery } from "../../../lib/segment/delivery.ts";
import type { SessionPort } from "../../../lib/segment/output.ts";
import { DISPLAY_DEFAULTS } from "../../../lib/segment/preroll.ts";
import type { ClientHandler } from "../../../lib/segment/source.ts";
import { SegmentTree } from "../../../lib/segment/tree.ts";
import { EventPacket } from "../../../lib/session/event_packet.ts";
import type { SessionEvent } from "../../../lib/session/events.ts";
import { compress as zstdFrame } from "../../../lib/decoders/compress.ts";
import { HEAD_BYTES } from "../../../lib/transport/packet.ts";
import {
  CONTROL_BODY_BYTES,
  DATA_HEAD_BYTES,
  EVENT_BODY_BYTES,
  PACKET_TYPE,
  VIDEO_DATA_STREAM_ID,
  VIDEO_FORMAT,
} from "../../../lib/wire/constants.ts";
import type { ControlInput } from "../../../lib/wire/control.ts";
import { decodeControl, encodeControl } from "../../../lib/wire/control.ts";
import { decodeDataHead, encodeDataHead } from "../../../lib/wire/data.ts";
import type { EventInput } from "../../../lib/wire/event/types.ts";
import { encodeEventPacket } from "../../../lib/wire/event/event.ts";
import { concat } from "../../support/feed.ts";
import { REGISTER } from "../../support/pair.ts";
import { hex, SESSIONS } from "../../support/vectors.ts";
import eventVectors from "../../vectors/events/events.json" with { type: "json" };
import tpack from "../../vectors/events/tpack-terminal.json" with { type: "json" };
import dzstd from "../../vectors/events/video-dzstd.json" with { type: "json" };
import h264 from "../../vectors/events/video-h264.json" with { type: "json" };
import rejected from "../../vectors/events/video-reject.json" with { type: "json" };
import rgba from "../../vectors/events/video-rgba.json" with { type: "json" };
import { frameHeader } from "../../unit/decoders/frames.ts";
import type { Target } from "../target.ts";
import { resize } from "./wire.ts";

const STREAMS = { 3: "audio", 4: "video", 5: "binary" } as const;
const FRAME_TYPE = 6;
const LENGTH_BYTES = 3;
const TPACK_FRAMES = 4;
const CHANNEL_AT = 8;
const H264_MODES = ["cancel", "pass", "decode"] as const;

/**
 * The packets of a logged-in client: `type u8 | length u24 | body`. With type 6 the body is a frame before
 * compression, so that mutations reach its content. Each frame must be acknowledged at most once and in
 * order, each segment must end once and get no record afterwards, and only limits may throw.
 */
export const clientPackets: Target = {
  name: "packets of a client",
  corpus: makeCorpus(),
  run: (input) => {
    const port = new Port();
    const tree = new SegmentTree(port, {
      nextId: () => ++port.lastId,
      peer: { publicKey: "", fingerprint: "", address: "" },
      display: DISPLAY_DEFAULTS,
      h264: H264_MODES[input.length % H264_MODES.length]!,
    });
    const ended = new Set<number>();
    const delivery = new Delivery(tree, () => {});
    delivery.primary.targetUpdatehandler(handlerOf(ended));
    try {
      for (const { type, body } of readPackets(input)) {
        port.take(type, body);
        delivery.add(tree.take(toEvent(type, body)));
        decodeAll(tree, delivery);
        deliverAll(delivery);
        if (tree.isOver) break;
      }
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
    }
    delivery.add(tree.end(""));
    deliverAll(delivery);
    assert.equal(ended.size, port.lastId, "every segment ends");
    assert.deepEqual(tree.end("again"), []);
  },
};

/** Finishes every job, with a picture or an error. */
function decodeAll(tree: SegmentTree, delivery: Delivery): void {
  while (tree.video.work?.type === "pieces") delivery.add(tree.drawPiece());
  if (tree.video.work === undefined) return;
  const { picture } = tree.video.work;
  const { width, height } = picture.format;
  const isRefused = picture.data.at(-1)! % 4 === 0;
  delivery.add(
    tree.finishJob(
      isRefused ? new StreamError("bad-h264", "no picture") : new Uint8Array(width * height * 4),
    ),
  );
}

/** The session under the segments; checks what is sent. */
class Port implements SessionPort {
  lastId = 0;
  readonly outputBytes = 0;
  readonly isOver = false;
  /** The ids of announced frames that are not acknowledged yet. */
  readonly #frames: string[] = [];
  readonly #scratch = new Uint8Array(EVENT_BODY_BYTES);

  take(type: number, body: Uint8Array): void {
    if (type !== PACKET_TYPE.control) return;
    const control = decodeControl(body);
    if (control.command === "videoframe") this.#frames.push(`${control.channel} ${control.stream}`);
  }

  send(control: Parameters<SessionPort["send"]>[0]): void {
    encodeControl(control, this.#scratch, 0, { lastSeen: 0 });
    if (control.command === "ping") {
      assert.equal(`${control.channel} ${control.stream}`, this.#frames.shift(), "in order, once");
    }
  }

  sendEvent(channel: number, event: Parameters<SessionPort["sendEvent"]>[1]): void {
    encodeEventPacket(event, { lastSeen: 0, channel }, this.#scratch);
  }

  sendData(): void {}
}

function deliverAll(delivery: Delivery): void {
  for (let step = delivery.next(); step; step = delivery.next()) {
    if (step.type === "call") void step.call();
    delivery.done(true);
  }
}

/** A handler that accepts every other request. */
function handlerOf(ended: Set<number>): ClientHandler {
  return (source, status) => {
    assert.ok(!ended.has(source.id), "nothing comes behind the end");
    assert.equal(typeof JSON.stringify(status), "string");
    switch (status.kind) {
      case "preroll":
        source.targetVerbose();
        break;
      case "segment_request":
        if (status.reqid % 2 === 1) source.acceptTarget();
        break;
      case "frame":
        source.text();
        break;
      case "terminated":
        ended.add(source.id);
    }
  };
}

function* readPackets(input: Uint8Array): Generator<{ type: number; body: Uint8Array }> {
  for (let at = 0; at + 1 + LENGTH_BYTES <= input.length;) {
    const type = input[at] === FRAME_TYPE ? FRAME_TYPE : 1 + (input[at]! + 4) % 5;
    const length = input[at + 1]! | (input[at + 2]! << 8) | (input[at + 3]! << 16);
    at += 1 + LENGTH_BYTES;
    const body = input.subarray(at, at + length);
    at += length;
    // The transport delivers only complete bodies.
    if (type === FRAME_TYPE) yield* compress(body);
    else if (type === PACKET_TYPE.control) yield { type, body: resize(body, CONTROL_BODY_BYTES) };
    else if (type === PACKET_TYPE.event) yield { type, body: resize(body, EVENT_BODY_BYTES) };
    else yield { type, body: resize(body, Math.max(body.length, DATA_HEAD_BYTES)) };
  }
}

/** The header and data packets of the frame that a body describes. */
function* compress(body: Uint8Array): Generator<{ type: number; body: Uint8Array }> {
  const [format = 0, width = 0, height = 0] = body;
  const content = body.subarray(3);
  const payload = zstdFrame(content);
  const header = new Uint8Array(CONTROL_BODY_BYTES);
  encodeControl(
    {
      command: "videoframe",
      ...frameHeader({
        format,
        surfaceWidth: width,
        surfaceHeight: height,
        length: payload.length,
        expandedLength: content.length,
      }),
    },
    header,
    0,
    { lastSeen: 0 },
  );
  yield { type: PACKET_TYPE.control, body: header };
  const data = new Uint8Array(DATA_HEAD_BYTES + payload.length);
  encodeDataHead({ channel: 0, stream: VIDEO_DATA_STREAM_ID, length: payload.length }, data);
  data.set(payload, DATA_HEAD_BYTES);
  yield { type: PACKET_TYPE.video, body: data };
}

function toEvent(type: number, body: Uint8Array): SessionEvent {
  if (type === PACKET_TYPE.control) return { type: "control", control: decodeControl(body) };
  if (type === PACKET_TYPE.event) return new EventPacket(body);
  const { channel, stream: streamId } = decodeDataHead(body);
  const payload = body.subarray(DATA_HEAD_BYTES, DATA_HEAD_BYTES + 65_535);
  return { type: "data", stream: STREAMS[type as 3 | 4 | 5], channel, streamId, payload };
}

function makeCorpus(): Uint8Array[] {
  const register = writePacket(PACKET_TYPE.event, registerBody());
  const recorded = Object.values(SESSIONS).map(({ packets }) =>
    packets.filter(({ from }) => from === "client").map(({ plaintext }) => {
      const plain = hex(plaintext);
      return writePacket(plain[HEAD_BYTES - 1]!, plain.subarray(HEAD_BYTES));
    })
  );
  const frames = [
    ...[rgba, dzstd, h264, rejected].map(({ frames }) =>
      frames.flatMap(({ source_packets }) => source_packets)
    ),
    tpack.frames.flatMap(({ a12_packets }) => a12_packets ?? []),
  ];
  const written = frames.map((packets) =>
    packets.map(({ type, body_b64 }) => writePacket(type, Uint8Array.fromBase64(body_b64)))
  );
  return [...recorded, ...written, wholeFrames(), allEvents(), streams()].map((packets) =>
    concat([register, ...packets])
  );
}

/** Text grids and pictures before compression. */
function wholeFrames(): Uint8Array[] {
  const grids = tpack.frames.slice(0, TPACK_FRAMES).flatMap(({ tpack_b64 }) => tpack_b64 ?? []);
  const picture = new Uint8Array(6 * 4 * 3).fill(0x55);
  return [
    ...grids.map((grid) => concat([Uint8Array.of(7, 255, 160), Uint8Array.fromBase64(grid)])),
    concat([Uint8Array.of(VIDEO_FORMAT.zstd, 6, 4), picture]),
    concat([Uint8Array.of(VIDEO_FORMAT.zstdDelta, 6, 4), picture]),
  ].map((body) => writePacket(FRAME_TYPE, body));
}

/** Every kind of event, on the first two channels. */
function allEvents(): Uint8Array[] {
  return eventVectors.cases.map(({ packed }, i) => {
    const body = concat([new Uint8Array(EVENT_BODY_BYTES - hex(packed).length), hex(packed)]);
    body[CHANNEL_AT] = i % 2;
    return writePacket(PACKET_TYPE.event, body);
  });
}

/** A request for a segment, then audio and a transfer on it. */
function streams(): Uint8Array[] {
  const event = (input: EventInput, channel: number) => {
    const body = new Uint8Array(EVENT_BODY_BYTES);
    encodeEventPacket(input, { lastSeen: 0, channel }, body);
    return writePacket(PACKET_TYPE.event, body);
  };
  const control = (input: ControlInput) => {
    const body = new Uint8Array(CONTROL_BODY_BYTES);
    encodeControl(input, body, 0, { lastSeen: 0 });
    return writePacket(PACKET_TYPE.control, body);
  };
  const data = (type: number, channel: number, stream: number, payload: Uint8Array) => {
    const body = new Uint8Array(DATA_HEAD_BYTES + payload.length);
    encodeDataHead({ channel, stream, length: payload.length }, body);
    body.set(payload, DATA_HEAD_BYTES);
    return writePacket(type, body);
  };
  const transfer = {
    command: "binarystream",
    size: 40n,
    type: 0,
    identifier: 3,
    checksum: new Uint8Array(16),
    compressed: false,
    extraId: new Uint8Array(16),
  } as const;
  const sound = {
    command: "audioframe",
    stream: 1,
    channels: 2,
    encoding: 0,
    samples: 8,
    rate: 48_000,
  } as const;
  return [
    event({ category: "external", kind: "segreq", id: 1, segkind: 21 }, 0),
    event({ ...REGISTER, segkind: 21 }, 1),
    control({ ...sound, channel: 1 }),
    data(PACKET_TYPE.audio, 1, VIDEO_DATA_STREAM_ID, new Uint8Array(32)),
    control({ ...transfer, channel: 1, stream: 9 }),
    data(PACKET_TYPE.binary, 1, 9, new Uint8Array(40)),
    control({ ...transfer, channel: 0, stream: 10, size: 0n, compressed: true }),
    data(PACKET_TYPE.binary, 0, 10, zstdFrame(new Uint8Array(500))),
    event({ category: "external", kind: "streamstatus", completion: 1, identifier: 10 }, 0),
    control({ command: "shutdown", channel: 1, lastWords: "bye" }),
  ];
}

function registerBody(): Uint8Array {
  const body = new Uint8Array(EVENT_BODY_BYTES);
  encodeEventPacket(REGISTER, { lastSeen: 0, channel: 0 }, body);
  return body;
}

function writePacket(type: number, body: Uint8Array): Uint8Array {
  const { length } = body;
  return concat([Uint8Array.of(type, length, length >> 8, length >> 16), body]);
}
