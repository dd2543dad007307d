/**
 * The states of a session and every step between them, as data.
 *
 * @module
 */

import type { PeerError } from "../errors.ts";
import type { PeerOffered } from "./events.ts";
import type { Ratchet } from "./ratchet.ts";

/** Where a session stands. */
export type StateName =
  /** Waiting for the peer's first HELLO. */
  | "hello"
  /** The ephemeral keys are in use; waiting for the peer's static key. */
  | "ephemeral"
  /** The peer claims a static key; the caller must accept or reject it. */
  | "offered"
  /** The final keys are in use; the peer has not yet shown that it has them too. */
  | "accepted"
  /** The peer has proved that it holds the key that it claimed. */
  | "established"
  /** The peer closed the connection, or this end did. */
  | "closed"
  /** A fault of the peer ended the session. */
  | "failed";

/** Where a session stands, and what there is in each state. */
export type State =
  | { readonly name: "hello" | "ephemeral" }
  | { readonly name: "offered"; readonly peer: PeerOffered }
  | { readonly name: "accepted"; readonly peer: PeerOffered; readonly ratchet: Ratchet }
  | {
    readonly name: "established";
    readonly peer: PeerOffered;
    readonly ratchet: Ratchet;
    /** Whether the packet that proved the key is still to be delivered, behind `peer-authenticated`. */
    isProofPending: boolean;
  }
  | { readonly name: "closed"; readonly peer: PeerOffered | undefined }
  | { readonly name: "failed"; readonly peer: PeerOffered | undefined; readonly fault: PeerError };

/** What there is in one state, or in some. */
export type StateOf<Name extends StateName> = Extract<State, { readonly name: Name }>;

/** The keys are not final. */
export type LoginState = StateOf<"hello" | "ephemeral">;

/** The keys are final: commands, events and streams may be sent. */
export type OpenState = StateOf<"accepted" | "established">;

/** What moves a session on. */
export type Trigger =
  | "ephemeral-hello"
  | "real-hello"
  | "accept"
  | "reject"
  | "verified-packet"
  | "end"
  | "fault";

/** Every permitted step; what is missing here does not happen. */
export const TRANSITIONS: {
  readonly [S in StateName]: { readonly [T in Trigger]?: StateName };
} = {
  "hello": {
    "ephemeral-hello": "ephemeral",
    "real-hello": "offered",
    "end": "closed",
    "fault": "failed",
  },
  "ephemeral": { "real-hello": "offered", "end": "closed", "fault": "failed" },
  "offered": { "accept": "accepted", "reject": "closed", "end": "closed", "fault": "failed" },
  "accepted": { "verified-packet": "established", "end": "closed", "fault": "failed" },
  "established": { "end": "closed", "fault": "failed" },
  "closed": {},
  "failed": {},
};
