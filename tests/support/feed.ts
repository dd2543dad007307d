import assert from "node:assert/strict";
import { concat } from "../../lib/bytes/concat.ts";
import { PeerError } from "../../lib/errors.ts";
import type { SessionEvent } from "../../lib/session/events.ts";
import type { Session } from "../../lib/session/session.ts";
import type { StateName } from "../../lib/session/transitions.ts";
import { keep, type KeptEvent } from "./kept_event.ts";
import { SeededRandom } from "./random.ts";

export { concat };

/** A session under test, with the code that handles its events. */
export interface Fixture {
  readonly session: Session;
  /** Handles an event; must not depend on how the bytes were split. */
  take?(event: SessionEvent): void;
  /** A value to compare besides events and output, after all bytes. */
  result?(): unknown;
}

export interface Fed {
  readonly events: readonly KeptEvent[];
  readonly output: Uint8Array;
  /** The code of the error that ended it. */
  readonly fault: string | undefined;
  /** The state after all bytes, before EOF. */
  readonly state: StateName;
  readonly result: unknown;
}

export interface FeedOptions {
  /** Whether EOF follows the bytes; `true` unless given. */
  readonly eof?: boolean;
  /** Inputs up to this size are fed in every split in two. */
  readonly everySplitBytes?: number;
  readonly rounds?: number;
  readonly seed?: number;
}

/** Less than a packet head, so that no packet is complete. */
const TRAILING_BYTES = [1, 8, 24];

/**
 * Feeds a session in several ways and fails unless the results are equal: all bytes at once, byte by
 * byte, in every split in two if there are few bytes, in random parts, and with trailing bytes.
 *
 * @param make Returns a fresh, equal session for each run.
 */
export function feed(make: () => Fixture, bytes: Uint8Array, options: FeedOptions = {}): Fed {
  const { eof = true, everySplitBytes = 640, rounds = 8, seed = 1 } = options;
  const whole = feedOnce(make(), [bytes], eof);
  const check = (how: string, chunks: Iterable<Uint8Array>) => {
    assert.deepEqual(feedOnce(make(), chunks, eof), whole, `fed ${how}`);
  };

  check("byte by byte", singleBytes(bytes));
  if (bytes.length <= everySplitBytes) {
    for (let at = 1; at < bytes.length; at++) {
      check(`in two parts at ${at}`, [bytes.subarray(0, at), bytes.subarray(at)]);
    }
  }
  const random = new SeededRandom(seed);
  for (let round = 0; round < rounds; round++) {
    check(`in random parts, seed ${seed}, round ${round}`, randomChunks(bytes, random));
  }
  if (whole.fault !== "truncated") checkTrailing(make, bytes, whole);
  return whole;
}

/**
 * Feeds a session once and frees it.
 *
 * @param eof Whether EOF follows the chunks.
 */
export function feedOnce(
  fixture: Fixture,
  chunks: Iterable<Uint8Array>,
  eof: boolean,
): Fed {
  const { session } = fixture;
  const events: KeptEvent[] = [];
  const output: Uint8Array[] = [];
  let fault: string | undefined;
  const drain = () => {
    try {
      for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) {
        events.push(keep(event));
        fixture.take?.(event);
      }
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      fault = error.code;
    }
    for (let sent = session.takeOutput(); sent !== undefined; sent = session.takeOutput()) {
      output.push(sent.slice());
    }
  };

  drain();
  for (const chunk of chunks) {
    for (let rest = chunk; rest.length > 0 && !session.isOver;) {
      const taken = session.receive(rest);
      assert.ok(taken > 0, "a session without pending events has space");
      rest = rest.subarray(taken);
      drain();
    }
  }
  const { state } = session;
  if (eof && !session.isOver) {
    session.receiveEof();
    drain();
  }
  const result = fixture.result?.();
  session.free();
  return { events, output: concat(output), fault, state, result };
}

function checkTrailing(make: () => Fixture, bytes: Uint8Array, whole: Fed): void {
  for (const count of TRAILING_BYTES) {
    const chunks = [concat([bytes, new Uint8Array(count).fill(0xa5)])];
    const open = feedOnce(make(), chunks, false);
    const events = whole.events.filter(({ type }) => type !== "closed");
    assert.deepEqual(open.events, events, `${count} bytes after the end change nothing`);
    assert.deepEqual(open.output, whole.output);
    if (whole.state === "closed" || whole.state === "failed") continue;
    const fault = whole.state === "accepted" ? "not-proven" : "truncated";
    assert.equal(feedOnce(make(), chunks, true).fault, fault, `${count} bytes of a packet`);
  }
}

export function* singleBytes(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at++) yield bytes.subarray(at, at + 1);
}

export function* randomChunks(bytes: Uint8Array, random: SeededRandom): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const size = 1 + random.below(random.pick([3, 30, 300, 3_000, 30_000]));
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
