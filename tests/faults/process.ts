/** What the rows look at in a listening process. */

import assert from "node:assert/strict";
import type { Listening, TestSource } from "../support/listening.ts";

/** The port that a listener has told. */
export async function portOf(listening: Listening): Promise<number> {
  const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+)/);
  return Number(port);
}

/** How many file descriptors a process has open. */
export function descriptorsOf(listening: Listening): number {
  return [...Deno.readDirSync(`/proc/${listening.process.pid}/fd`)].length;
}

/** Waits until a process has no more open file descriptors than before. */
export async function untilDescriptors(listening: Listening, most: number): Promise<void> {
  // Each new client is taken behind all that was closed before it, so a few of them are enough.
  for (let tries = 0; tries < 200; tries++) {
    if (descriptorsOf(listening) <= most) return;
    await (await listening.connect()).close();
  }
  assert.fail(`${descriptorsOf(listening)} descriptors are open, there were ${most}`);
}

/** Checks that a client and a new one can draw, and that no error was logged. */
export async function requireHealthy(listening: Listening, client: TestSource): Promise<void> {
  await client.showText("still here");
  const late = await listening.connect();
  await late.showText("here as well");
  await late.close();
  assert.doesNotMatch(listening.err.text, / error (?!reload-failed|own-key-kept)/);
}
