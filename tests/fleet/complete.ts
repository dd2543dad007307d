/** Whether the stream has all that sources have sent. */

import assert from "node:assert/strict";
import type { Rig } from "./rig.ts";
import type { Life } from "./source.ts";

/**
 * Waits until all that open and closed connections have sent is in the stream, in order. Of those that
 * were cut off, the login is there, and what came before has no gap.
 *
 * @returns How many records there are.
 */
export async function requireComplete({ sources, ledger }: Rig): Promise<string> {
  sources.silence();
  const { lives } = sources;
  const isLoggedIn = (life: Life) => ledger.logins.has(life.address);
  const isThere = (life: Life) =>
    isLoggedIn(life) && (life.isCut || ledger.of(life.title)?.idents === life.sent);
  const missing = () => lives.filter((life) => !isThere(life));
  await ledger.until(() => missing().length === 0, () => {
    const [first] = missing();
    return `${missing().length} of ${lives.length} clients to be complete in the stream; ` +
      `${first!.title} has ${isLoggedIn(first!) ? "a" : "no"} login and ` +
      `${ledger.of(first!.title)?.idents} of ${first!.sent} idents`;
  });
  assert.deepEqual(ledger.problems, []);
  return `${lives.length} logins and ${ledger.count} records in the stream, in order`;
}
