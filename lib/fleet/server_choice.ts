/**
 * Which server a connection goes to when it leaves one, which may be cut off from the others, or has lost it.
 *
 * @module
 */

/** Chooses the server that was left or lost longest ago, so that one that is cut off comes last. */
export class ServerChoice {
  /** Servers that were left or lost, by host and port; the earliest first. */
  readonly #left = new Set<string>();
  #current: string | undefined;

  /** The connection is with this server. */
  connected(server: string): void {
    this.#current = server;
  }

  /**
   * Chooses for the first attempt after a connection: another server than that of the connection, if there
   * is one. Further attempts try all in their turn.
   *
   * @param pool All servers, the one whose turn it is first.
   * @returns `null` for the one whose turn it is.
   */
  choose<T extends { readonly listen: string }>(pool: readonly T[]): T | null {
    if (this.#current === undefined) return null;
    this.#left.delete(this.#current);
    this.#left.add(this.#current);
    this.#current = undefined;
    const order = [...this.#left];
    const leftAt = ({ listen }: T) => order.indexOf(listen);
    return pool.toSorted((a, b) => leftAt(a) - leftAt(b))[0] ?? null;
  }
}
