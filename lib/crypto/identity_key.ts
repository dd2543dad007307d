/**
 * The long-lived private key of a listener.
 *
 * @module
 */

import { MAX_REMEMBERED_AGREEMENTS } from "../limits.ts";
import { PrivateKey } from "./x25519.ts";

/**
 * A private key that remembers its latest agreements: the programs of one user log in with one key, one
 * after the other, and the agreement is the same each time. What it remembers is no more secret than the
 * key itself, by which each agreement can be computed.
 */
export class IdentityKey extends PrivateKey {
  /** By the peer's public key in base64, the latest one last. */
  readonly #agreements = new Map<string, Uint8Array<ArrayBuffer>>();

  override agree(publicKey: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const peer = publicKey.toBase64();
    const shared = this.#agreements.get(peer) ?? super.agree(publicKey);
    if (shared === undefined) return undefined;
    this.#agreements.delete(peer);
    this.#agreements.set(peer, shared);
    if (this.#agreements.size > MAX_REMEMBERED_AGREEMENTS) this.#forgetOldest();
    // The caller wipes its copy.
    return shared.slice();
  }

  #forgetOldest(): void {
    for (const [peer, shared] of this.#agreements) {
      shared.fill(0);
      this.#agreements.delete(peer);
      return;
    }
  }
}
