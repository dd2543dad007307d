/** Sessions of a server whose peer is the test. */

import assert from "node:assert/strict";
import { A12Error } from "../../../lib/errors.ts";
import type { Session } from "../../../lib/session/session.ts";
import { drain, REGISTER, SERVER_KEY, serverSession } from "../../support/pair.ts";
import { RawPeer } from "../../support/raw_peer.ts";

/** Runs a direct login up to the final keys. */
export function login(session: Session, peer: RawPeer): void {
  session.receive(peer.hello().take());
  drain(session, SERVER_KEY);
  peer.receive(session.takeOutput()!);
}

/** A server whose peer has proved its key. */
export function loggedIn(): { session: Session; peer: RawPeer } {
  const session = serverSession();
  const peer = new RawPeer();
  login(session, peer);
  session.receive(peer.event(REGISTER).take());
  drain(session, SERVER_KEY);
  return { session, peer };
}

/** The code of the fault that ends a session. */
export function faultOf(session: Session): string {
  try {
    while (session.nextEvent() !== undefined);
  } catch (error) {
    if (error instanceof A12Error) return error.code;
    throw error;
  }
  assert.fail("there is a fault");
}
