/**
 * Asks a handler whether a client that has proved its key may come in.
 *
 * @module
 */

import { AuthError } from "../errors.ts";
import { AUTHORIZE_TIMEOUT_MS } from "../limits.ts";
import type { Peer } from "../segment/peer.ts";
import { describeThrown } from "./call_handler.ts";
import type { Authorize } from "./listen_types.ts";

/**
 * Waits for the answer. Only `true` lets the client in.
 *
 * @throws {AuthError} `not-authorized` for any other answer, an error, and an answer that comes too late.
 */
export async function requireAuthorized(authorize: Authorize, peer: Peer): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(refused(`has not answered within ${AUTHORIZE_TIMEOUT_MS / 1000} s`)),
    AUTHORIZE_TIMEOUT_MS,
  );
  try {
    const answer: unknown = await Promise.race([ask(authorize, peer), tooLate]);
    if (answer !== true) throw refused(`has answered ${describeThrown(answer)}, not true`);
  } finally {
    clearTimeout(timer);
  }
}

async function ask(authorize: Authorize, peer: Peer): Promise<unknown> {
  try {
    return await authorize(peer);
  } catch (error) {
    throw refused(`failed: ${describeThrown(error)}`);
  }
}

function refused(what: string): AuthError {
  return new AuthError("not-authorized", `authorize ${what}`);
}
