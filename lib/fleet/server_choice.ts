/**
 * Which server a connection goes to when it leaves one that may be cut off from the others.
 *
 * @module
 */

/** Chooses the server that was left longest ago, so that one that is cut off comes last. */
export class ServerChoice {
  /** Servers that were left, by host and port; the earliest first. */
  readonly #left = new Set<string>();
  #isLeaving = false;

  /** The next attempt to connect goes to another server than this one, if there is one. */
  leave(server: string): void {
    this.#left.delete(server);
    this.#left.add(server);
    this.#isLeaving = true;
  }

  /**
   * Chooses for the first attempt after a server was left; further ones try all in their turn.
   *
   * @param pool All servers, the one whose turn it is first.
   * @returns `null` for the one whose turn it is.
   */
  choose<T extends { readonly listen: string }>(pool: readonly T[]): T | null {
    if (!this.#isLeaving) return null;
    this.#isLeaving = false;
    const order = [...this.#left];
    const leftAt = ({ listen }: T) => order.indexOf(listen);
    return pool.toSorted((a, b) => leftAt(a) - leftAt(b))[0] ?? null;
  }
}
