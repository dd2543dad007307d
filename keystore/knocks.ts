/**
 * Unknown keys that were refused: who has knocked, so that a person can let one in.
 *
 * Strangers decide what is written here, so it is bounded: each key once, few keys of one network, few
 * in all, and none for long. One that is one too many takes the place of the oldest of the network that
 * has most, so that a network with many keys displaces its own.
 *
 * A key is claimed, not proved: a listener shows its own key to known keys alone, and without that a
 * client cannot prove anything. To let a key in that somebody else has claimed lets in its owner.
 *
 * @module
 */
import { KeystoreError } from "../lib/errors.ts";
import { KNOCK_MAX_AGE_MS, MAX_KNOCKS, MAX_KNOCKS_PER_NETWORK } from "../lib/limits.ts";
import { networkOf } from "../lib/networks.ts";
import { formatTime } from "./conditions.ts";
import { formatKey, parsePublicKey } from "./format.ts";
import { fingerprintDigits, keysNamed, LEAST_DIGITS } from "./named_keys.ts";

/** An unknown key that was refused. */
export interface Knock {
  /** 32 bytes; claimed, not proved. */
  readonly publicKey: Uint8Array;
  /** The listening name that it was refused for, last. */
  readonly name: string | undefined;
  /** Where it came from last, without port. */
  readonly address: string;
  /** When it was refused first, in milliseconds since 1970. */
  readonly firstMs: number;
  /** When it was refused last, in milliseconds since 1970. */
  readonly lastMs: number;
  /** How many times it was refused. */
  readonly count: number;
  /** Whether it is to be listed no more. */
  readonly isIgnored?: boolean;
}

const MAX_COUNT = 999_999_999;
/** Networks of hosts that one party often has: 256 addresses of IPv4, a site of IPv6. */
const NETWORK_BITS = { v4: 24, v6: 48 } as const;
const HEADER =
  "# Unknown keys that were refused: key, first and last time, count, address, name.\n";
const LINE = /^(\S+) (\S+) (\S+) ([1-9]\d{0,8}) (\S+) (\S+?)( ignored)?$/;
const NO_NAME = "-";
const IGNORED = " ignored";

interface Entry {
  readonly knock: Knock;
  readonly network: string;
}

/** A bounded number of knocks, each key once. Add them in the order of their time. */
export class KnockBook {
  /** By key; the one that was added last is the last. */
  readonly #entries = new Map<string, Entry>();
  /** How many keys each network has. */
  readonly #networks = new Map<string, number>();

  /** The knocks, with the latest first. */
  get knocks(): Knock[] {
    const knocks = [...this.#entries.values()].map(({ knock }) => knock);
    return knocks.sort((a, b) => b.lastMs - a.lastMs);
  }

  /** How many keys have knocked. */
  get size(): number {
    return this.#entries.size;
  }

  /** Adds a knock to those of the same key. */
  add(knock: Knock): void {
    const key = formatKey(knock.publicKey);
    const network = networkOf(knock.address, NETWORK_BITS.v4, NETWORK_BITS.v6);
    const before = this.#entries.get(key)?.knock;
    if (before === undefined) this.#makeRoom(network);
    else this.#drop(key);
    const united = before === undefined ? knock : unite(before, knock);
    this.#entries.set(key, { knock: united, network });
    this.#networks.set(network, this.#countOf(network) + 1);
  }

  /** Removes a key. */
  remove(publicKey: Uint8Array): void {
    this.#drop(formatKey(publicKey));
  }

  /** Removes those that are too old. */
  expire(nowMs: number): void {
    for (const [key, { knock }] of this.#entries) {
      // A time in the future comes from a clock that was set back.
      if (Math.abs(nowMs - knock.lastMs) > KNOCK_MAX_AGE_MS) this.#drop(key);
    }
  }

  #countOf(network: string): number {
    return this.#networks.get(network) ?? 0;
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    const left = this.#countOf(entry.network) - 1;
    if (left > 0) this.#networks.set(entry.network, left);
    else this.#networks.delete(entry.network);
  }

  #makeRoom(newcomer: string): void {
    if (this.#countOf(newcomer) >= MAX_KNOCKS_PER_NETWORK) {
      this.#dropFirst(({ network }) => network === newcomer);
    } else if (this.#entries.size >= MAX_KNOCKS) {
      const most = Math.max(...this.#networks.values());
      this.#dropFirst(({ network }) => this.#countOf(network) === most);
    }
  }

  #dropFirst(isDue: (entry: Entry) => boolean): void {
    for (const [key, entry] of this.#entries) if (isDue(entry)) return this.#drop(key);
  }
}

/** Reads the text of the file; damaged lines are left out, as nothing depends on them. */
export function parseKnocks(text: string): KnockBook {
  const book = new KnockBook();
  const knocks = text.split("\n").flatMap((line) => parseKnock(line) ?? []);
  for (const knock of knocks.sort((a, b) => a.lastMs - b.lastMs)) book.add(knock);
  return book;
}

export function formatKnocks(book: KnockBook): string {
  return HEADER + book.knocks.map(formatKnock).join("");
}

/**
 * Finds a knock.
 *
 * @param prefix The fingerprint of its key or the first digits of it, with or without dashes; or the key
 *   in base64.
 * @throws {KeystoreError} `no-such-key` when none or several begin like that.
 */
export function findKnock(knocks: readonly Knock[], prefix: string): Knock {
  const [knock] = keysNamed(prefix, knocks, "have knocked");
  if (knock !== undefined) return knock;
  const shown = JSON.stringify(prefix);
  throw new KeystoreError(
    "no-such-key",
    fingerprintDigits(prefix) !== undefined
      ? `no key that has knocked begins with ${shown}; "knocks" lists them`
      : `${shown} is not the beginning of a fingerprint: ${LEAST_DIGITS} or more of the digits ` +
        `that "knocks" shows`,
  );
}

function unite(a: Knock, b: Knock): Knock {
  return {
    ...(b.lastMs >= a.lastMs ? b : a),
    firstMs: Math.min(a.firstMs, b.firstMs),
    lastMs: Math.max(a.lastMs, b.lastMs),
    count: Math.min(a.count + b.count, MAX_COUNT),
    ...(a.isIgnored || b.isIgnored ? { isIgnored: true } : {}),
  };
}

function formatKnock(knock: Knock): string {
  const { publicKey, firstMs, lastMs, count, address, name, isIgnored } = knock;
  const times = `${formatTime(firstMs)} ${formatTime(lastMs)}`;
  const mark = isIgnored ? IGNORED : "";
  return `${formatKey(publicKey)} ${times} ${count} ${address} ${name ?? NO_NAME}${mark}\n`;
}

function parseKnock(line: string): Knock | undefined {
  const [, key = "", first = "", last = "", count, address = "", name, mark] = LINE.exec(line) ??
    [];
  const [firstMs, lastMs] = [Date.parse(first), Date.parse(last)];
  if (Number.isNaN(firstMs + lastMs)) return undefined;
  try {
    return {
      publicKey: parsePublicKey(key),
      name: name === NO_NAME ? undefined : name,
      address,
      firstMs,
      lastMs,
      count: Number(count),
      ...(mark === undefined ? {} : { isIgnored: true }),
    };
  } catch {
    return undefined;
  }
}
