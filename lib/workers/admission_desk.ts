/**
 * The admission of all workers, in the main thread: it alone looks at the keystore, counts the places of
 * a secret, and counts the clients.
 *
 * @module
 */

import { TurnoverMap } from "../bytes/turnover.ts";
import { ApiMisuseError } from "../errors.ts";
import type { Admission, Ticket } from "../net/admission.ts";
import type { EnrolmentPlaces } from "../net/authority.ts";
import type { OwnerSlots } from "./shared_memory.ts";

/** What a worker is told about a claimed key that may log in. */
export interface Admitted {
  /** The private key to answer with. */
  readonly identity: Uint8Array;
  /** What people know the claimed key by. */
  readonly comment: string | undefined;
}

interface Visitor {
  readonly owner: string;
  readonly ticket: Ticket;
  /** Where the picture memory of the client's key is counted, once the client has a place. */
  slot: number | undefined;
}

/** The clients of one worker. */
export class AdmissionDesk {
  readonly #admission: Admission;
  readonly #identity: () => Uint8Array;
  readonly #slots: OwnerSlots;
  readonly #visitors = new TurnoverMap<number, Visitor>();
  #isClosed = false;
  #hadClients = false;

  /**
   * @param admission The admission of all workers.
   * @param identity Gives the private key to answer with.
   * @param slots The slots of all workers.
   */
  constructor(admission: Admission, identity: () => Uint8Array, slots: OwnerSlots) {
    this.#admission = admission;
    this.#identity = identity;
    this.#slots = slots;
  }

  /** How many clients have a place. */
  get clientCount(): number {
    return [...this.#visitors.values()].filter(({ slot }) => slot !== undefined).length;
  }

  /** Whether a client was let in. */
  get hadClients(): boolean {
    return this.#hadClients;
  }

  /**
   * See {@linkcode Admission.admit}.
   *
   * @param id The worker's number for the connection.
   */
  async admit(
    id: number,
    publicKey: Uint8Array,
    address: string,
    places: EnrolmentPlaces,
  ): Promise<Admitted> {
    const ticket = await this.#admission.admit(publicKey, address, places);
    const owner = publicKey.toBase64();
    if (this.#isClosed) {
      ticket.leave();
      throw gone();
    }
    this.#visitors.set(id, { owner, ticket, slot: undefined });
    return { identity: this.#identity(), comment: ticket.comment };
  }

  /**
   * See {@linkcode Ticket.arrive}.
   *
   * @returns Where the picture memory of the client's key is counted.
   */
  async arrive(id: number): Promise<number> {
    const visitor = this.#visitor(id);
    const pending = visitor.ticket.arrive();
    if (pending !== undefined) await pending;
    if (this.#visitors.get(id) !== visitor) throw gone();
    this.#hadClients = true;
    return visitor.slot ??= this.#slots.enter(visitor.owner);
  }

  /** See {@linkcode Ticket.enrol}. */
  async enrol(id: number): Promise<number | undefined> {
    return await this.#visitor(id).ticket.enrol();
  }

  /** See {@linkcode Ticket.leave}. */
  leave(id: number): void {
    const visitor = this.#visitors.get(id);
    if (visitor === undefined) return;
    this.#visitors.delete(id);
    visitor.ticket.leave();
    if (visitor.slot !== undefined) this.#slots.leave(visitor.owner);
  }

  /** All connections have ended with their worker. */
  close(): void {
    this.#isClosed = true;
    for (const id of [...this.#visitors.keys()]) this.leave(id);
  }

  #visitor(id: number): Visitor {
    const visitor = this.#visitors.get(id);
    if (visitor !== undefined) return visitor;
    throw gone();
  }
}

function gone(): ApiMisuseError {
  return new ApiMisuseError("wrong-state", "the connection has left");
}
