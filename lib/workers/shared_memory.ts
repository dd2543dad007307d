/**
 * What all threads of a port count together, in memory that they share: the numbers of sources, the
 * memory of pictures, and decoders of H.264.
 *
 * @module
 */

import type { Share } from "../bytes/fair_share.ts";
import { MAX_CLIENTS, MAX_SURFACE_BYTES } from "../limits.ts";

/** The words of a table: what all keys hold, then what each key holds, then the number of decoders. */
const DECODERS = 1 + MAX_CLIENTS;
const TABLE_WORDS = DECODERS + 1;

/** Passed to every worker. */
export interface SharedBuffers {
  /** The last number of a source. */
  readonly lastId: SharedArrayBuffer;
  /** What all workers hold: a table. */
  readonly held: SharedArrayBuffer;
}

export function makeSharedBuffers(): SharedBuffers {
  return { lastId: new SharedArrayBuffer(4), held: makeTable() };
}

/** Makes a table of what one worker holds; it is given back for the worker if that ends early. */
export function makeTable(): SharedArrayBuffer {
  return new SharedArrayBuffer(TABLE_WORDS * BigInt64Array.BYTES_PER_ELEMENT);
}

/** Gives the next number of a source, from 1. */
export function nextSharedId({ lastId }: SharedBuffers): number {
  return Atomics.add(new Int32Array(lastId), 0, 1) + 1;
}

/** Gives back what a worker held that has ended. */
export function giveBack(buffers: SharedBuffers, held: SharedArrayBuffer): void {
  const all = new BigInt64Array(buffers.held);
  new BigInt64Array(held).forEach((amount, slot) => Atomics.sub(all, slot, amount));
}

/** The decoders of H.264 of all workers, as a worker counts them. */
export class SharedDecoders {
  readonly #all: BigInt64Array;
  readonly #own: BigInt64Array;

  /** @param held The table of this worker. */
  constructor(buffers: SharedBuffers, held: SharedArrayBuffer) {
    this.#all = new BigInt64Array(buffers.held);
    this.#own = new BigInt64Array(held);
  }

  /** @returns How many there are then. */
  add(change: 1 | -1): number {
    Atomics.add(this.#own, DECODERS, BigInt(change));
    return Number(Atomics.add(this.#all, DECODERS, BigInt(change))) + change;
  }
}

interface Owner {
  readonly slot: number;
  clients: number;
  amount: number;
}

/** The memory of pictures, as a worker takes it: no key has more than is left for all others. */
export class SharedMemory implements Share {
  readonly limit: number;
  readonly #all: BigInt64Array;
  readonly #own: BigInt64Array;
  readonly #owners = new Map<string, Owner>();

  /**
   * @param held The table of this worker.
   * @param limit In bytes.
   */
  constructor(buffers: SharedBuffers, held: SharedArrayBuffer, limit = MAX_SURFACE_BYTES) {
    this.#all = new BigInt64Array(buffers.held);
    this.#own = new BigInt64Array(held);
    this.limit = limit;
  }

  get used(): number {
    return Number(Atomics.load(this.#all, 0));
  }

  /** A client of this key has come. @param slot The slot of the key, the same in all workers. */
  enter(owner: string, slot: number): void {
    const known = this.#owners.get(owner);
    if (known?.slot === slot) known.clients++;
    else this.#owners.set(owner, { slot, clients: 1, amount: 0 });
  }

  /** The client has left; what it holds is given back soon. */
  leave(owner: string): void {
    const known = this.#owners.get(owner);
    if (known === undefined) return;
    known.clients--;
    this.#forget(owner, known);
  }

  take(owner: string, amount: number): boolean {
    const known = this.#owners.get(owner);
    if (known === undefined) return false;
    // Takes first and looks then: of several threads that do so at once, none gets too much.
    const { own, used } = this.#add(known, amount);
    if (own <= BigInt(this.limit) - used) return true;
    this.#add(known, -amount);
    return false;
  }

  give(owner: string, amount: number): void {
    const known = this.#owners.get(owner);
    if (known === undefined) return;
    this.#add(known, -amount);
    this.#forget(owner, known);
  }

  #add(owner: Owner, amount: number): { readonly own: bigint; readonly used: bigint } {
    const delta = BigInt(amount);
    owner.amount += amount;
    for (const slot of [0, owner.slot]) Atomics.add(this.#own, slot, delta);
    const own = Atomics.add(this.#all, owner.slot, delta) + delta;
    const used = Atomics.add(this.#all, 0, delta) + delta;
    return { own, used };
  }

  #forget(name: string, { clients, amount }: Owner): void {
    if (clients === 0 && amount === 0) this.#owners.delete(name);
  }
}

/** The slots of keys that have clients; the main thread gives them out. */
export class OwnerSlots {
  readonly #slots = new Map<string, { readonly slot: number; clients: number }>();
  readonly #free: number[] = [];

  /** A client has come. @returns The slot of its key. */
  enter(owner: string): number {
    const known = this.#slots.get(owner);
    if (known !== undefined) {
      known.clients++;
      return known.slot;
    }
    const slot = this.#free.pop() ?? this.#slots.size + 1;
    this.#slots.set(owner, { slot, clients: 1 });
    return slot;
  }

  /** The client has left. */
  leave(owner: string): void {
    const known = this.#slots.get(owner);
    if (known === undefined || --known.clients > 0) return;
    this.#slots.delete(owner);
    this.#free.push(known.slot);
  }
}
