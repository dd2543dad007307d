/**
 * The process that feeds the sink: it seals streams in advance and sends them on command.
 */

import type { HelloMode } from "../../../lib/session/events.ts";
import { Client, shakeHands, type Target, wireBytes } from "./client.ts";
import { EVENTS, FRAME_ROWS, type FrameRow } from "./frames.ts";
import { inParallel, LOGINS_AT_ONCE } from "./parallel.ts";
import { serve } from "./rpc.ts";
import { median } from "./usage.ts";

/** The task of a feeder for one row. */
export interface FeederSetup {
  readonly target: Target;
  /** The row: `events`, or one of the frames. */
  readonly row: string;
}

export interface Latency {
  readonly p50Us: number;
  readonly p99Us: number;
}

/** The median and the maximum of some times. */
export interface Wait {
  readonly p50Ms: number;
  readonly mostMs: number;
}

/** The waiting times of quiet clients. */
export interface Waits {
  /** From a line of text to its acknowledgement. */
  readonly lines: Wait;
  readonly logins: Wait;
}

const WRITE_BYTES = 1 << 20;
const HANDSHAKES_AT_ONCE = 4;
const LINE_PAUSE_MS = 7;
const LOGIN_PAUSE_MS = 43;

let client: Client;
let frames: FrameRow | undefined;
let sealed: Uint8Array[] = [];
let last = 0;
const idle: Client[] = [];

/** Seals packets into memory. @returns Their size in bytes. */
function seal(bytes: number, count: number, append: () => void): number {
  const block = new Uint8Array(bytes);
  let filled = 0;
  const drain = () => {
    const output = client.session.takeOutput()!;
    block.set(output, filled);
    filled += output.length;
  };
  for (let i = 0; i < count; i++) {
    append();
    if (client.session.outputBytes > 65_536) drain();
  }
  last = client.sendMarker();
  drain();
  sealed = [];
  for (let at = 0; at < filled; at += WRITE_BYTES) {
    sealed.push(block.subarray(at, Math.min(at + WRITE_BYTES, filled)));
  }
  return filled;
}

async function latency(count: number): Promise<Latency> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await drawLine();
    times.push((performance.now() - start) * 1_000);
  }
  times.sort((a, b) => a - b);
  return { p50Us: median(times), p99Us: times[Math.floor(times.length * 0.99)]! };
}

/** Repeats an action with pauses. @returns How long each took. */
async function repeat(seconds: number, pauseMs: number, task: () => Promise<void>): Promise<Wait> {
  const times: number[] = [];
  for (const endMs = performance.now() + seconds * 1_000; performance.now() < endMs;) {
    const start = performance.now();
    await task();
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return { p50Ms: median(times), mostMs: Math.max(...times) };
}

async function drawLine(): Promise<void> {
  const stream = client.sendFrame(frames!.next);
  await client.flush();
  await client.acknowledged(stream);
}

await serve({
  async open({ target, row }: FeederSetup): Promise<void> {
    frames = FRAME_ROWS[row]?.();
    client = await Client.login(target, frames?.kind ?? "application");
    if (frames === undefined) return;
    const first = client.sendFrame(frames.first);
    await client.flush();
    await client.acknowledged(first);
  },
  prepare(count: number): number {
    let next = 0;
    const spare = 1 << 20;
    if (frames === undefined) {
      return seal(count * 164 + spare, count, () => {
        client.session.sendEvent(0, EVENTS[next++ % EVENTS.length]!);
      });
    }
    const { next: frame } = frames;
    return seal(count * wireBytes(frame) + spare, count, () => client.sendFrame(frame));
  },
  async blast(): Promise<number> {
    const start = performance.now();
    for (const bytes of sealed) await client.write(bytes);
    await client.refused(last);
    return performance.now() - start;
  },
  latency,
  async waits({ target, seconds }: { target: Target; seconds: number }): Promise<Waits> {
    const [lines, logins] = await Promise.all([
      repeat(seconds, LINE_PAUSE_MS, drawLine),
      repeat(seconds, LOGIN_PAUSE_MS, async () => {
        (await Client.login(target, "application")).close();
      }),
    ]);
    return { lines, logins };
  },
  /** Sends the frames of another row on the same connection. */
  change(row: string): void {
    frames = FRAME_ROWS[row]?.();
  },
  async handshakes(
    { target, mode, count }: { target: Target; mode: HelloMode; count: number },
  ): Promise<void> {
    await inParallel(count, HANDSHAKES_AT_ONCE, () => shakeHands(target, mode));
  },
  async logins({ target, count }: { target: Target; count: number }): Promise<void> {
    await inParallel(count, LOGINS_AT_ONCE, async () => {
      idle.push(await Client.login(target, "application"));
    });
  },
});
Deno.exit(0);
