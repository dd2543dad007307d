/**
 * What is counted for each network that connects, in memory of a fixed size that threads can share.
 *
 * A network has one of eight places, chosen by a keyed hash, so that a stranger cannot aim at the places
 * of others. When all eight are taken, the network that was not seen for longest loses its counts.
 * Threads that use a place at the same time may lose a count.
 *
 * @module
 */

import { MAX_COUNTED_NETWORKS } from "../limits.ts";
import type { NetworkNumber } from "./address.ts";

const PLACES = 8;
const SETS = MAX_COUNTED_NETWORKS / PLACES;
/** The words in front of the places: the seed of the hash, and the time of creation in seconds since 1970. */
const HEADER_WORDS = 2;
/** The words of a place that name its network, and when it was last seen. */
const [BITS, HIGH, LOW, SEEN] = [0, 1, 2, 3] as const;
/** What is counted; times are ticks since the creation. */
const FIELDS = { minute: 4, connections: 5, failures: 6, closedUntil: 7, trustedUntil: 8 } as const;
const PLACE_WORDS = 9;

/** Milliseconds of one tick; a number of 32 bits holds six years of them. */
const TICK_MS = 100;
const TICKS_PER_MINUTE = 60_000 / TICK_MS;

/** Failed logins that are counted; the longest penalty is reached long before. */
const MOST_FAILURES = 1 << 20;

/** The counts of many networks. */
export class NetworkTable {
  /** May be given to the tables of other threads. */
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  /**
   * @param buffer That of another table, to share its counts.
   * @param nowMs Milliseconds since 1970, when the table is new.
   */
  constructor(buffer: SharedArrayBuffer | undefined, nowMs: number) {
    const words = HEADER_WORDS + MAX_COUNTED_NETWORKS * PLACE_WORDS;
    this.buffer = buffer ?? new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT);
    this.#words = new Int32Array(this.buffer);
    if (buffer !== undefined) return;
    crypto.getRandomValues(new Uint8Array(4)).forEach((byte, i) =>
      this.#words[0]! |= byte << 8 * i
    );
    this.#words[1] = Math.floor(nowMs / 1_000);
  }

  /**
   * Finds the counts of a network, or begins them.
   *
   * @param nowMs Milliseconds since 1970.
   */
  of(network: NetworkNumber, nowMs: number): NetworkCounts {
    const words = this.#words;
    const now = this.#ticks(nowMs);
    const first = HEADER_WORDS + (hash(network, words[0]!) % SETS) * PLACES * PLACE_WORDS;
    let oldest = first;
    for (let place = first; place < first + PLACES * PLACE_WORDS; place += PLACE_WORDS) {
      if (
        words[place + LOW] === network.low && words[place + HIGH] === network.high &&
        words[place + BITS] === network.bits
      ) {
        words[place + SEEN] = now;
        return new NetworkCounts(words, place, now);
      }
      if (words[place + SEEN]! < words[oldest + SEEN]!) oldest = place;
    }
    words.fill(0, oldest, oldest + PLACE_WORDS);
    words[oldest + BITS] = network.bits;
    words[oldest + HIGH] = network.high;
    words[oldest + LOW] = network.low;
    words[oldest + SEEN] = now;
    return new NetworkCounts(words, oldest, now);
  }

  /** The counts of all networks. */
  *all(nowMs: number): Iterable<NetworkCounts> {
    const now = this.#ticks(nowMs);
    for (let at = HEADER_WORDS; at < this.#words.length; at += PLACE_WORDS) {
      if (this.#words[at + BITS] !== 0) yield new NetworkCounts(this.#words, at, now);
    }
  }

  /** Ticks begin at 1: a place that was never used is older than all others. */
  #ticks(nowMs: number): number {
    return 1 + Math.max(0, Math.floor((nowMs - this.#words[1]! * 1_000) / TICK_MS));
  }
}

/** The counts of one network at one moment. */
export class NetworkCounts {
  readonly #words: Int32Array;
  readonly #place: number;
  readonly #now: number;

  constructor(words: Int32Array, place: number, now: number) {
    this.#words = words;
    this.#place = place;
    this.#now = now;
  }

  get network(): NetworkNumber {
    const word = (index: number) => this.#words[this.#place + index]!;
    return { bits: word(BITS), high: word(HIGH), low: word(LOW) };
  }

  /** How many times it has connected in this minute. */
  get connections(): number {
    return this.#get("minute") === this.#minute ? this.#get("connections") : 0;
  }

  addConnection(): void {
    const count = this.connections + 1;
    this.#set("minute", this.#minute);
    this.#set("connections", count);
  }

  /** How long its penalty still lasts, in milliseconds; 0 without one. */
  get closedForMs(): number {
    return Math.max(0, this.closedMs);
  }

  /** When its last penalty ends, in milliseconds from now; below 0 if it has ended. */
  get closedMs(): number {
    return (this.#get("closedUntil") - this.#now) * TICK_MS;
  }

  /** Whether a client from there has logged in, or was there, not long ago. */
  get isTrusted(): boolean {
    return this.trustedForMs > 0;
  }

  /** How long it still gets no penalty, in milliseconds. */
  get trustedForMs(): number {
    return Math.max(0, this.#get("trustedUntil") - this.#now) * TICK_MS;
  }

  /** Failed logins in a row. */
  get failures(): number {
    return this.#get("failures");
  }

  /**
   * Counts failed logins.
   *
   * @param closeMs How long the network is closed out.
   */
  fail(times: number, closeMs: number): void {
    this.#set("failures", Math.min(this.failures + times, MOST_FAILURES));
    this.#set("closedUntil", this.#now + Math.ceil(closeMs / TICK_MS));
  }

  /**
   * Takes over what was counted elsewhere, where it is more.
   *
   * @param closedMs See {@linkcode closedMs}.
   */
  raise(failures: number, closedMs: number): void {
    this.#set("failures", Math.min(Math.max(this.failures, failures), MOST_FAILURES));
    const until = this.#now + Math.floor(closedMs / TICK_MS);
    this.#set("closedUntil", Math.max(this.#get("closedUntil"), until));
  }

  /** Forgets failed logins, unless the last penalty ended after then. @param ms How long ago. */
  forgetFailures(ms: number): void {
    if (this.#now - this.#get("closedUntil") > ms / TICK_MS) this.#set("failures", 0);
  }

  /** Gets no penalty for a while. */
  trust(ms: number): void {
    this.#set("failures", 0);
    this.#set("closedUntil", 0);
    this.#set("trustedUntil", this.#now + Math.ceil(ms / TICK_MS));
  }

  get #minute(): number {
    return Math.floor(this.#now / TICKS_PER_MINUTE);
  }

  #get(field: keyof typeof FIELDS): number {
    return this.#words[this.#place + FIELDS[field]]!;
  }

  #set(field: keyof typeof FIELDS, value: number): void {
    this.#words[this.#place + FIELDS[field]] = value;
  }
}

/** The finalizer of MurmurHash3 over the words of a network. */
function hash({ bits, high, low }: NetworkNumber, seed: number): number {
  let h = seed;
  for (const word of [bits, high, low]) {
    h = Math.imul(h ^ word, 0x85ebca6b);
    h = Math.imul(h ^ h >>> 13, 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}
