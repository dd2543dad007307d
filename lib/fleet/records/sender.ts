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
  readonly #stream: Pick<RecordStream, "store" | "last">;
  /** While there are doubts: the number of the last record of a client that is known to be stored. */
  readonly #stored = new Map<number, number>();
  /** The clients of which nothing behind that is stored, as the stream has said. */
  #settled: Set<number> | "all";

  /** @param isFresh Whether the stream has nothing of this host. */
  constructor(stream: Pick<RecordStream, "store" | "last">, isFresh: boolean) {
    this.#stream = stream;
    this.#settled = isFresh ? "all" : new Set();
  }

  /** From now on it is asked what is stored: records that were under way may have arrived. */
  doubt(): void {
    this.#settled = new Set();
  }

  /** Nothing is under way any more, and all is stored. */
  trust(): void {
    this.#settled = "all";
    this.#stored.clear();
  }

  /** Stores a record unless it is stored already. @throws When it is not known whether it is. */
  async send(record: FleetRecord): Promise<void> {
    if (this.#settled !== "all" && await this.#isStored(record, this.#settled)) return;
    await this.#stream.store(record);
    if (this.#settled !== "all") this.#note(record.client, record.number);
  }

  /** As records of a client are stored in their order, none behind one that is missing is stored. */
  async #isStored(record: FleetRecord, settled: Set<number>): Promise<boolean> {
    const { client, number } = record;
    // A journal has records that are in the spool as well.
    if (number <= (this.#stored.get(client) ?? 0)) return true;
    if (settled.has(client)) return false;
    const last = await this.#stream.last(record);
    if (last === undefined || last.number < number) {
      settled.add(client);
      return false;
    }
    this.#note(client, last.number);
    return true;
  }

  #note(client: number, number: number): void {
    if (number > (this.#stored.get(client) ?? 0)) this.#stored.set(client, number);
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
