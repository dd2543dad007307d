/**
 * Who a client is.
 *
 * @module
 */

/** Who a client is: proved by its key, not by what it says. */
export interface Peer {
  /** Its X25519 public key, 44 characters of base64. */
  readonly publicKey: string;
  /** The short form of the key. */
  readonly fingerprint: string;
  /** Where it connects from, `host:port`. */
  readonly address: string;
}
