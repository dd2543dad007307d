/** What goes on while something is wrong with the servers: records, logins, changes. */

import assert from "node:assert/strict";
import { freshKey } from "../support/clients.ts";
import { enterEverywhere } from "./revocation.ts";
import type { Rig } from "./rig.ts";
import { enter, pause } from "./source.ts";

/** Between two logins of a known key. */
const LOGIN_EVERY_MS = 250;

/** Starts the sources of a row, unless they are there, and lets each of them say something each second. */
export async function startTalking(rig: Rig): Promise<void> {
  const { sources, size } = rig;
  if (sources.all.length === 0) {
    const keys = Array.from({ length: size.sources }, freshKey);
    await rig.add(keys);
    await sources.start(keys);
  }
  sources.talk(size.sources);
  await rig.ledger.until(
    () => sources.all.every(({ life }) => (rig.ledger.of(life?.title ?? "")?.idents ?? 0) > 0),
    () => "a record of each source",
  );
}

/** Waits until the stream has something of each source that was said after now. @returns How long. */
export async function untilFlowing({ sources, ledger }: Rig): Promise<number> {
  const began = performance.now();
  const open = sources.lives.filter(({ toMs }) => toMs === undefined)
    .map((life) => ({ life, sent: life.sent }));
  const isBehind = ({ life, sent }: typeof open[0]) =>
    life.toMs === undefined && (ledger.of(life.title)?.idents ?? 0) <= sent;
  await ledger.until(
    () => !open.some(isBehind),
    () => `records of ${open.filter(isBehind).length} sources`,
  );
  return performance.now() - began;
}

/**
 * Logs a known key in again and again while something is done, which must cut off no source.
 *
 * @returns How often.
 */
export async function whileLoggingIn(rig: Rig, work: () => Promise<void>): Promise<number> {
  const cut = () => rig.sources.lives.filter(({ isCut }) => isCut).length;
  const cutBefore = cut();
  const { key, clients } = await enterEverywhere(rig);
  await Promise.all(clients.map(({ connection }) => connection.close()));
  const end = new AbortController();
  let logins = 0;
  const running = (async () => {
    while (!end.signal.aborted) {
      const entered = await enter(() => rig.connect(), key, rig.secret, "login");
      assert(entered !== undefined, `login ${logins + 1} of a known key was refused`);
      await entered.connection.close();
      logins++;
      await pause(LOGIN_EVERY_MS, end.signal);
    }
  })();
  running.catch(() => {});
  try {
    await work();
  } finally {
    end.abort();
  }
  await running;
  assert.equal(cut(), cutBefore, "sources that were cut off");
  return logins;
}
