/**
 * A bucket in memory, kept equal to the servers'.
 *
 * The servers tell of each change. Once in {@linkcode FLEET_CHECK_MS} the leader of the bucket is asked how
 * far it is: that confirms the copy, or shows that a change was not told, and then the leader is asked for
 * it. So a connection or a cluster that has died silently cannot make an old copy look new. The servers
 * tell of changes only under a leader of their own as well, which may be there long after that of the
 * bucket.
 *
 * @module
 */

import type { KvWatchEntry } from "@nats-io/kv";
import { FLEET_ANSWER_MS, FLEET_CHECK_MS, FLEET_LOST_MS, FLEET_OPEN_MS } from "../limits.ts";
import type { Bucket, BucketChange } from "./bucket.ts";
import { type FleetLink, unreachable } from "./link.ts";
import { isPassing, LostConnectionError, PassingError, patiently } from "./patience.ts";

/** What a copy tells its owner. */
export interface CopyEvents {
  /** An entry has a text, or has none any more. */
  changed(key: string, text: string | undefined): void;
  /** The copy was compared with the servers', or could not be. */
  checked(): void;
}

type Known = Omit<BucketChange, "key">;

interface Waiter {
  readonly revision: number;
  readonly resolve: () => void;
}

const INCOMPLETE = "the servers did not give all entries";

type Watch = AsyncIterable<KvWatchEntry> & { stop(): void };

export class WatchedCopy implements AsyncDisposable {
  readonly #fleet: FleetLink;
  readonly #bucket: Bucket;
  readonly #events: CopyEvents;
  readonly #nowMs: () => number;
  #entries = new Map<string, Known>();
  /** The revision up to which all changes are in the copy. */
  #seen = 0;
  #created = "";
  #confirmedAtMs = -Infinity;
  /** The connection over which it was confirmed. */
  #confirmedOver = 0;
  #seenAtCheck = -1;
  /** Tells of changes; `undefined` when it has to be asked for again. */
  #watch: Watch | undefined;
  #isAskingForWatch = false;
  #waiters: Waiter[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #checking: Promise<void> | undefined;
  #isClosed = false;

  /** @param nowMs A monotonic clock in milliseconds. */
  private constructor(
    fleet: FleetLink,
    bucket: Bucket,
    events: CopyEvents,
    nowMs: () => number,
  ) {
    this.#fleet = fleet;
    this.#bucket = bucket;
    this.#events = events;
    this.#nowMs = nowMs;
  }

