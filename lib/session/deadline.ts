/**
 * The deadline of a login, and the fault of a peer that misses it.
 *
 * @module
 */

import { AuthError, LimitError, type PeerError } from "../errors.ts";
import { LOGIN_TIMEOUT_MS, SERVER_PROOF_TIMEOUT_MS } from "../limits.ts";
import type { Side } from "../transport/transport.ts";
import type { StateName } from "./transitions.ts";

interface Deadline {
  /** Milliseconds since the start of the connection. */
  readonly afterMs: number;
  readonly fault: () => PeerError;
}

/** @returns `undefined` for a state without a deadline. */
export function loginDeadline(state: StateName, side: Side): Deadline | undefined {
  if (state === "established" || state === "closed" || state === "failed") return undefined;
  // The server has only claimed its key: nothing has come that needs the private key.
  if (state === "accepted" && side === "client") return SERVER_PROOF;
  return {
    afterMs: LOGIN_TIMEOUT_MS,
    fault: () => {
      const text = `no login within ${LOGIN_TIMEOUT_MS / 1000} s (state ${state})`;
      return new LimitError("login-timeout", text);
    },
  };
}

const SERVER_PROOF: Deadline = {
  afterMs: SERVER_PROOF_TIMEOUT_MS,
  fault: () => {
    const seconds = SERVER_PROOF_TIMEOUT_MS / 1000;
    return new AuthError("not-proven", `the server has not proved its key within ${seconds} s`);
  },
};
