/** SIGHUP again and again. */

import assert from "node:assert/strict";
import { Listening } from "../support/listening.ts";
import type { Size } from "../support/proof_row.ts";
import { descriptorsOf, requireHealthy, untilDescriptors } from "./process.ts";

/** Signals that come while one is being handled count as one. */
const LEAST_RELOADS = 3;

export async function hangups(size: Size): Promise<string> {
  const count = size === "long" ? 1_000 : 50;
  await using listening = await Listening.start("--log-file", "DIR/log");
  const client = await listening.connect();
  await client.showText("here");
  const before = descriptorsOf(listening);
  const log = () => Deno.readTextFileSync(`${listening.directory}/log`);
  const reloads = () => log().split(" info reloaded ").length - 1;
  let sent = 0;
  const isEnough = () => sent >= count && reloads() >= LEAST_RELOADS;
  for (; !isEnough() && sent < 100 * count; sent++) {
    listening.process.kill("SIGHUP");
    if (sent % 10 === 0) await client.showText(`${sent}`);
  }
  await requireHealthy(listening, client);
  await untilDescriptors(listening, before);
  assert.ok(reloads() >= LEAST_RELOADS, `${reloads()} reloads`);
  assert.doesNotMatch(log(), / (error|warn) /);
  return `${sent} signals, ${reloads()} reloads, no descriptor more`;
}
