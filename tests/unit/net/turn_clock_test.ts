import assert from "node:assert/strict";
import { TurnClock } from "../../../lib/net/turn_clock.ts";
import { EventPacket } from "../../../lib/session/event_packet.ts";
import type { SessionEvent } from "../../../lib/session/events.ts";
import { CONTROL_BODY_BYTES, EVENT_BODY_BYTES, VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { decodeControl, encodeControl } from "../../../lib/wire/control.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const EVENT: SessionEvent = new EventPacket(new Uint8Array(EVENT_BODY_BYTES));

function header(
  { channel = 0, format = VIDEO_FORMAT.zstd as number, side = 8_192, expandedLength = 3 },
): SessionEvent {
  const body = new Uint8Array(CONTROL_BODY_BYTES);
  const surface = { surfaceWidth: side, surfaceHeight: side, x: 0, y: 0, width: 1, height: 1 };
  const rest = { stream: 1, flags: 0, length: 13, commit: true };
  encodeControl(
    { command: "videoframe", channel, format, expandedLength, ...surface, ...rest },
    body,
    0,
    { lastSeen: 0 },
  );
  return { type: "control", control: decodeControl(body) };
}

function data(channel = 0, stream: "video" | "audio" | "binary" = "video"): SessionEvent {
  return { type: "data", stream, channel, streamId: 0, payload: new Uint8Array(13) };
}

/** After which of the events the turn is over, when each takes longer than a turn. */
function turns(...events: SessionEvent[]): boolean[] {
  using clock = new FakeClock();
  const turn = new TurnClock();
  turn.start();
  return events.map((event) => {
    clock.nowMs += 6;
    if (!turn.count(event)) return false;
    turn.reset();
    return true;
  });
}

test("data of a frame that can take long ends a turn that took long", () => {
  assert.deepEqual(turns(header({}), data(), header({}), data()), [false, true, false, true]);
  assert.deepEqual(turns(data(0, "binary"), data(0, "audio")), [true, true]);
});

test("a small frame on another channel hides no large one", () => {
  const small = { channel: 1, side: 16 };
  assert.deepEqual(turns(header({}), header(small), data(1), data(0)), [false, false, false, true]);
  assert.deepEqual(turns(header({}), header({ side: 16 }), data()), [false, false, false]);
});

test("of text the content counts, not the surface", () => {
  const text = { format: VIDEO_FORMAT.tpack };
  assert.deepEqual(turns(header(text), data()), [false, false]);
  assert.deepEqual(turns(header({ ...text, expandedLength: 100_000 }), data()), [false, true]);
});

test("among quick events each 16th is followed by a look at the clock", () => {
  const seen = turns(...Array.from({ length: 33 }, () => EVENT));
  assert.deepEqual(seen.flatMap((isOver, at) => isOver ? [at] : []), [15, 31]);
});

test("the work of several blocks adds up, waiting between them does not", () => {
  using clock = new FakeClock();
  const turn = new TurnClock();
  for (
    const [waitMs, workMs, isOver] of [[100, 2, false], [100, 2, false], [0, 2, true]] as const
  ) {
    clock.nowMs += waitMs;
    turn.start();
    clock.nowMs += workMs;
    turn.stop();
    assert.equal(turn.isOver, isOver);
  }
  turn.reset();
  assert.equal(turn.isOver, false);
});

test("the last reading of the clock is at most 16 events old", () => {
  using clock = new FakeClock();
  const turn = new TurnClock();
  const oldest = { ms: 0 };
  clock.nowMs = 1_000;
  turn.start();
  assert.equal(turn.readMs, 1_000);
  for (let i = 0; i < 100; i++) {
    clock.nowMs += 0.01;
    oldest.ms = Math.max(oldest.ms, clock.nowMs - turn.readMs);
    turn.count(EVENT);
  }
  assert.ok(oldest.ms > 0.1 && oldest.ms < 0.17, `${oldest.ms}`);
});
