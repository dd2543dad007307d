/**
 * The admission of clients as a worker sees it: the main thread decides.
 *
 * @module
 */

import { equalConstantTime } from "../bytes/equal.ts";
import { PrivateKey } from "../crypto/x25519.ts";
import type { Admission, Ticket } from "../net/admission.ts";
import type { EnrolmentPlaces } from "../net/authority.ts";
import type { Link } from "./link.ts";
import type { MainService } from "./services.ts";
import type { SharedMemory } from "./shared_memory.ts";

type Main = Pick<Link<object, MainService>, "ask" | "tell">;

/** Asks the main thread. */
export class RemoteAdmission implements Admission {
  readonly #main: Main;
  readonly #memory: SharedMemory;
  #lastId = 0;
  #imported: { readonly raw: Uint8Array; readonly key: PrivateKey } | undefined;

  /** @param memory Learns which keys have clients. */
  constructor(main: Main, memory: SharedMemory) {
    this.#main = main;
    this.#memory = memory;
  }

  async admit(
    publicKey: Uint8Array,
    address: string,
    places: EnrolmentPlaces,
  ): Promise<Ticket> {
    const id = ++this.#lastId;
    const owner = publicKey.toBase64();
    const { identity, comment } = await this.#main.ask(
      "admit",
      id,
      publicKey.slice(),
      address,
      places,
    );
    const key = this.#import(identity);
    return new RemoteTicket(this.#main, this.#memory, { id, owner, identity: key, comment });
  }

  revoked(): Promise<readonly string[]> {
    return this.#main.ask("revoked");
  }

  revocation(): Promise<void> {
    return this.#main.ask("revocation");
  }

  /** Importing a key costs as much as a key exchange. */
  #import(raw: Uint8Array): PrivateKey {
    if (this.#imported === undefined || !equalConstantTime(this.#imported.raw, raw)) {
      this.#imported = { raw, key: new PrivateKey(raw) };
    }
    return this.#imported.key;
  }
}

interface Visit extends Pick<Ticket, "identity" | "comment"> {
  readonly id: number;
  readonly owner: string;
}

class RemoteTicket implements Ticket {
  readonly identity: PrivateKey;
  readonly comment: string | undefined;
  readonly #main: Main;
  readonly #memory: SharedMemory;
  readonly #id: number;
  readonly #owner: string;
  #isIn = false;
  #hasLeft = false;

  constructor(main: Main, memory: SharedMemory, { id, owner, identity, comment }: Visit) {
    this.#main = main;
    this.#memory = memory;
    this.#id = id;
    this.#owner = owner;
    this.identity = identity;
    this.comment = comment;
  }

  async arrive(): Promise<void> {
    const slot = await this.#main.ask("arrive", this.#id);
    if (this.#hasLeft || this.#isIn) return;
    this.#isIn = true;
    this.#memory.enter(this.#owner, slot);
  }

  enrol(): Promise<number | undefined> {
    return this.#main.ask("enrol", this.#id);
  }

  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#main.tell("leave", this.#id);
    if (this.#isIn) this.#memory.leave(this.#owner);
  }
}
