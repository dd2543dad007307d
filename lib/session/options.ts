/**
 * What a session is made from.
 *
 * @module
 */

import type { Arena } from "../bytes/receive_buffer.ts";
import type { CryptoProvider } from "../crypto/provider.ts";
import type { PrivateKey } from "../crypto/x25519.ts";
import type { HelloMode } from "./events.ts";
import type { RekeyPolicy } from "./ratchet.ts";

/** What both ends need. */
export interface CommonOptions {
  /** The role that this end announces. */
  readonly role: "sink" | "source";
  /** The pre-shared secret, 1 to 31 bytes of UTF-8; kept until the session ends. */
  readonly secret: Uint8Array;
  /** The symmetric cryptography. */
  readonly crypto: CryptoProvider;
  /** Gives so many random bytes that no other caller ever gets; private keys among them are wiped. */
  readonly random: (count: number) => Uint8Array;
  /** When the connection was opened, in milliseconds of the clock that `handleTimeout` gets. */
  readonly startMs: number;
  /** When to rekey. */
  readonly rekey: RekeyPolicy;
  /** Where receive blocks come from; the heap when absent. */
  readonly arena?: Arena;
}

/** The end that was connected to. */
export interface ServerOptions extends CommonOptions {
  readonly side: "server";
  /** Whether clients may send their static key in the first packet; they may unless `false`. */
  readonly allowDirect?: boolean;
}

/** The end that connects. */
export interface ClientOptions extends CommonOptions {
  readonly side: "client";
  /** How to send the static key. */
  readonly mode: HelloMode;
  /** The static key of this end. */
  readonly key: PrivateKey;
}

/** How to make a session. */
export type SessionOptions = ServerOptions | ClientOptions;
