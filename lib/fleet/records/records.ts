/**
 * The records of a listener in its fleet.
 *
 * @module
 */

import type { FollowerFigures, RecordFollower } from "../../control/mod.ts";
import type { Logger } from "../../log.ts";
import type { FleetConnection } from "../connection.ts";
import { type HostEntry, Hosts } from "../hosts.ts";
import { raiseReplicas } from "../replicas.ts";
import { sendLeftSpools } from "./left_spools.ts";
import { Outbox } from "./outbox.ts";
import { Sender } from "./sender.ts";
import { Spool } from "./spool.ts";
import { RecordStream } from "./stream.ts";

export interface RecordsOptions {
  readonly connection: FleetConnection;
  /** The id of the host. */
  readonly host: string;
  /** The name of the listener. */
  readonly name: string | undefined;
  /** The directory of the spools of this fleet. */
  readonly spools: string;
  /** See {@linkcode OutboxOptions.isLost}. */
  readonly isLost?: () => boolean;
  readonly log: Logger;
}

/** Takes records and sends them, also those that listeners before have left on the disk. */
export class FleetRecords implements RecordFollower, AsyncDisposable {
  readonly #outbox: Outbox;
  readonly #hosts: Hosts;
  readonly #end = new AbortController();
  readonly #left: Promise<void>;

  private constructor(
    outbox: Outbox,
    hosts: Hosts,
    sendLeft: (signal: AbortSignal) => Promise<void>,
  ) {
    this.#outbox = outbox;
    this.#hosts = hosts;
    this.#left = sendLeft(this.#end.signal);
  }

  /**
   * @throws {FleetError} `fleet-failed` without the stream.
   * @throws When the directory cannot be used.
   */
  static async open(options: RecordsOptions): Promise<FleetRecords> {
    const { connection, host, name, spools: root, isLost = () => false, log } = options;
    const stream = await RecordStream.open(connection, (place, before) => {
      log.log("warn", "fleet-records-forgotten", {
        stream: connection.names.stream,
        place,
        before,
        detail: "the servers have put a record where they had confirmed another one: they have " +
          "forgotten some, or disagree about them; gaps in the numbers of records show which",
      });
    });
    const spool = await Spool.create(root, host, {
      onLost(count, detail) {
        outbox.lose(count);
        log.log("warn", "fleet-records-lost", { lost: count, detail });
      },
      onUnusable: (path, detail) => log.log("warn", "fleet-spool-unusable", { path, detail }),
    });
    const sender = new Sender(stream, true);
    const outbox = new Outbox({ name, connection, sender, spool, isLost, log });
    const since = new Date().toISOString();
    const entry = { name, since, addresses: [], isControlled: false };
    const hosts = await Hosts.join({ connection, stream, host, entry, log });
    await raiseReplicas(connection, connection.names.streams, log);
    return new FleetRecords(
      outbox,
      hosts,
      (signal) => {
        // Its lease may have run out before its spool was sent.
        const onSent = (host: string) => hosts.endClients(host);
        return sendLeftSpools({ root, stream, connection, log, onSent }, signal);
      },
    );
  }

  /** See {@linkcode Outbox.put}. */
  put(client: number, kind: string, body: string): void {
    this.#outbox.put(client, kind, body);
  }

  /** See {@linkcode Hosts.describe}. */
  describe(more: Partial<HostEntry>): Promise<void> {
    return this.#hosts.describe(more);
  }

  /** Records were lost before they came here. */
  lose(count: number): void {
    this.#outbox.miss(count);
  }

  get figures(): FollowerFigures {
    return this.#outbox.figures;
  }

  /** Sends what it can in a moment. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await Promise.all([this.#outbox.close(), this.#left]);
    await this.#hosts[Symbol.asyncDispose]();
  }
}
