/**
 * A limited quantity, such as memory, divided so that no owner can use it up.
 *
 * @module
 */

/** A limited quantity of which owners take parts. */
export interface Share {
  /** The whole quantity, in any unit. */
  readonly limit: number;
  /** What all owners hold together. */
  readonly used: number;
  /** @returns Whether `owner` got the whole `amount`; otherwise it got nothing. */
  take(owner: string, amount: number): boolean;
  /** @param amount At most what `owner` holds. */
  give(owner: string, amount: number): void;
}

/**
 * Lets no owner hold more than is left for all others. A single owner gets half, the next one half of
 * the rest, and so on; many owners that want much get equal parts. The largest owner is refused first,
 * a newcomer always finds something, and no capacity is reserved for owners that hold nothing.
 */
export class FairShare implements Share {
  /** It may be changed; what is taken stays taken. */
  limit: number;
  readonly #byOwner = new Map<string, number>();
  #used = 0;

  /** @param limit The whole quantity, in any unit. */
  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** What each owner holds. */
  get amounts(): ReadonlyMap<string, number> {
    return this.#byOwner;
  }

  /** What one owner holds. */
  held(owner: string): number {
    return this.#byOwner.get(owner) ?? 0;
  }

  take(owner: string, amount: number): boolean {
    const own = this.held(owner) + amount;
    const used = this.#used + amount;
    if (own > this.limit - used) return false;
    this.#byOwner.set(owner, own);
    this.#used = used;
    return true;
  }

  give(owner: string, amount: number): void {
    const own = this.held(owner) - amount;
    if (own > 0) this.#byOwner.set(owner, own);
    else this.#byOwner.delete(owner);
    this.#used -= amount;
  }
}
