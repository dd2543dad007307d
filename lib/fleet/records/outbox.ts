/**
 * The records of this listener on their way to the stream.
 *
 * @module
 */

import type { FollowerFigures } from "../../control/mod.ts";
import {
  FLEET_CLOSE_TIMEOUT_MS,
  FLEET_LOST_MS,
  FLEET_QUEUE_UNITS,
  FLEET_RETRY_MS,
  MAX_FLEET_RECORD_BYTES,
} from "../../limits.ts";
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { pause } from "../wait.ts";
import { drain, type DrainConnection } from "./drain.ts";
import { type FleetRecord, makeRecord } from "./record.ts";
import type { Sender } from "./sender.ts";
import type { Spool } from "./spool.ts";

export interface OutboxOptions {
  /** The name of the listener. */
  readonly name: string | undefined;
  readonly connection: DrainConnection;
  readonly sender: Sender;
  /** An empty one. */
  readonly spool: Spool;
  /** Whether another part logs that the fleet cannot be reached, and that records wait. */
  readonly isLost: () => boolean;
  readonly log: Logger;
}

/** The records of a client that wait in memory; one is under way. */
interface Chain {
  readonly records: FleetRecord[];
  /** How many of them are stored. */
  stored: number;
}

/** Stands for the host itself among the numbers of clients. */
const HOST = 0;

/** Stored records that a chain keeps before it lets go of them. */
const MOST_STORED = 256;

