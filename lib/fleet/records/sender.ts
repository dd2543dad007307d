/**
 * Sends the records of one host in order.
 *
 * @module
 */

import type { FleetRecord } from "./record.ts";
import type { RecordStream } from "./stream.ts";

/**
 * Each client has one record under way, so that a lost one is never behind a later one. The records of
 * different clients do not wait for each other.
 */
export class Sender {
  readonly #stream: Pick<RecordStream, "store" | "lastOf">;
  /** The number of the last stored record of clients, where that had to be asked. */
  readonly #stored = new Map<number, number>();
  #doubts: ReadonlySet<number> | "all";

  /** @param isFresh Whether the stream has nothing of this host. */
  constructor(stream: Pick<RecordStream, "store" | "lastOf">, isFresh: boolean) {
    this.#stream = stream;
    this.#doubts = isFresh ? new Set() : "all";
  }

  /** From now on it is asked what is stored: records that were under way may have arrived. */
  doubt(): void {
    this.#doubts = "all";
    this.#stored.clear();
  }

  /** Nothing is under way any more, and all is stored. */
  trust(): void {
    this.#doubts = new Set();
    this.#stored.clear();
  }

  /** Stores a record unless it is stored already. @throws When it is not known whether it is. */
  async send(record: FleetRecord): Promise<void> {
    const { host, client, number } = record;
    if (this.#doubts === "all") {
      let stored = this.#stored.get(client);
      if (stored === undefined) {
        stored = (await this.#stream.lastOf(host, client))?.number ?? 0;
        this.#stored.set(client, stored);
      }
      if (number <= stored) return;
    }
    await this.#stream.store(record);
    // A journal has records that are in the spool as well.
    if (this.#doubts === "all") this.#stored.set(client, number);
  }

  /**
   * Sends all of them, those of a client in their order.
   *
   * @throws The first error; then some of the others are stored.
   */
  async sendAll(records: readonly FleetRecord[]): Promise<void> {
    const chains = Map.groupBy(records, ({ client }) => client);
    let failure: { readonly error: unknown } | undefined;
    await Promise.all([...chains.values()].map(async (chain) => {
      try {
        for (const record of chain) {
          if (failure !== undefined) return;
          await this.send(record);
        }
      } catch (error) {
        failure ??= { error };
      }
    }));
    if (failure !== undefined) throw failure.error;
  }
}
