/**
 * The process of the clients of the load run: each draws a terminal line several times a second.
 */

import { Client, type Target } from "./client.ts";
import { FRAME_ROWS } from "./frames.ts";
import { inParallel, LOGINS_AT_ONCE } from "./parallel.ts";
import { serve } from "./rpc.ts";

export interface LoadSetup {
  readonly seconds: number;
  /** Frames of each client a second. */
  readonly rate: number;
}

/** The times from a frame to its acknowledgement, in microseconds. */
export interface LoadResult {
  readonly frames: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

const { first, next } = FRAME_ROWS["tpack-line"]!();
const clients: Client[] = [];

async function draw(client: Client, times: number[]): Promise<void> {
  const start = performance.now();
  const stream = client.sendFrame(next);
  await client.flush();
  await client.acknowledged(stream);
  times.push((performance.now() - start) * 1_000);
}

await serve({
  async logins({ target, count }: { target: Target; count: number }): Promise<void> {
    await inParallel(count, LOGINS_AT_ONCE, async () => {
      const client = await Client.login(target, "terminal");
      clients.push(client);
      const stream = client.sendFrame(first);
      await client.flush();
      await client.acknowledged(stream);
    });
  },
  leave(): void {
    for (const client of clients.splice(0)) client.close();
  },
  async run({ seconds, rate }: LoadSetup): Promise<LoadResult> {
    const times: number[] = [];
    const began = performance.now();
    const total = Math.round(seconds * rate * clients.length);
    const drawings: Promise<void>[] = [];
    // The clients take turns, so that their frames are spread evenly over time.
    for (let sent = 0; sent < total;) {
      const due = Math.min(total, (performance.now() - began) / 1_000 * rate * clients.length);
      for (; sent < due; sent++) drawings.push(draw(clients[sent % clients.length]!, times));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(drawings);
    times.sort((a, b) => a - b);
    return {
      frames: total,
      p50Us: times[times.length >> 1]!,
      p99Us: times[Math.floor(times.length * 0.99)]!,
    };
  },
});
Deno.exit(0);
