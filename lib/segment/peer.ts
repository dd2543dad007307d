/**
 * The identity of a client.
 *
 * @module
 */

/** The identity of a client: proved by its key, not by what it says. */
export interface Peer {
  /** Its X25519 public key, 44 characters of base64. */
  readonly publicKey: string;
  /** The short form of the key. */
  readonly fingerprint: string;
  /** Where it connects from, `host:port`. */
  readonly address: string;
  /** What the keystore's owner knows the key by; absent without one. */
  readonly comment?: string | undefined;
  /** The name of the listener that it connects to; absent without one. */
  readonly name?: string | undefined;
}
