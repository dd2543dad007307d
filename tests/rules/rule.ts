/** The shape of a rule of the protocol, and of what must come of a case that tests it. */

import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import type { ErrorCode } from "../../lib/errors.ts";
import type { RawClient } from "../support/clients.ts";
import type { RawPeer } from "../support/raw_peer.ts";

/** The listening processes; they differ in their options. */
export const LISTENERS = {
  open: [],
  secret: ["--secret", "1:open sesame"],
  ephemeral: ["--no-direct"],
} as const satisfies Record<string, readonly string[]>;

export type ListenerName = keyof typeof LISTENERS;

/** The keys of clients, by what the keystore says about them. */
export const KEYS = [
  "accepted",
  "any name",
  "several names",
  "another name",
  "expired",
  "elsewhere",
  "unknown",
  "guest",
] as const;

export type KeyName = typeof KEYS[number];

/** What a case has to work with. */
export interface Scene {
  readonly client: RawClient;
  readonly peer: RawPeer;
  /** All keys by name. */
  readonly keys: Readonly<Record<KeyName, PrivateKey>>;
  /** Connects one more client, which is closed at the end of the case. */
  connect(key: KeyName): Promise<RawClient>;
  /** Has the handler in the listening process call a verb of the client's first segment. */
  call(verb: string, ...args: unknown[]): void;
}

/** Fields that must be equal; others may be there. Functions judge a value by themselves. */
export type Fields = { readonly [name: string]: unknown };

/** What must come of a case. */
export type Outcome =
  /** The login is refused for a reason, in one log line; nothing is sent after the last HELLO. */
  | { readonly refused: ErrorCode; readonly key?: KeyName }
  /** The client is ended for a reason, in one log line, and its handler is told in `terminated`. */
  | { readonly ended: ErrorCode }
  /** The client leaves in order; `last_words` is what the handler gets. */
  | { readonly left: string }
  /** The connection is closed with this event in the log, and without a record. */
  | { readonly closed: string }
  /** The client lives on. All records and answers of the case, in order. */
  | {
    readonly records?: readonly Fields[];
    readonly answers?: readonly Fields[];
    /** The reason of a `stream-refused` line. */
    readonly stream?: ErrorCode;
  };

/** One rule, and the case that tests it. */
export interface Rule {
  /** What holds, in one sentence. */
  readonly rule: string;
  /** Where the reference has it: a file, and a function in it. */
  readonly reference: string;
  readonly listener?: ListenerName;
  readonly key?: KeyName;
  readonly secret?: string;
  readonly role?: number;
  /** How to log in before the case; `none` for cases about the login itself. Direct unless given. */
  readonly login?: "direct" | "ephemeral" | "none";
  /** The kind that the client registers as; a terminal unless given, `none` to leave that to the case. */
  readonly segkind?: number | "none";
  /** Queues packets, which are sent when it is done, or sends by itself. */
  readonly act?: (scene: Scene) => unknown;
  readonly expect: Outcome;
}

/** A rule without what its table says. */
export type Row = Omit<Rule, "rule" | "reference">;

/** Makes rules of one area, which share their place in the reference. */
export function rules(
  reference: string,
  table: Readonly<Record<string, Row>>,
): Rule[] {
  return Object.entries(table).map(([rule, row]) => ({ rule, reference, ...row }));
}
