/** What the stream of a fleet says of its clients, checked as it comes. */

import { type FleetConnection, type FleetRecord, watchRecords } from "../../lib/fleet/mod.ts";
import { Changes } from "../support/changes.ts";

/** The records of one client at one host. */
export interface Chain {
  readonly host: string;
  readonly client: number;
  /** What it has registered as. */
  title: string | undefined;
  /** The number of its last record. */
  last: number;
  /** How many idents it has sent, which are numbers from 0. */
  idents: number;
  /** How often its end stands in the stream. */
  ends: number;
}

/** Servers that were all away choose leaders, and then a reader begins anew. */
const PATIENCE_MS = 90_000;

/** What a host says in place of another one that is gone, under the number of the last record. */
const HOST_IS_GONE = "its host is gone";

export class Ledger implements AsyncDisposable {
  /** What is wrong with the order or the numbers of records. */
  readonly problems: string[] = [];
  /** The addresses that have logged in. */
  readonly logins = new Set<string>();
  readonly #chains = new Map<string, Chain>();
  readonly #byTitle = new Map<string, Chain>();
  readonly #changes = new Changes();
  readonly #end = new AbortController();
  readonly #reading: Promise<void>;
  #count = 0;

  constructor(connection: FleetConnection) {
    this.#reading = this.#read(connection);
  }

  /** How many records there were. */
  get count(): number {
    return this.#count;
  }

  /** The client that has registered as this. */
  of(title: string): Chain | undefined {
    return this.#byTitle.get(title);
  }

  /** The clients of a host. */
  at(host: string): Chain[] {
    return [...this.#chains.values()].filter((chain) => chain.host === host && chain.client !== 0);
  }

  /** Waits for a condition, which is checked after each record. */
  async until(isTrue: () => boolean, what: () => string): Promise<void> {
    await this.#changes.until(isTrue, what, PATIENCE_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#reading;
  }

  async #read(connection: FleetConnection): Promise<void> {
    for await (const record of watchRecords(connection, { since: new Date(0) }, this.#end.signal)) {
      this.#count++;
      this.#take(record);
      this.#changes.notify();
    }
  }

  #take({ host, client, number, kind, line }: FleetRecord): void {
    const id = `${host} ${client}`;
    let chain = this.#chains.get(id);
    if (chain === undefined) {
      chain = { host, client, title: undefined, last: 0, idents: 0, ends: 0 };
      this.#chains.set(id, chain);
    }
    const body = JSON.parse(line) as {
      title?: string;
      message?: string;
      last_words?: string;
      address?: string;
    };
    if (kind === "terminated" && ++chain.ends > 1) this.#problem(`${id} has ended twice`);
    if (body.last_words === HOST_IS_GONE) return;
    if (number !== chain.last + 1) {
      this.#problem(`${id}: the number ${number} follows ${chain.last}`);
    }
    chain.last = number;
    if (kind === "login") this.logins.add(body.address!);
    if (kind === "registered") {
      chain.title = body.title;
      this.#byTitle.set(body.title!, chain);
    }
    if (kind !== "ident") return;
    if (body.message !== `${chain.idents}`) {
      this.#problem(`${id}: the ident ${body.message} comes where ${chain.idents} is due`);
    }
    chain.idents++;
  }

  #problem(text: string): void {
    if (this.problems.length < 10) this.problems.push(text);
  }
}
