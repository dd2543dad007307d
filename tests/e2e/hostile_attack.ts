// What hostile clients do; hostile_test.ts has them do it.

import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import type { RawClient } from "../support/clients.ts";
import type { Bench, BenchOptions } from "../support/listen.ts";
import type { RawPeerOptions } from "../support/raw_peer.ts";

/** What an attacker has to work with. */
export interface Scene {
  readonly client: RawClient;
  readonly bench: Bench;
  /** A key that may log in; the attacker's own. */
  readonly key: PrivateKey;
}

/** One way to break the rules. */
export interface Attack {
  readonly code: string;
  readonly bench?: BenchOptions;
  /** What differs from a client with an accepted key. */
  readonly peer?: RawPeerOptions;
  /** Whether the attacker has claimed a key by then, so that the log can name it. */
  readonly namesKey: boolean;
  readonly act: (scene: Scene) => Promise<unknown>;
}

/** All attacks by what they are. */
export type Attacks = { readonly [name: string]: Attack };

/** A point whose agreement with any key is zero. */
export const LOW_ORDER: Uint8Array = new Uint8Array(32);

/** Changes one bit of a packet. */
export function flip(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  changed[at]! ^= 1;
  return changed;
}
