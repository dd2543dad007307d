/** Whether the stream has all that sources have sent. */

import assert from "node:assert/strict";
import type { Rig } from "./rig.ts";
import type { Life } from "./source.ts";

/** What a listener that is killed may not have sent: README says "a few milliseconds". */
const UNSENT_MS = 100;

/**
 * Waits until all that open and closed connections have sent is in the stream, in order. Of those that
 * were cut off, what came before has no gap.
 *
 * @returns How many records there are.
 */
export async function requireComplete({ sources, ledger }: Rig): Promise<string> {
  sources.silence();
  const { lives } = sources;
  const isThere = (life: Life) => ledger.of(life.title)?.idents === life.sent;
  const missing = () => lives.filter((life) => !life.isCut && !isThere(life));
  await ledger.until(() => missing().length === 0, () => {
    const [first] = missing();
    return `${missing().length} of ${lives.length} clients to be complete in the stream; ` +
      `${first!.title} has ${ledger.of(first!.title)?.idents} of ${first!.sent} idents`;
  });
  const isTooYoung = ({ fromMs, toMs }: Life) => toMs !== undefined && toMs - fromMs < UNSENT_MS;
  const unknown = lives.filter((life) => !ledger.logins.has(life.address) && !isTooYoung(life));
  assert.deepEqual(unknown.map(({ title }) => title), [], "clients without a login in the stream");
  assert.deepEqual(ledger.problems, []);
  return `${lives.length} logins and ${ledger.count} records in the stream, in order`;
}
