/**
 * The hosts of a fleet: each says that it is there, and the others end what is left of one that is not.
 *
 * @module
 */

import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import { FleetError, messageOf } from "../errors.ts";
import {
  FLEET_BEAT_MS,
  FLEET_HOST_AGE_MS,
  FLEET_LEASE_MS,
  FLEET_REQUEST_TIMEOUT_MS,
} from "../limits.ts";
import type { Logger } from "../log.ts";
import type { FleetConnection } from "./connection.ts";
import { isConflict } from "./link.ts";
import { isPassingChange, patiently } from "./patience.ts";
import { isHostId, makeRecord } from "./records/record.ts";
import type { RecordStream } from "./records/stream.ts";
import { replicated } from "./replicas.ts";

/** What the clients of a host that is gone are told to have said last. */
const LAST_WORDS = "its host is gone";

/** What a host says of itself. */
export interface HostEntry {
  /** The name of its listener. */
  readonly name?: string | undefined;
  /** When it began, in ISO 8601. */
  readonly since: string;
  /** Where it listens. */
  readonly addresses: readonly string[];
  /** Where its page is, if it has one. */
  readonly page?: string | undefined;
  /** Whether it answers callers of the fleet. */
  readonly isControlled: boolean;
}

export interface HostsOptions {
  readonly connection: FleetConnection;
  readonly stream: RecordStream;
  /** The id of this host. */
  readonly host: string;
  readonly entry: HostEntry;
  readonly log: Logger;
}

