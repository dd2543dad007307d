/**
 * What the keystore and the places of a fleet use of its servers.
 *
 * @module
 */

import {
  type ClusterInfo,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  type MsgRequest,
  type StoredMsg,
} from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import { FleetError, messageOf } from "../errors.ts";
import { FLEET_ANSWER_MS, FLEET_LEADER_MS } from "../limits.ts";
import type { FleetConnection } from "./connection.ts";
import { LostConnectionError, PassingError, patiently } from "./patience.ts";
import { replicated } from "./replicas.ts";
import { pause } from "./wait.ts";

const NANOSECONDS_PER_MS = 1_000_000;

/** How far a bucket is. */
export interface BucketState {
  /** The revision of its last change. */
  readonly lastRevision: number;
  /** Entries, and removals of entries. */
  readonly entries: number;
  /** When it was made; another one with the same name was made at another time. */
  readonly created: string;
}

/** A connection, and where it was lost. */
export class FleetLink implements AsyncDisposable {
  readonly connection: FleetConnection;
  /** This process among those of the fleet. */
  readonly id: string = crypto.getRandomValues(new Uint8Array(8)).toHex();
  readonly #reconnected = new Set<() => void>();
  readonly #closed = new AbortController();
  readonly #manager: Promise<JetStreamManager>;
  #connections = 1;

  constructor(connection: FleetConnection) {
    this.connection = connection;
    const { nats } = connection;
    this.#manager = jetstreamManager(nats, { timeout: FLEET_ANSWER_MS, checkAPI: false });
    connection.onState((state) => {
      if (state === "away") return;
      this.#connections++;
      for (const call of this.#reconnected) call();
    });
  }

  /** Whether there is a server that answers. */
  get isConnected(): boolean {
    return this.connection.state === "connected";
  }

  /** How many connections there were, one after the other. */
  get connections(): number {
    return this.#connections;
  }

  /** Whether it has ended. */
  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  /**
   * Waits for an answer of the servers.
   *
   * @throws {LostConnectionError}
   * @throws An error of NATS.
   */
  async answer<T>(asked: Promise<T>): Promise<T> {
    const answer = await this.whileConnected(asked.then((value) => ({ value })));
    if (answer === undefined) throw new LostConnectionError("the connection was lost");
    return answer.value;
  }

  /**
   * Waits for something, but not longer than there is a server that answers.
   *
   * @returns `undefined` when there is none any more.
   */
  async whileConnected<T>(work: Promise<T>): Promise<T | undefined> {
    // It fails as well then, which nothing else hears.
    work.catch(() => {});
    if (!this.isConnected) return undefined;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const end = this.connection.onState(() => resolve(undefined));
    try {
      return await Promise.race([work, promise]);
    } finally {
      end();
    }
  }

  /** Waits between two attempts, and not after the end. */
  pause(ms: number): Promise<void> {
    return pause(ms, this.#closed.signal);
  }

  /** @param reconnected Called when the connection is there again. */
  onReconnect(reconnected: () => void): void {
    this.#reconnected.add(reconnected);
  }

  /**
   * Opens a bucket, and makes it where it is missing.
   *
   * @param maxValueSize The longest value, in bytes.
   * @throws {FleetError} `fleet-unreachable`.
   */
  async bucket(name: string, maxValueSize: number): Promise<KV> {
    const { buckets } = this.connection;
    try {
      // The leader alone answers: other servers may be behind.
      const options = { history: 1, maxValueSize, allow_direct: false };
      return await patiently(() =>
        replicated(
          this.connection,
          (replicas) => buckets.create(name, { ...options, replicas }),
        )
      );
    } catch (error) {
      throw unreachable(`the bucket ${name} cannot be opened`, error);
    }
  }

  /**
   * Asks the leader how far a bucket is. A server that was cut off from the others goes on answering as
   * the leader; its answer does not count, and the connection leaves it.
   *
   * @throws {PassingError} The server is cut off.
   * @throws {LostConnectionError}
   * @throws An error of NATS.
   */
  async state(bucket: string): Promise<BucketState> {
    const manager = await this.#manager;
    const { state, created, cluster } = await this.answer(manager.streams.info(`KV_${bucket}`));
    if (!hasMajority(cluster)) {
      const { nats } = this.connection;
      if (cluster?.leader === nats.info?.server_name) this.connection.leaveServer(true);
      throw new PassingError("the server is cut off from the others");
    }
    return { lastRevision: state.last_seq, entries: state.messages, created };
  }

  /**
   * Asks the leader whether the entry of a revision is there no more, and none came after it.
   *
   * @throws An error of NATS, or one about a connection that was lost.
   */
  async isPurged(bucket: string, revision: number): Promise<boolean> {
    const message = await this.message(bucket, { seq: revision });
    return message === null && (await this.state(bucket)).lastRevision === revision;
  }

  /**
   * Asks the leader for a message of a bucket.
   *
   * @returns `null` when there is none.
   * @throws {LostConnectionError}
   * @throws An error of NATS.
   */
  async message(bucket: string, query: MsgRequest): Promise<StoredMsg | null> {
    const manager = await this.#manager;
    return await this.answer(manager.streams.getMessage(`KV_${bucket}`, query));
  }

  /** Ends the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.connection.close();
  }
}

/** Whether the leader has just heard of so many servers that they cannot have chosen another one. */
function hasMajority(cluster: ClusterInfo | undefined): boolean {
  // A single server, or a bucket on one of them.
  if (cluster?.replicas === undefined) return true;
  const { leader, replicas } = cluster;
  const near =
    replicas.filter(({ active }) => active < FLEET_LEADER_MS * NANOSECONDS_PER_MS).length;
  return leader !== undefined && (near + 1) * 2 > replicas.length + 1;
}

/** @param cause What NATS says; its text has no credentials. */
export function unreachable(what: string, cause?: unknown): FleetError {
  const why = cause === undefined ? "" : `: ${messageOf(cause)}`;
  return new FleetError("fleet-unreachable", `${what}${why}`, { cause });
}

/** The entry has another revision than the one that the change was made from. */
export function isConflict(error: unknown): boolean {
  // 10164: the same where the servers do not know which revision it has.
  return error instanceof JetStreamApiError && (error.code === 10071 || error.code === 10164);
}
