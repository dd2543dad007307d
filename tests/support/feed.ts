import assert from "node:assert/strict";
import { PeerError } from "../../lib/errors.ts";
import type { SessionEvent } from "../../lib/session/events.ts";
import type { Session } from "../../lib/session/session.ts";
import type { StateName } from "../../lib/session/transitions.ts";
import { SeededRandom } from "./random.ts";

/** A session under test and who answers it. */
export interface Fixture {
  readonly session: Session;
  /** Answers an event; must not depend on when it comes. */
  take?(event: SessionEvent): void;
  /** What to compare besides events and output, once all bytes were fed. */
  result?(): unknown;
}

/** What a session made of bytes. */
export interface Fed {
  /** All events, with copies of their payloads. */
  readonly events: readonly SessionEvent[];
  /** Everything that it sent. */
  readonly output: Uint8Array;
  /** The code of the fault that ended it. */
  readonly fault: string | undefined;
  /** Where it stood when all bytes were fed, before they ended. */
  readonly state: StateName;
  readonly result: unknown;
}

/** How to feed. */
export interface FeedOptions {
  /** Whether the connection ends behind the bytes; it does unless `false`. */
  readonly eof?: boolean;
  /** Up to how many bytes every split in two is tried. */
  readonly everySplitBytes?: number;
  /** How many random splits are tried. */
  readonly rounds?: number;
  readonly seed?: number;
}

/** Less than the head of a packet, so that nothing can be made of it. */
const TRAILING_BYTES = [1, 8, 24];

/**
 * Feeds a session, and fails unless it makes the same of the bytes however they arrive: whole, one by
 * one, in every two parts when they are few, in random parts, and with the start of a further packet
 * behind them.
 *
 * @param make Makes a fresh, equal session for each run.
 * @param bytes What the peer sends.
 * @param options How many splits to try.
 * @returns What the session made of them.
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
 * Feeds a session once.
 *
 * @param fixture The session; freed afterwards.
 * @param chunks What arrives, in this order.
 * @param eof Whether the connection ends behind them.
 */
export function feedOnce(
  fixture: Fixture,
  chunks: Iterable<Uint8Array>,
  eof: boolean,
): Fed {
  const { session } = fixture;
  const events: SessionEvent[] = [];
  const output: Uint8Array[] = [];
  let fault: string | undefined;
  const drain = () => {
    try {
      for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) {
        events.push(event.type === "data" ? { ...event, payload: event.payload.slice() } : event);
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
      assert.ok(taken > 0, "a session whose events were taken has room");
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
    assert.deepEqual(open.events, events, `${count} bytes behind the end change nothing`);
    assert.deepEqual(open.output, whole.output);
    if (whole.state === "closed" || whole.state === "failed") continue;
    const fault = whole.state === "accepted" ? "not-proven" : "truncated";
    assert.equal(feedOnce(make(), chunks, true).fault, fault, `${count} bytes of a packet`);
  }
}

/** @param bytes Any. @returns Each of them alone. */
export function* singleBytes(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at++) yield bytes.subarray(at, at + 1);
}

/** @param bytes Any. @param random Where to cut. @returns All of them, in parts of all sizes. */
export function* randomChunks(bytes: Uint8Array, random: SeededRandom): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const size = 1 + random.below(random.pick([3, 30, 300, 3_000, 30_000]));
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** @param parts Any. @returns One after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
