/**
 * The options of a session.
 *
 * @module
 */

import type { Arena } from "../bytes/receive_buffer.ts";
import type { CryptoProvider } from "../crypto/provider.ts";
import type { PrivateKey } from "../crypto/x25519.ts";
import type { HelloMode } from "./events.ts";
import type { RekeyPolicy } from "./ratchet.ts";

/** The options of both ends. */
interface CommonOptions {
  /** The role that this end announces. */
  readonly role: "sink" | "source";
  /** The pre-shared secret, 1 to 31 bytes of UTF-8; kept until the session ends. */
  readonly secret: Uint8Array;
  readonly crypto: CryptoProvider;
  /** Returns fresh random bytes; the session wipes those that it uses as private keys. */
  readonly random: (count: number) => Uint8Array;
  /** When the connection was opened, in milliseconds of the clock that `handleTimeout` gets. */
  readonly startMs: number;
  readonly rekey: RekeyPolicy;
  /** Where receive blocks come from; the heap when absent. */
  readonly arena?: Arena;
}

/** The options of the end that accepted the connection. */
export interface ServerOptions extends CommonOptions {
  readonly side: "server";
  /** Whether clients may send their static key in the first packet; `true` unless given. */
  readonly allowDirect?: boolean;
}

/** The options of the end that opened the connection. */
export interface ClientOptions extends CommonOptions {
  readonly side: "client";
  readonly mode: HelloMode;
  /** The static key of this end. */
  readonly key: PrivateKey;
}

/** The options of either end. */
export type SessionOptions = ServerOptions | ClientOptions;