/** Keeps the lease of this host, and looks after those of the others. */
export class Hosts implements AsyncDisposable {
  readonly #options: HostsOptions;
  readonly #bucket: KV;
  #entry: HostEntry;
  readonly #manager: JetStreamManager;
  /** The revision of the lease of each other host, and since when it is the last one. */
  readonly #seen = new Map<string, { readonly revision: number; readonly sinceMs: number }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(options: HostsOptions, bucket: KV, manager: JetStreamManager) {
    this.#options = options;
    this.#entry = options.entry;
    this.#bucket = bucket;
    this.#manager = manager;
  }

  /**
   * Joins the fleet.
   *
   * @throws {FleetError} `fleet-failed`.
   */
  static async join(options: HostsOptions): Promise<Hosts> {
    const { nats, buckets, names } = options.connection;
    try {
      const bucket = await patiently(() =>
        replicated(
          options.connection,
          (replicas) =>
            buckets.create(names.buckets.hosts, { replicas, history: 1, ttl: FLEET_HOST_AGE_MS }),
        )
      );
      const manager = await jetstreamManager(nats, {
        checkAPI: false,
        timeout: FLEET_REQUEST_TIMEOUT_MS,
      });
      const hosts = new Hosts(options, bucket, manager);
      // Another host may have just made the bucket.
      await patiently(() => hosts.beat(), isPassingChange);
      hosts.#wait();
      return hosts;
    } catch (error) {
      throw new FleetError(
        "fleet-failed",
        `the bucket ${names.buckets.hosts} cannot be used: ${
          messageOf(error)
        }; let this user use it`,
        { cause: error },
      );
    }
  }

  /** Says that this host is there. */
  async beat(): Promise<void> {
    await this.#bucket.put(this.#options.host, JSON.stringify(this.#entry));
  }

  /** Says more of this host. */
  async describe(more: Partial<HostEntry>): Promise<void> {
    this.#entry = { ...this.#entry, ...more };
    // A later beat says it as well.
    if (this.#options.connection.state === "connected") await this.beat().catch(() => {});
  }

  /**
   * Looks for hosts whose lease has run out, and ends their clients in the stream.
   *
   * @param nowMs The time by a clock that only goes on.
   */
  async look(nowMs: number): Promise<void> {
    try {
      const hosts = await this.#others();
      for (const host of this.#seen.keys()) if (!hosts.includes(host)) this.#seen.delete(host);
      for (const host of hosts) {
        const lease = await this.#bucket.get(host);
        // What is left of one that has ended says so for a while.
        if (lease?.operation !== "PUT") continue;
        const { revision } = lease;
        const seen = this.#seen.get(host);
        if (seen?.revision !== revision) this.#seen.set(host, { revision, sinceMs: nowMs });
        else if (nowMs - seen.sinceMs >= FLEET_LEASE_MS && await this.#isLatest(host, revision)) {
          await this.#end(host, revision);
        }
      }
    } catch (error) {
      // While servers were away, no host could say that it is there.
      this.#seen.clear();
      throw error;
    }
  }

  /**
   * Ends the clients of a host that is gone in the stream, unless they have ended there.
   *
   * @returns How many.
   */
  async endClients(host: string): Promise<number> {
    const { connection: { names }, stream } = this.#options;
    const subjects = (await this.#subjects(names.stream, names.record("*", host, "*", "*")))
      .map((subject) => subject.split("."))
      .map(([, name, , client, kind]) => ({ name, host, client: Number(client), kind: kind! }));
    const clients = Map.groupBy(subjects, ({ client }) => client);
    // The host itself, which logins belong to.
    clients.delete(0);
    for (const { client, kind } of subjects) if (kind === "terminated") clients.delete(client);
    for (const kinds of clients.values()) {
      const records = await Promise.all(kinds.map((subject) => stream.last(subject)));
      const [last] = records.filter((record) => record !== undefined)
        .sort((a, b) => b.number - a.number);
      if (last === undefined) continue;
      const body = {
        time: new Date().toISOString(),
        source: last.client,
        kind: "terminated",
        last_words: LAST_WORDS,
      };
      await stream.store(makeRecord(last, body.kind, JSON.stringify(body)));
    }
    return clients.size;
  }

  /** Leaves the fleet. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#turn;
    const { connection, host } = this.#options;
    if (connection.state === "connected") await this.#bucket.delete(host).catch(() => {});
  }

  #wait(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#turn = this.#run().finally(() => this.#wait());
    }, FLEET_BEAT_MS);
  }

  async #run(): Promise<void> {
    const { connection } = this.#options;
    if (connection.state === "away") {
      this.#seen.clear();
      return;
    }
    // Another server may take the beat before the lease runs out.
    const silence = setTimeout(() => connection.leaveServer(), FLEET_BEAT_MS);
    try {
      await this.beat().finally(() => clearTimeout(silence));
      await this.look(performance.now());
    } catch (error) {
      this.#seen.clear();
      this.#options.log.log("debug", "fleet-lease-failed", { detail: messageOf(error) });
    }
  }

  async #others(): Promise<string[]> {
    const prefix = `$KV.${this.#options.connection.names.buckets.hosts}.`;
    const subjects = await this.#subjects(
      `KV_${this.#options.connection.names.buckets.hosts}`,
      `${prefix}*`,
    );
    return subjects.map((subject) => subject.slice(prefix.length))
      .filter((host) => host !== this.#options.host && isHostId(host));
  }

  /** Whether the leader has no later lease: the server that was asked before may be behind. */
  async #isLatest(host: string, revision: number): Promise<boolean> {
    const { hosts } = this.#options.connection.names.buckets;
    const subject = `$KV.${hosts}.${host}`;
    const latest = await this.#manager.streams.getMessage(`KV_${hosts}`, { last_by_subj: subject });
    return latest?.seq === revision;
  }

  async #end(host: string, revision: number): Promise<void> {
    const clients = await this.endClients(host);
    this.#seen.delete(host);
    try {
      await this.#bucket.delete(host, { previousSeq: revision });
    } catch (error) {
      // Another host has just done so, or this one is back.
      if (!isConflict(error)) throw error;
    }
    this.#options.log.log("warn", "fleet-host-gone", { host, clients });
  }

  /** The subjects of a stream that match. */
  async #subjects(stream: string, filter: string): Promise<string[]> {
    const { state } = await this.#manager.streams.info(stream, { subjects_filter: filter });
    return Object.keys(state.subjects ?? {});
  }
}
