/**
 * The entries of a bucket, changed by compare-and-set.
 *
 * Three servers of version 2.9 compare the revision of an entry when a change comes, and not again when
 * they apply it: of two changes at once from the same revision both succeed, and one is lost. That an entry
 * is new, and which change of the bucket was the last, they compare when they apply it. So a change of an
 * entry that is there names the last change of the whole bucket.
 *
 * @module
 */

import type { KV } from "@nats-io/kv";
import { headers } from "@nats-io/transport-node";
import { A12Error } from "../errors.ts";
import { FLEET_CHANGE_MS } from "../limits.ts";
import { type FleetLink, isConflict, unreachable } from "./link.ts";
import { isPassingChange, LostConnectionError, SILENCE_PAUSE_MS } from "./patience.ts";

/** An entry as the servers have it. */
export interface Stored {
  /** `undefined` when there is none. */
  readonly text: string | undefined;
  /** Of the text or of its removal; 0 when there never was an entry. */
  readonly revision: number;
  /** Of the last change of the bucket, just before the entry was read. */
  readonly bucketRevision: number;
}

/** What becomes of an entry. */
export interface Change<T> {
  readonly result: T;
  /** The new text; `null` removes the entry, `undefined` keeps it. */
  readonly text?: string | null | undefined;
}

/** The last change of an entry, as the leader tells it. */
export interface BucketChange {
  readonly key: string;
  readonly revision: number;
  /** `undefined` for an entry that was removed. */
  readonly text: string | undefined;
}

/** What a change did. */
export interface Changed<T> {
  readonly result: T;
  /** The revision that holds the result. */
  readonly revision: number;
}

/** A header that entries without a text have. */
const OPERATION = "KV-Operation";

/** The longest pause between two attempts. */
const MAX_PAUSE_MS = 50;

export class Bucket {
  readonly name: string;
  readonly kv: KV;
  readonly #fleet: FleetLink;

  private constructor(fleet: FleetLink, kv: KV, name: string) {
    this.#fleet = fleet;
    this.kv = kv;
    this.name = name;
  }

  /**
   * Opens a bucket, and makes it where it is missing.
   *
   * @param maxValueBytes The longest value.
   * @throws {FleetError} `fleet-unreachable`.
   */
  static async open(fleet: FleetLink, name: string, maxValueBytes: number): Promise<Bucket> {
    return new Bucket(fleet, await fleet.bucket(name, maxValueBytes), name);
  }

  /** Of the subjects of its entries. */
  get #prefix(): string {
    return `$KV.${this.name}.`;
  }

  /** Where an entry is, for people. */
  placeOf(key: string): string {
    return `${this.name}/${key}`;
  }

  /**
   * Reads an entry from the leader.
   *
   * @throws An error of NATS.
   */
  async get(key: string): Promise<Stored> {
    const { lastRevision: bucketRevision } = await this.#fleet.state(this.name);
    const entry = await this.#fleet.answer(this.kv.get(key));
    if (entry === null) return { text: undefined, revision: 0, bucketRevision };
    const text = entry.operation === "PUT" ? entry.string() : undefined;
    return { text, revision: entry.revision, bucketRevision };
  }

  /**
   * Asks the leader for the first change that came after a revision, but for those that another change of
   * their entry has replaced.
   *
   * @returns `undefined` when there is none.
   * @throws An error of NATS, or one about a connection that was lost.
   */
  async changeAfter(revision: number): Promise<BucketChange | undefined> {
    const query = { seq: revision + 1, next_by_subj: `${this.#prefix}>` };
    const message = await this.#fleet.message(this.name, query);
    if (message === null) return undefined;
    const { subject, seq, header } = message;
    const text = header.has(OPERATION) ? undefined : message.string();
    return { key: subject.slice(this.#prefix.length), revision: seq, text };
  }

  /**
   * Changes an entry, unless the bucket was changed since the entry was read; a new one, unless it is there.
   *
   * @param text The new text; `null` removes the entry.
   * @returns The new revision.
   * @throws An error of NATS; see {@linkcode isConflict}.
   */
  async set(key: string, text: string | null, stored: Stored): Promise<number> {
    const { revision, bucketRevision } = stored;
    if (revision === 0) {
      return await this.#fleet.answer(this.kv.put(key, text ?? "", { previousSeq: 0 }));
    }
    const head = headers();
    if (text === null) head.set(OPERATION, "DEL");
    const { seq } = await this.#fleet.answer(this.#fleet.connection.jetstream.publish(
      `${this.#prefix}${key}`,
      text ?? "",
      { headers: head, expect: { lastSequence: bucketRevision } },
    ));
    return seq;
  }

  /**
   * Reads an entry, decides, and writes, until no other process has come between. An attempt without an
   * answer may have succeeded: `decide` must do nothing where its result is there already.
   *
   * @param decide What becomes of the entry.
   * @throws {FleetError} `fleet-unreachable`, and what `decide` throws.
   */
  async change<T>(
    key: string,
    decide: (stored: Stored) => Change<T> | Promise<Change<T>>,
  ): Promise<Changed<T>> {
    if (!this.#fleet.isConnected) throw unreachable("no server of the fleet can be reached");
    const startMs = performance.now();
    for (;;) {
      try {
        const stored = await this.get(key);
        const { result, text } = await decide(stored);
        if (text === undefined || (text === null && stored.text === undefined)) {
          return { result, revision: stored.revision };
        }
        return { result, revision: await this.set(key, text, stored) };
      } catch (error) {
        if (error instanceof A12Error || !(error instanceof Error)) throw error;
        const isOver = performance.now() - startMs > FLEET_CHANGE_MS || this.#fleet.isClosed;
        // Another server may take it in a moment.
        const isLost = error instanceof LostConnectionError;
        if (isOver || !(isLost || isConflict(error) || isPassingChange(error))) {
          throw unreachable(`${this.placeOf(key)} was not changed`, error);
        }
        await this.#fleet.pause(
          isConflict(error) ? Math.random() * MAX_PAUSE_MS : SILENCE_PAUSE_MS,
        );
      }
    }
  }
}
