/** A listener that is killed while clients talk. */

import assert from "node:assert/strict";
import { describeTimes } from "../support/proof_row.ts";
import { requireComplete } from "./complete.ts";
import { endLease } from "./lease.ts";
import type { Rig } from "./rig.ts";
import { startTalking, untilFlowing } from "./talking.ts";

/** What is demanded; in the tests others run beside it. */
const MOST_MS = { long: 5_000, short: 15_000 } as const;

export async function listenerKilled(rig: Rig): Promise<string> {
  const mostMs = MOST_MS[rig.size.isShort ? "short" : "long"];
  await startTalking(rig);
  const { sources, ledger } = rig;
  const open = sources.lives.filter(({ toMs }) => toMs === undefined);
  const began = performance.now();
  await rig.hosts[0]!.kill();
  await untilFlowing(rig);
  await sources.allIn();
  const lost = open.filter(({ isCut }) => isCut);
  assert(lost.length > 0, "the balancer gave the listener no client");
  const backMs = sources.all.filter(({ lives }) => lives.some((life) => lost.includes(life)))
    .map(({ life }) => life!.fromMs - began);
  assert(Math.max(...backMs) < mostMs, describeTimes(backMs));
  const restarted = rig.restart(0);
  restarted.catch(() => {});

  const complete = await requireComplete(rig);
  const [host, ...others] = new Set(lost.map(({ title }) => ledger.of(title)!.host));
  assert.deepEqual(others, [], "other hosts that have lost clients");
  const running = ledger.at(host!).filter(({ ends }) => ends === 0).length;
  if (rig.size.isShort) await endLease(rig, host!);
  await ledger.until(
    () => ledger.at(host!).every(({ ends }) => ends === 1),
    () => {
      const open = ledger.at(host!).filter(({ ends }) => ends !== 1);
      return `the end of ${open.length} of ${
        ledger.at(host!).length
      } clients of ${host}, the first ` +
        JSON.stringify(open[0]);
    },
  );
  const leaseMs = performance.now() - began;
  const idents = lost.map(({ title, sent }) => sent - ledger.of(title)!.idents);
  const unsent = idents.reduce((sum, count) => sum + count, 0);
  await restarted;
  return `${lost.length} clients were back after ${describeTimes(backMs)}; ` +
    `${running} got their one end from the other hosts within ${(leaseMs / 1_000).toFixed(1)} s; ` +
    `${unsent} idents of the last moment were lost with the host; ${complete}`;
}
