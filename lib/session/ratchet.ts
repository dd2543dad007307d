/**
 * Changes of keys after the login: which end may rekey, when, and to which keys.
 *
 * The keys of the login come from two long-lived keys and a nonce. A REKEY replaces the keys of the
 * sender's direction by an exchange with a key of this session, so that a static key that leaks later does
 * not reveal the session. Each REKEY passes the right to rekey to the other end. Source: arcan `a12.c`.
 *
 * What leaks later, and what it reveals of a recorded session of a server that rekeys twice:
 *
 * | packets | the server's static key | the client's static key |
 * |---|---|---|
 * | of the login, and the server's first hints and ACTIVATE | yes | yes |
 * | of the client, up to its answer to the first REKEY | yes | yes |
 * | of the client, after its answer | no | no |
 * | of the server, between its REKEYs: hints, acknowledgements, refusals | no | yes |
 * | of the server, after its second REKEY: input, text, files, all else | no | no |
 *
 * Content that a server sends before the client has answered is in the fourth row, as it is not the server's
 * turn to rekey.
 *
 * The first REKEY goes out behind the first hints and ACTIVATE, in the same write, so a client that waits
 * for ACTIVATE before it draws has it in time for its first frame. It takes the key pair of the server's
 * ephemeral HELLO, which belongs to this session alone and is dropped with the second REKEY: while it is
 * kept, the keys that it gave are in memory as well. The second REKEY goes out in front of the first packet
 * with content (`content.ts`) after the client's answer. The secret of a REKEY is computed when the next
 * packet of that direction comes or goes: a client that leaves before costs no agreement.
 *
 * @module
 */

import { KEY_BYTES } from "../crypto/provider.ts";
import { agreeWithNew, isLowOrder, PrivateKey } from "../crypto/x25519.ts";
import { AuthError, MisbehavedError } from "../errors.ts";
import type { Side } from "../transport/transport.ts";

export interface RekeyPolicy {
  /**
   * How many REKEYs a server sends whatever the volume: the first with its first output after the client
   * has proved its key, each later one in front of the first packet with content that it sends when it is
   * its turn. After the first and the client's answer, what the client sends is forward secret; after the
   * second, what the server sends.
   */
  readonly early: number;
  /**
   * Rekey after this many bytes, sent and received.
   * DEVIATION: the reference counts only what it sends, which is little for a sink; pinned by
   * "rekeys by volume, counting received bytes".
   */
  readonly volumeBytes: number;
}

/** The state of rekeying at one end. */
export class Ratchet {
  readonly #policy: RekeyPolicy;
  #mayRekey: boolean;
  #own: PrivateKey | undefined;
  #next: PrivateKey | undefined;
  #remote: Uint8Array;
  #sent = 0;
  #bytes = 0;

  /**
   * @param side The server rekeys first.
   * @param own The static key of this end.
   * @param remote The static public key of the peer.
   * @param next The key for the first REKEY, if this end has one that was made for this session.
   */
  constructor(
    side: Side,
    own: PrivateKey,
    remote: Uint8Array,
    policy: RekeyPolicy,
    next?: PrivateKey,
  ) {
    this.#policy = policy;
    this.#mayRekey = side === "server";
    this.#own = side === "client" ? own : undefined;
    this.#next = next;
    this.#remote = remote;
  }

  /** Whether it is this end's turn to rekey. */
  get mayRekey(): boolean {
    return this.#mayRekey;
  }

  /** Wipes the keys that were made for this session and never used; call it when the session has ended. */
  wipe(): void {
    this.#next?.wipe();
    if (this.#sent > 0) this.#own?.wipe();
  }

  /** Counts the bytes of a packet in either direction. */
  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Whether a server sends a REKEY behind what it sends now. */
  get isFirstDue(): boolean {
    return this.#mayRekey && this.#sent === 0 && this.#policy.early > 0;
  }

  /** Whether a server sends a REKEY in front of its next packet. */
  isDueBefore(hasContent: boolean): boolean {
    if (!this.#mayRekey) return false;
    return this.#bytes >= this.#policy.volumeBytes ||
      (hasContent && this.#sent < this.#policy.early);
  }

  /**
   * Takes a new key for the sending direction and passes the right to rekey to the peer.
   *
   * @param random Makes 32 random bytes for the key, which are wiped.
   * @returns The key to send, and what computes the secret of all packets after the REKEY.
   */
  advance(
    random: (count: number) => Uint8Array,
  ): { publicKey: Uint8Array; agreed: () => Uint8Array } {
    const own = this.#own = this.#next ?? freshKey(random);
    const remote = this.#remote;
    this.#next = undefined;
    this.#mayRekey = false;
    this.#sent++;
    this.#bytes = 0;
    return { publicKey: own.publicKey, agreed: () => agree(own, remote) };
  }

  /**
   * Takes the REKEY of the peer.
   *
   * @param publicKey The new public key of the peer, 32 bytes, kept.
   * @returns Computes the secret of the receiving direction from now on.
   * @throws {MisbehavedError} `rekey-not-theirs`.
   * @throws {AuthError} `low-order-key`.
   */
  follow(publicKey: Uint8Array): () => Uint8Array {
    const own = this.#own;
    if (this.#mayRekey || own === undefined) {
      throw new MisbehavedError("rekey-not-theirs", "the peer sent REKEY out of turn");
    }
    if (isLowOrder(publicKey)) throw lowOrder();
    this.#remote = publicKey;
    this.#mayRekey = true;
    return () => agree(own, publicKey);
  }
}

/** The raw bytes are wiped: with a copy of them the exchange could be undone. */
export function freshKey(random: (count: number) => Uint8Array): PrivateKey {
  const raw = random(KEY_BYTES);
  const key = new PrivateKey(raw);
  raw.fill(0);
  return key;
}

/**
 * Makes a key and agrees on a secret with it.
 *
 * @param random Makes 32 random bytes for the key, which are wiped.
 * @throws {AuthError} `low-order-key`.
 */
export function freshExchange(
  random: (count: number) => Uint8Array,
  remote: Uint8Array,
): { own: PrivateKey; shared: Uint8Array } {
  const raw = random(KEY_BYTES);
  const { key, shared } = agreeWithNew(raw, remote);
  raw.fill(0);
  if (shared === undefined) throw lowOrder();
  return { own: key, shared };
}

/**
 * X25519 that refuses public keys with which the result would be known to everyone.
 *
 * @throws {AuthError} `low-order-key`.
 */
export function agree(own: PrivateKey, remote: Uint8Array): Uint8Array {
  const shared = own.agree(remote);
  if (shared === undefined) throw lowOrder();
  return shared;
}

function lowOrder(): AuthError {
  return new AuthError("low-order-key", "the peer's public key is a low-order point");
}