/**
 * Takes records without waiting. They go to the stream from memory; when that fails or too many wait,
 * all go through the spool, until that is empty again. So none overtakes another one.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #numbers = new Map<number, number>();
  readonly #chains = new Map<number, Chain>();
  readonly #end = new AbortController();
  readonly #endState: () => void;
  #units = 0;
  /** Changes when all records go to the spool; what was under way then does not count any more. */
  #turn = 0;
  #draining: Promise<void> | undefined;
  /** Records that were lost, and of which no record tells yet. */
  #lost = 0;
  /** Since the beginning. */
  readonly #counts = { taken: 0, sent: 0, lost: 0 };
  /** Ends the wait of {@linkcode close}. */
  #onIdle: (() => void) | undefined;
  #isWaiting = false;
  #report: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#endState = options.connection.onState((state) => {
      if (state !== "away") return;
      if (this.#units > 0) this.#toSpool();
      this.#onIdle?.();
    });
  }

  get figures(): FollowerFigures {
    const { taken, sent, lost } = this.#counts;
    return { sent, waiting: taken - sent - lost, lost, spoolBytes: this.#options.spool.bytes };
  }

  /**
   * Takes a record; it never waits and never fails.
   *
   * @param client The number of the client, or of the listener.
   * @param body The record as an object of JSON.
   */
  put(client: number, kind: string, body: string): void {
    if (this.#isClosed) return;
    this.#counts.taken++;
    if (this.#lost > 0 && !this.#options.spool.hasRoom) {
      this.#count(client, kind);
      this.lose(1);
      return;
    }
    this.#tellOfLost();
    if (!this.#accept(client, kind, body)) this.lose(1);
  }

  /** Records were lost that it had taken. */
  lose(count: number): void {
    this.#lost += count;
    this.#counts.lost += count;
  }

  /** Records were lost before they came here. */
  miss(count: number): void {
    this.#counts.taken += count;
    this.lose(count);
  }

  /** Waits a moment for what is under way; what is left then stays on the disk. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#tellOfLost();
    this.#isClosed = true;
    const idle = Promise.withResolvers<void>();
    this.#onIdle = idle.resolve;
    const timer = setTimeout(idle.resolve, FLEET_CLOSE_TIMEOUT_MS);
    if (this.#options.connection.state === "away") idle.resolve();
    this.#checkIdle();
    await idle.promise;
    clearTimeout(timer);
    this.#endState();
    if (this.#units > 0) this.#toSpool();
    this.#logLeft();
    this.#end.abort();
    await this.#draining;
    clearTimeout(this.#report);
    await this.#options.spool.close();
  }

  #logLeft(): void {
    const { spool, log } = this.#options;
    if (spool.isEmpty) return;
    const { waiting } = this.figures;
    log.log("warn", "fleet-records-wait", {
      records: waiting,
      path: spool.path,
      detail: "the listener ends; the next one with the same state directory sends them",
    });
  }

  #accept(client: number, kind: string, body: string): boolean {
    const { name, spool, connection } = this.#options;
    const number = this.#count(client, kind);
    const record = makeRecord({ host: spool.host, name, client, number }, kind, body);
    const { length } = record.line;
    // A UTF-16 unit becomes at most three bytes.
    if (length * 3 > MAX_FLEET_RECORD_BYTES) return false;
    const isRoom = this.#units + length <= FLEET_QUEUE_UNITS && !spool.journal.isHalfFull;
    const isDirect = this.#draining === undefined && connection.state === "connected" && isRoom;
    if (this.#draining === undefined && !isDirect) {
      if (connection.state === "connected") {
        this.#logWait("records come faster than they are stored");
      }
      this.#toSpool();
    }
    if (client === HOST && !spool.journal.write(record)) return false;
    if (!isDirect) return spool.append(record);
    this.#queue(record);
    return true;
  }

  /** @returns The number of the next record of a client. */
  #count(client: number, kind: string): number {
    const number = (this.#numbers.get(client) ?? 0) + 1;
    if (kind === "terminated") this.#numbers.delete(client);
    else this.#numbers.set(client, number);
    return number;
  }

  #queue(record: FleetRecord): void {
    this.#units += record.line.length;
    const chain = this.#chains.get(record.client);
    if (chain !== undefined) {
      chain.records.push(record);
      return;
    }
    const first = { records: [record], stored: 0 };
    this.#chains.set(record.client, first);
    void this.#run(record.client, first);
  }

  async #run(client: number, chain: Chain): Promise<void> {
    const turn = this.#turn;
    const { records } = chain;
    while (chain.stored < records.length) {
      const record = records[chain.stored]!;
      try {
        await this.#options.sender.send(record);
      } catch (error) {
        if (turn !== this.#turn) return;
        this.#reportSoon(messageOf(error));
        this.#toSpool();
        return;
      }
      if (turn !== this.#turn) return;
      this.#units -= record.line.length;
      this.#counts.sent++;
      if (++chain.stored === MOST_STORED) records.splice(0, MOST_STORED), chain.stored = 0;
    }
    this.#chains.delete(client);
    if (client === HOST) this.#options.spool.journal.clear();
    this.#checkIdle();
  }

  #toSpool(): void {
    const { sender, spool } = this.#options;
    this.#turn++;
    // Those that are under way may arrive nevertheless.
    sender.doubt();
    for (const { records, stored } of this.#chains.values()) {
      for (const record of records.slice(stored)) {
        if (!spool.append(record)) this.lose(1);
      }
    }
    this.#chains.clear();
    this.#units = 0;
    this.#draining = this.#drain();
  }

  async #drain(): Promise<void> {
    const { sender, spool, connection, log } = this.#options;
    const { signal } = this.#end;
    const events = {
      failed: (error: unknown) => this.#reportSoon(messageOf(error)),
      sent: (count: number) => void (this.#counts.sent += count),
    };
    // The record that did not fit is appended behind this.
    await Promise.resolve();
    while (!spool.isEmpty && !signal.aborted) {
      try {
        await drain(spool, sender, connection, signal, events);
      } catch (error) {
        if (signal.aborted) return;
        events.failed(error);
        await pause(FLEET_RETRY_MS, signal);
      }
    }
    sender.trust();
    this.#draining = undefined;
    clearTimeout(this.#report);
    this.#report = undefined;
    if (this.#isWaiting) log.log("info", "fleet-records-sent");
    this.#isWaiting = false;
    this.#tellOfLost();
    this.#checkIdle();
  }

  /** Logs a failure once it is clear whether the fleet as a whole cannot be reached. */
  #reportSoon(detail: string): void {
    this.#report ??= setTimeout(() => {
      this.#report = undefined;
      const { connection, isLost } = this.#options;
      if (connection.state === "connected" && !isLost()) this.#logWait(detail);
    }, FLEET_LOST_MS);
  }

  /** Logs the first reason of several. */
  #logWait(detail: string): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#options.log.log("warn", "fleet-records-wait", { detail });
  }

  /** Puts a record of the loss behind those that were kept. */
  #tellOfLost(): void {
    const lost = this.#lost;
    if (lost === 0 || this.#isClosed) return;
    const before = this.#numbers.get(HOST);
    const body = { time: new Date().toISOString(), source: HOST, kind: "records_lost", lost };
    if (this.#accept(HOST, body.kind, JSON.stringify(body))) {
      this.#counts.taken++;
      this.#lost -= lost;
    } else if (before === undefined) this.#numbers.delete(HOST);
    else this.#numbers.set(HOST, before);
  }

  #checkIdle(): void {
    if (this.#units === 0 && this.#draining === undefined) this.#onIdle?.();
  }
}
