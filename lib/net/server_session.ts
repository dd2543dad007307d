/**
 * The session of a connection to a listener.
 *
 * @module
 */

import type { Arena } from "../bytes/receive_buffer.ts";
import type { CryptoProvider } from "../crypto/provider.ts";
import { REKEY_VOLUME_BYTES } from "../limits.ts";
import { Session } from "../session/session.ts";

/** REKEYs in a row at the start: after two of them both directions are forward secret. */
const EARLY_REKEYS = 2;

/** What is the same for all connections to a listener. */
export interface ServerOptions {
  /** Whether clients may send their static key without an ephemeral exchange. */
  readonly allowDirect: boolean;
  /** The symmetric cryptography. */
  readonly crypto: CryptoProvider;
  /** Where received bytes are put; the heap when absent. */
  readonly arena: Arena | undefined;
}

/** @param secret The bytes of the secret. */
export function serverSession(
  { crypto, arena, allowDirect }: ServerOptions,
  secret: Uint8Array,
): Session {
  return new Session({
    side: "server",
    role: "sink",
    secret,
    crypto,
    random: (count) => globalThis.crypto.getRandomValues(new Uint8Array(count)),
    startMs: performance.now(),
    rekey: { early: EARLY_REKEYS, volumeBytes: REKEY_VOLUME_BYTES },
    allowDirect,
    ...(arena && { arena }),
  });
}
