/** The records of a fleet, as its stream has them. */

import assert from "node:assert/strict";
import { type FleetConnection, type FleetRecord, watchRecords } from "../../lib/fleet/mod.ts";
import { Changes } from "./changes.ts";

/** Reads all records of a fleet, from its beginning. */
export class RecordReader implements AsyncDisposable {
  readonly records: FleetRecord[] = [];
  readonly #end = new AbortController();
  readonly #changes = new Changes();
  readonly #reading: Promise<void>;

  constructor(connection: FleetConnection) {
    this.#reading = this.#read(connection);
  }

  /** Waits for as many records that match. */
  async until(matches: (record: FleetRecord) => boolean, count = 1): Promise<void> {
    await this.#changes.until(
      () => this.records.filter(matches).length >= count,
      () => `a record among ${this.records.length}: ${this.records.at(-1)?.line}`,
    );
  }

  /** The records of each client at each host, whose numbers have no gap and none twice. */
  inOrder(): Map<string, FleetRecord[]> {
    const chains = Map.groupBy(this.records, ({ host, client }) => `${host} ${client}`);
    for (const [client, chain] of chains) {
      const numbers = chain.map(({ number }) => number);
      assert.deepEqual(numbers, chain.map((_, i) => i + 1), client);
    }
    return chains;
  }

  /** Requires that so many clients have sent the numbers from 0 as idents. */
  requireIdents(clients: number, count: number): void {
    const all = [...this.inOrder().values()]
      .map((chain) => chain.flatMap(({ line }) => JSON.parse(line).message ?? []))
      .filter(({ length }) => length > 0);
    const numbers = Array.from({ length: count }, (_, i) => `${i}`).join();
    assert.equal(all.length, clients);
    for (const idents of all) {
      assert(idents.join() === numbers, `${idents.length} idents of ${count}: ${idents.join()}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#reading;
  }

  async #read(connection: FleetConnection): Promise<void> {
    const since = new Date(0);
    for await (const record of watchRecords(connection, { since }, this.#end.signal)) {
      this.records.push(record);
      this.#changes.notify();
    }
  }
}
