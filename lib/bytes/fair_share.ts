/**
 * A quantity that many parties draw on, such as memory, none of which can use it up.
 *
 * @module
 */

/**
 * Hands out a quantity so that no party has more than is left to all others. One alone gets a half of
 * it, the next one half of the rest, and so on; of many that all want much, each gets the same. Who has
 * much is refused first, a newcomer finds something, and nothing is set aside for nobody.
 */
export class FairShare {
  /** What there is. */
  readonly limit: number;
  readonly #byOwner = new Map<string, number>();
  #used = 0;

  /** @param limit What there is, in any unit. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** What all parties have together. */
  get used(): number {
    return this.#used;
  }

  /**
   * Takes a part.
   *
   * @param owner The name of the party.
   * @param amount How much, more than 0.
   * @returns Whether there was so much for it; nothing is taken otherwise.
   */
  take(owner: string, amount: number): boolean {
    const own = (this.#byOwner.get(owner) ?? 0) + amount;
    const used = this.#used + amount;
    if (own > this.limit - used) return false;
    this.#byOwner.set(owner, own);
    this.#used = used;
    return true;
  }

  /**
   * Gives a part back.
   *
   * @param owner The name of the party.
   * @param amount How much, at most what it has.
   */
  give(owner: string, amount: number): void {
    const own = (this.#byOwner.get(owner) ?? 0) - amount;
    if (own > 0) this.#byOwner.set(owner, own);
    else this.#byOwner.delete(owner);
    this.#used -= amount;
  }
}
