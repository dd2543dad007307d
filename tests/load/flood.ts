/** Strangers whose logins are refused, as many as can be, beside clients that log in. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Size } from "../support/proof_row.ts";
import { describeTimes } from "../support/proof_row.ts";
import { logIn, OTHER_ADDRESS, startListen, timeOf, untilTime } from "./loaded.ts";

const FLOODER = fileURLToPath(new URL("flooder.ts", import.meta.url));
const LOGINS = 20;

/**
 * Connections a second, how many of them are begun before the flooder looks whether it is over, the time
 * between good logins, and the most that one may take; in the tests others run beside it.
 */
const SIZES = {
  long: { perSecond: 2_000, batch: 2_000, gapMs: 500, mostMs: 250 },
  short: { perSecond: 1_000, batch: 100, gapMs: 0, mostMs: 2_000 },
} as const;

export async function flood(size: Size): Promise<string> {
  const { perSecond, batch, gapMs, mostMs } = SIZES[size];
  const sink = await startListen();
  const flooder = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", FLOODER, `${sink.port}`, `${perSecond}`, `${batch}`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = flooder.stdout.pipeThrough(new TextDecoderStream()).getReader();
  await reader.read();
  const times: number[] = [];
  const began = performance.now();
  for (let n = 0; n < LOGINS; n++) {
    await untilTime(began + n * gapMs);
    times.push(await timeOf(async () => (await logIn(sink.port, OTHER_ADDRESS)).close()));
  }
  await flooder.stdin.close();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  await flooder.status;
  await sink.stop();
  const { connections, seconds } = JSON.parse(text) as { connections: number; seconds: number };
  assert.ok(Math.max(...times) < mostMs, describeTimes(times));
  return `${connections} in ${seconds.toFixed(1)} s (${(connections / seconds).toFixed(0)} a ` +
    `second) from 100 addresses; ${LOGINS} of ${LOGINS} good logins: ${describeTimes(times)}`;
}
