/**
 * The process of the clients: it seals streams in advance and sends them on command.
 */

import type { HelloMode } from "../../../lib/session/events.ts";
import { Client, CLIENT_KEY, HOG_KEYS, shakeHands, wireBytes } from "./client.ts";
import { EVENTS, type Frame, FRAME_ROWS } from "./frames.ts";
import { serve } from "./rpc.ts";
import { median } from "./usage.ts";

/** What came of a round. */
export interface Sent {
  readonly wallMs: number;
  readonly bytes: number;
}

/** Times of many repetitions, in microseconds. */
export interface Times {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly mostUs: number;
}

const WRITE_BYTES = 1 << 20;
/** Below the number of concurrent logins that a listener takes from one address. */
const LOGINS_AT_ONCE = 32;
const HANDSHAKES_AT_ONCE = 4;

/** A client and what it draws. */
class Feed {
  readonly #client: Client;
  #next: Frame | undefined;
  #sealed: Uint8Array[] = [];
  #marker = 0;

  private constructor(client: Client, next: Frame | undefined) {
    this.#client = client;
    this.#next = next;
  }

  /** Logs in and sends the first frame. @param row `events`, or one of the frames. */
  static async open(port: number, row: string, hog?: number): Promise<Feed> {
    const frames = FRAME_ROWS[row]?.();
    const key = hog === undefined ? CLIENT_KEY : HOG_KEYS[hog];
    const client = await Client.login(port, frames?.kind ?? "application", key);
    await client.settle();
    const feed = new Feed(client, frames?.next);
    if (frames !== undefined) await feed.#show(frames.first);
    return feed;
  }

  /** Sends a frame and waits for its acknowledgement. */
  draw(): Promise<void> {
    return this.#show(this.#next!);
  }

  async #show(frame: Frame): Promise<void> {
    const stream = this.#client.sendFrame(frame);
    await this.#client.flush();
    await this.#client.acknowledged(stream);
  }

  /** Seals frames or events into memory. @returns Their size in bytes. */
  seal(count: number): number {
    const frame = this.#next;
    const block = new Uint8Array(
      count * (frame === undefined ? 164 : wireBytes(frame)) + (1 << 20),
    );
    const { session } = this.#client;
    let filled = 0;
    const drain = () => {
      const output = session.takeOutput()!;
      block.set(output, filled);
      filled += output.length;
    };
    this.#client.hold();
    for (let i = 0; i < count; i++) {
      if (frame === undefined) session.sendEvent(0, EVENTS[i % EVENTS.length]!);
      else this.#client.sendFrame(frame);
      if (session.outputBytes > 65_536) drain();
    }
    this.#marker = this.#client.sendMarker();
    drain();
    this.#sealed = [];
    for (let at = 0; at < filled; at += WRITE_BYTES) {
      this.#sealed.push(block.subarray(at, Math.min(at + WRITE_BYTES, filled)));
    }
    return filled;
  }

  /** Sends what was sealed, as fast as the sink takes it. */
  async blast(): Promise<void> {
    for (const bytes of this.#sealed) await this.#client.write(bytes);
    this.#sealed = [];
    await this.#client.refused(this.#marker);
    await this.#client.release();
  }

  close(): void {
    this.#client.close();
  }
}

/** Those of each sink, by its port. */
const feeds = new Map<number, Feed[]>();

function feedsOf(port: number): Feed[] {
  let own = feeds.get(port);
  if (own === undefined) feeds.set(port, own = []);
  return own;
}

/** Runs a task `count` times with limited concurrency. */
async function inParallel(count: number, atOnce: number, task: () => Promise<unknown>) {
  let left = count;
  const run = async () => {
    while (left-- > 0) await task();
  };
  await Promise.all(Array.from({ length: atOnce }, run));
}

function summarize(timesMs: number[]): Times {
  const sorted = timesMs.map((ms) => ms * 1_000).sort((a, b) => a - b);
  return {
    p50Us: median(sorted),
    p99Us: sorted[Math.floor(sorted.length * 0.99)]!,
    mostUs: sorted.at(-1)!,
  };
}

async function time(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

interface ToSink {
  readonly port: number;
  readonly count: number;
}

await serve({
  async open({ port, row, count, hog }: ToSink & { row: string; hog?: number }): Promise<void> {
    await inParallel(count, LOGINS_AT_ONCE, async () => {
      feedsOf(port).push(await Feed.open(port, row, hog));
    });
  },
  leave({ port }: ToSink): void {
    for (const feed of feedsOf(port).splice(0)) feed.close();
  },
  /** Lets all clients of a sink send `count` units each at once. */
  async blast({ port, count }: ToSink): Promise<Sent> {
    const own = feedsOf(port);
    let bytes = 0;
    for (const feed of own) bytes += feed.seal(count);
    const wallMs = await time(() => Promise.all(own.map((feed) => feed.blast())));
    return { wallMs, bytes };
  },
  async roundTrips({ port, count }: ToSink): Promise<Times> {
    const [feed] = feedsOf(port);
    const times: number[] = [];
    for (let i = 0; i < count; i++) times.push(await time(() => feed!.draw()));
    return summarize(times);
  },
  async handshakes({ port, count, mode }: ToSink & { mode: HelloMode }): Promise<void> {
    await inParallel(count, HANDSHAKES_AT_ONCE, () => shakeHands(port, mode));
  },
  async sessions({ port, count }: ToSink): Promise<void> {
    await inParallel(count, HANDSHAKES_AT_ONCE, async () => {
      (await Client.login(port, "application")).close();
    });
  },
  /** Lets each client draw `rate` frames a second. */
  async steady(
    { port, rate, seconds }: ToSink & { rate: number; seconds: number },
  ): Promise<Times & { frames: number }> {
    const own = feedsOf(port);
    const times: number[] = [];
    const began = performance.now();
    const total = Math.round(seconds * rate * own.length);
    const drawings: Promise<unknown>[] = [];
    // The clients take turns, so that their frames are spread evenly over time.
    for (let sent = 0; sent < total;) {
      const due = Math.min(total, (performance.now() - began) / 1_000 * rate * own.length);
      for (; sent < due; sent++) {
        const feed = own[sent % own.length]!;
        drawings.push(time(() => feed.draw()).then((ms) => times.push(ms)));
      }
      await pause(1);
    }
    await Promise.all(drawings);
    return { ...summarize(times), frames: total };
  },
  /** Repeats a login with pauses. */
  async logins({ port, seconds }: ToSink & { seconds: number }): Promise<Times> {
    const times: number[] = [];
    for (const endMs = performance.now() + seconds * 1_000; performance.now() < endMs;) {
      times.push(await time(async () => (await Client.login(port, "application")).close()));
      await pause(40);
    }
    return summarize(times);
  },
});
Deno.exit(0);