  /**
   * Copies a bucket and follows it.
   *
   * @throws {FleetError} `fleet-unreachable`.
   */
  static async open(
    fleet: FleetLink,
    bucket: Bucket,
    events: CopyEvents,
    nowMs: () => number = () => performance.now(),
  ): Promise<WatchedCopy> {
    const copy = new WatchedCopy(fleet, bucket, events, nowMs);
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new PassingError(INCOMPLETE)), FLEET_OPEN_MS);
    // Another server may be in reach after a moment.
    const passes = (error: unknown) =>
      !copy.#isClosed && (isPassing(error) || error instanceof LostConnectionError);
    try {
      await Promise.race([patiently(() => copy.#restart(), passes, FLEET_OPEN_MS), late.promise]);
    } catch (error) {
      copy.#close();
      throw unreachable("the keystore of the fleet cannot be read", error);
    } finally {
      clearTimeout(timer);
    }
    fleet.onReconnect(() => {
      // What the servers have told on the old connection may be lost.
      copy.#seenAtCheck = copy.#seen;
      copy.#checkNow();
    });
    copy.#schedule();
    return copy;
  }

  /** Whether the copy was confirmed since the last connection began. */
  get isConfirmed(): boolean {
    return this.#fleet.isConnected && this.#confirmedOver === this.#fleet.connections;
  }

  /** For how long the copy was not confirmed, in milliseconds. */
  get ageMs(): number {
    return this.#nowMs() - this.#confirmedAtMs;
  }

  /** The text of an entry, if there is one. */
  get(key: string): string | undefined {
    return this.#entries.get(key)?.text;
  }

  /** The entries whose keys begin with a prefix. */
  *entries(prefix: string): Generator<readonly [key: string, text: string]> {
    for (const [key, { text }] of this.#entries) {
      if (text !== undefined && key.startsWith(prefix)) yield [key, text];
    }
  }

  /** Waits until the copy has a revision; not for ever, as the revision is stored in any case. */
  async reached(revision: number): Promise<void> {
    if (this.#seen >= revision || this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, FLEET_ANSWER_MS);
    this.#waiters.push({ revision, resolve });
    await promise;
    clearTimeout(timer);
  }

  /**
   * Waits until the copy has all changes that were made until now.
   *
   * @throws {FleetError} `fleet-unreachable`.
   */
  async refresh(): Promise<void> {
    if (!this.#fleet.isConnected) throw unreachable("no server of the fleet can be reached");
    try {
      const { lastRevision } = await this.#fleet.state(this.#bucket.name);
      await this.reached(lastRevision);
      if (this.#seen < lastRevision) await this.#restart();
    } catch (error) {
      throw unreachable("the keystore of the fleet cannot be read", error);
    }
  }

  /** Ends it. The copy stays as it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    await this.#checking;
  }

  #close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#endWatch();
    this.#wake();
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.#checkNow(), FLEET_CHECK_MS);
  }

  #checkNow(): void {
    if (this.#isClosed || this.#checking !== undefined) return;
    clearTimeout(this.#timer);
    this.#checking = this.#check().catch(() => {
      // The servers do not answer: the age of the copy tells.
      if (this.ageMs > FLEET_LOST_MS) this.#fleet.connection.leaveServer();
    }).finally(() => {
      this.#checking = undefined;
      if (this.#isClosed) return;
      this.#events.checked();
      this.#schedule();
    });
  }

  async #check(): Promise<void> {
    if (!this.#fleet.isConnected) return;
    const startMs = this.#nowMs();
    const seenBefore = this.#seen;
    const { lastRevision, entries, created } = await this.#fleet.state(this.#bucket.name);
    // Servers that have forgotten changes count anew from an earlier one.
    const isSame = created === this.#created && seenBefore <= lastRevision;
    if (isSame && this.#seen < lastRevision) {
      const isMoving = this.#seen !== this.#seenAtCheck;
      this.#seenAtCheck = this.#seen;
      if (isMoving) return;
      // The watch was lost with its server.
      this.#endWatch();
    }
    if (isSame) {
      // Whichever comes first: a watch is faster where much is missing.
      if (this.#watch === undefined) void this.#askForWatch();
      await this.#catchUp(lastRevision);
      this.#seenAtCheck = this.#seen;
    }
    const isAhead = this.#seen > lastRevision;
    // With one revision an entry, the numbers differ when entries were purged past us.
    const isEqual = this.#seen === lastRevision && this.#entries.size === entries;
    const isWhole = isSame && (isAhead || isEqual);
    if (isWhole) this.#confirm(startMs);
    else await this.#restart();
  }

  #confirm(atMs: number): void {
    this.#confirmedAtMs = atMs;
    this.#confirmedOver = this.#fleet.connections;
  }

  /** Asks the leader for each change up to a revision. */
  async #catchUp(revision: number): Promise<void> {
    while (this.#seen < revision && !this.#isClosed) {
      const change = await this.#bucket.changeAfter(this.#seen);
      if (change === undefined) return;
      this.#take(change);
    }
  }

  /** Has the servers tell of what comes after the last revision that is in the copy. */
  async #askForWatch(): Promise<void> {
    if (this.#isAskingForWatch) return;
    this.#isAskingForWatch = true;
    const { kv } = this.#bucket;
    try {
      const watch = await kv.watch({ key: ">", resumeFromRevision: this.#seen + 1 }) as Watch;
      // The bucket may have been copied meanwhile.
      if (this.#watch === undefined && !this.#isClosed) this.#follow(watch);
      else watch.stop();
    } catch {
      // The next check asks again.
    } finally {
      this.#isAskingForWatch = false;
    }
  }

  /** Copies the whole bucket again and follows it. Until then the copy stays as it was. */
  async #restart(): Promise<void> {
    const startMs = this.#nowMs();
    const { name, kv } = this.#bucket;
    const { lastRevision, entries, created } = await this.#fleet.state(name);
    const watch = await kv.watch({ key: ">" }) as Watch;
    const iterator = watch[Symbol.asyncIterator]();
    const fresh = new Map<string, Known>();
    let seen = 0;
    // The server that gives the entries may die meanwhile.
    let before = -1;
    const silence = setInterval(() => {
      if (fresh.size === before) watch.stop();
      before = fresh.size;
    }, FLEET_ANSWER_MS);
    const take = async (isEnough: (entry: KvWatchEntry) => boolean) => {
      for (;;) {
        const { value, done } = await iterator.next();
        if (done || this.#isClosed) throw new PassingError(INCOMPLETE);
        fresh.set(value.key, knownOf(value));
        seen = Math.max(seen, value.revision);
        if (isEnough(value)) return;
      }
    };
    try {
      if (entries > 0) await take(({ isUpdate }) => isUpdate);
      // It may be behind the leader, unless the last entry was purged.
      if (seen < lastRevision && !await this.#fleet.isPurged(name, lastRevision)) {
        await take(({ revision }) => revision >= lastRevision);
      }
      // Servers that were cut off can have other changes than the leader.
      const isAhead = seen > (await this.#fleet.state(name)).lastRevision;
      if (isAhead) throw new PassingError("a server has changes that the leader does not know");
    } catch (error) {
      watch.stop();
      throw error;
    } finally {
      clearInterval(silence);
    }
    this.#replace(fresh);
    this.#seen = Math.max(seen, lastRevision);
    this.#created = created;
    this.#confirm(startMs);
    this.#wake();
    this.#follow({ [Symbol.asyncIterator]: () => iterator, stop: () => watch.stop() });
  }

  /** Tells what differs between two copies. */
  #replace(fresh: Map<string, Known>): void {
    const before = this.#entries;
    this.#entries = fresh;
    for (const [key, { text }] of fresh) {
      if (before.get(key)?.text !== text) this.#events.changed(key, text);
    }
    for (const [key, { text }] of before) {
      if (text !== undefined && !fresh.has(key)) this.#events.changed(key, undefined);
    }
  }

  #follow(watch: Watch): void {
    this.#endWatch();
    this.#watch = watch;
    const follow = async () => {
      for await (const entry of watch) {
        if (this.#watch !== watch || this.#isClosed) return;
        this.#take({ key: entry.key, ...knownOf(entry) });
      }
    };
    // The next check finds out what is missing then.
    follow().catch(() => {}).finally(() => {
      if (this.#watch === watch) this.#watch = undefined;
    });
  }

  #endWatch(): void {
    this.#watch?.stop();
    this.#watch = undefined;
  }

  #take({ key, revision, text }: BucketChange): void {
    this.#seen = Math.max(this.#seen, revision);
    const known = this.#entries.get(key);
    if (known === undefined || known.revision < revision) {
      this.#entries.set(key, { revision, text });
      this.#events.changed(key, text);
    }
    this.#wake();
  }

  #wake(): void {
    const due = this.#waiters.filter(({ revision }) => revision <= this.#seen || this.#isClosed);
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !due.includes(waiter));
    for (const { resolve } of due) resolve();
  }
}

function knownOf(entry: KvWatchEntry): Known {
  return {
    revision: entry.revision,
    text: entry.operation === "PUT" ? entry.string() : undefined,
  };
}
