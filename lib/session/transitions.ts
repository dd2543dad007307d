/**
 * The states of a session and all transitions between them, as data.
 *
 * @module
 */

import type { PeerError } from "../errors.ts";
import type { PeerOffered } from "./events.ts";
import type { Ratchet } from "./ratchet.ts";

export type StateName =
  /** Waiting for the peer's first HELLO. */
  | "hello"
  /** The ephemeral keys are in use; waiting for the peer's static key. */
  | "ephemeral"
  /** The peer claims a static key; the caller must accept or reject it. */
  | "offered"
  /** The final keys are in use; the peer has not yet proved that it has them. */
  | "accepted"
  /** The peer has proved the key that it claimed. */
  | "established"
  /** An end closed the connection. */
  | "closed"
  /** A fault of the peer ended the session. */
  | "failed";

export type State =
  | { readonly name: "hello" | "ephemeral" }
  | { readonly name: "offered"; readonly peer: PeerOffered }
  | { readonly name: "accepted"; readonly peer: PeerOffered; readonly ratchet: Ratchet }
  | {
    readonly name: "established";
    readonly peer: PeerOffered;
    readonly ratchet: Ratchet;
    /** Whether the packet that proved the key is still to be delivered, after `peer-authenticated`. */
    isProofPending: boolean;
  }
  | { readonly name: "closed"; readonly peer: PeerOffered | undefined }
  | { readonly name: "failed"; readonly peer: PeerOffered | undefined; readonly fault: PeerError };

/** One or several of the states. */
export type StateOf<Name extends StateName> = Extract<State, { readonly name: Name }>;

/** The states before the peer has offered its static key. */
export type LoginState = StateOf<"hello" | "ephemeral">;

/** The states with final keys: commands, events and streams may be sent. */
export type OpenState = StateOf<"accepted" | "established">;

/** What causes a transition. */
export type Trigger =
  | "ephemeral-hello"
  | "real-hello"
  | "accept"
  | "reject"
  | "verified-packet"
  | "end"
  | "fault";

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
