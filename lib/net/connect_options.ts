/**
 * What a source's connection is made from.
 *
 * @module
 */

import type { PrivateKey } from "../crypto/x25519.ts";
import type { HelloMode } from "../session/events.ts";
import type { Registration } from "../source/endpoint.ts";

/** How to dial a sink. */
export interface ConnectOptions {
  /** The port; 6680 unless given. */
  readonly port?: number;
  /** Our private key: 32 bytes, or one that was imported before. */
  readonly key: PrivateKey | Uint8Array;
  /**
   * Decides about the key that the server answers with.
   *
   * @param publicKey 32 bytes.
   */
  readonly acceptServer: (publicKey: Uint8Array) => boolean;
  /** What the primary segment registers as. */
  readonly registration: Registration;
  /** How to send our key: `ephemeral`, which hides it, unless given. */
  readonly mode?: HelloMode;
  /** The further key, 1 to 31 bytes of UTF-8; the one that everybody knows when absent. */
  readonly secret?: string;
  /** How many frames may be under way; 1 unless given. */
  readonly window?: number;
}
