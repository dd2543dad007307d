/**
 * The rekey ratchet: who may rekey, with which keys, and when it is time to.
 *
 * The real keys of a session come from two long-lived keys and a nonce. A REKEY replaces the keys of
 * the sender's direction by an exchange with a key made for it, so that a session cannot be opened
 * by who gets hold of a static key later. The right to rekey passes to the other end with each
 * REKEY. Source: arcan `a12.c`.
 *
 * @module
 */

import { PrivateKey } from "../crypto/x25519.ts";
import { AuthError, MisbehavedError } from "../errors.ts";
import type { Side } from "../transport/transport.ts";

/** When to rekey. */
export interface RekeyPolicy {
  /**
   * How many REKEYs to send as soon as this end may. After the first of a server and the client's
   * answer what the client sends is forward secret, after the second what the server sends.
   */
  readonly early: number;
  /**
   * Rekey after so many bytes in both directions together.
   * DEVIATION: the reference counts what it sends alone, which a sink hardly does; pinned by
   * "rekeys by volume, received bytes counted".
   */
  readonly volumeBytes: number;
}

/** The ratchet of one end. */
export class Ratchet {
  readonly #side: Side;
  readonly #policy: RekeyPolicy;
  #mayRekey: boolean;
  #own: PrivateKey | undefined;
  #remote: Uint8Array;
  #sent = 0;
  #bytes = 0;

  /**
   * @param side Which end this is; the server may rekey first.
   * @param own The static key of this end.
   * @param remote The static public key of the peer, 32 bytes.
   * @param policy When to rekey.
   */
  constructor(side: Side, own: PrivateKey, remote: Uint8Array, policy: RekeyPolicy) {
    this.#side = side;
    this.#policy = policy;
    this.#mayRekey = side === "server";
    this.#own = side === "client" ? own : undefined;
    this.#remote = remote;
  }

  /** Whether it is this end's turn to rekey. */
  get mayRekey(): boolean {
    return this.#mayRekey;
  }

  /**
   * Counts traffic.
   *
   * @param bytes Bytes of a packet in either direction.
   */
  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Whether a REKEY should follow now. A client answers each REKEY behind its next packet. */
  get isDue(): boolean {
    if (!this.#mayRekey) return false;
    return this.#side === "client" || this.#sent < this.#policy.early ||
      this.#bytes >= this.#policy.volumeBytes;
  }

  /**
   * Passes the right to rekey on and makes the new key of the sending direction.
   *
   * @param privateKey 32 random bytes, wiped.
   * @returns What to send and the new shared secret, to be used behind the REKEY packet.
   * @throws {AuthError} `low-order-key`.
   */
  advance(privateKey: Uint8Array): { publicKey: Uint8Array; shared: Uint8Array } {
    this.#own = new PrivateKey(privateKey);
    privateKey.fill(0);
    const shared = agree(this.#own, this.#remote);
    this.#mayRekey = false;
    this.#sent++;
    this.#bytes = 0;
    return { publicKey: this.#own.publicKey, shared };
  }

  /**
   * Takes the peer's REKEY.
   *
   * @param publicKey The peer's new public key, 32 bytes, kept.
   * @returns The new shared secret of the receiving direction.
   * @throws {MisbehavedError} `rekey-not-theirs`.
   * @throws {AuthError} `low-order-key`.
   */
  follow(publicKey: Uint8Array): Uint8Array {
    if (this.#mayRekey || this.#own === undefined) {
      throw new MisbehavedError("rekey-not-theirs", "the peer sent REKEY out of turn");
    }
    const shared = agree(this.#own, publicKey);
    this.#remote = publicKey;
    this.#mayRekey = true;
    return shared;
  }
}

/**
 * X25519 that refuses keys which would make the result known to everybody.
 *
 * @param own The private key of this end.
 * @param remote The public key of the peer, 32 bytes.
 * @throws {AuthError} `low-order-key`.
 */
export function agree(own: PrivateKey, remote: Uint8Array): Uint8Array {
  const shared = own.agree(remote);
  if (shared === undefined) {
    throw new AuthError("low-order-key", "the peer's public key is a low-order point");
  }
  return shared;
}
