/**
 * The limits of a listener that an operator can set, and the limits in force.
 *
 * @module
 */

import { ApiMisuseError } from "../errors.ts";
import {
  MAX_CLIENTS,
  MAX_CONNECTIONS_PER_MINUTE,
  MAX_EXEMPT_NETWORKS,
  MAX_SEGMENTS,
  MAX_SILENCE_MS,
  MAX_UNAUTHENTICATED,
  MAX_UNAUTHENTICATED_PER_NETWORK,
  PENALTY_MAX_MS,
} from "../limits.ts";
import { type Network, parseNetwork } from "../networks.ts";

/** What an operator can limit. A network is an address of IPv4, or a /64 of IPv6. */
export interface ListenLimits {
  /** Clients that are logged in at the same time; 4096 unless given. */
  readonly maxClients: number;
  /** Clients of one key, unless the key has a number of its own; 4096 unless given. */
  readonly maxClientsPerKey: number;
  /** Segments of one client at the same time, its first one included; 256 unless given. */
  readonly maxSegments: number;
  /** Connections that have not logged in; 256 unless given. */
  readonly maxUnauthenticated: number;
  /** Connections of one network that have not logged in; 128 unless given. */
  readonly maxUnauthenticatedPerNetwork: number;
  /** New connections of one network in a minute; 1200 unless given. */
  readonly maxConnectionsPerMinute: number;
  /**
   * The longest time in milliseconds that a network is closed out after failed logins; 60 s unless
   * given, 0 for no penalties.
   */
  readonly maxPenaltyMs: number;
  /**
   * How long a client that answers probes may give no sign of life, in milliseconds, before it counts as
   * gone; 100 s unless given, 0 for as long as the system keeps the connection.
   */
  readonly maxSilenceMs: number;
  /** How long a client may send nothing by itself, in milliseconds; 0, and so unless given, for any time. */
  readonly maxIdleMs: number;
  /** How long a client may stay, in milliseconds; 0, and so unless given, for any time. */
  readonly maxSessionMs: number;
  /** Networks such as `192.0.2.0/24` without penalties and without limits of one network. */
  readonly exempt: readonly string[];
}

type Count = Exclude<keyof ListenLimits, "exempt">;

/** A limit that is a number. */
export interface LimitRow {
  /** Its name in options, logs and the control interface. */
  readonly name: string;
  /** What it counts; times are given in milliseconds and shown in seconds. */
  readonly unit: "clients" | "segments" | "connections" | "s";
  /** The default. */
  readonly value: number;
  /** The lowest value. */
  readonly least: number;
  /** The highest value. */
  readonly most: number;
}

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

/** All limits that are numbers. */
export const LIMIT_ROWS: { readonly [L in Exclude<keyof ListenLimits, "exempt">]: LimitRow } = {
  maxClients: count("max-clients", "clients", MAX_CLIENTS, MAX_CLIENTS),
  maxClientsPerKey: count("max-clients-per-key", "clients", MAX_CLIENTS, MAX_CLIENTS),
  maxSegments: count("max-segments", "segments", MAX_SEGMENTS, MAX_SEGMENTS),
  maxUnauthenticated: count("max-unauthenticated", "connections", MAX_UNAUTHENTICATED, 65_536),
  maxUnauthenticatedPerNetwork: count(
    "max-unauthenticated-per-network",
    "connections",
    MAX_UNAUTHENTICATED_PER_NETWORK,
    65_536,
  ),
  maxConnectionsPerMinute: count(
    "max-connections-per-minute",
    "connections",
    MAX_CONNECTIONS_PER_MINUTE,
    1_000_000,
  ),
  maxPenaltyMs: time("max-penalty", PENALTY_MAX_MS, DAY_MS),
  maxSilenceMs: time("max-silence", MAX_SILENCE_MS, DAY_MS),
  maxIdleMs: time("max-idle", 0, YEAR_MS),
  maxSessionMs: time("max-session", 0, YEAR_MS),
};

const KEYS = Object.keys(LIMIT_ROWS) as Count[];

function count(name: string, unit: LimitRow["unit"], value: number, most: number): LimitRow {
  return { name, unit, value, least: 1, most };
}

function time(name: string, value: number, most: number): LimitRow {
  return { name, unit: "s", value, least: 0, most };
}

/** The limits in force; they may be replaced at any time, and count for what comes then. */
export class CurrentLimits {
  #all = defaults();
  #exempt: readonly Network[] = [];

  /** @throws {ApiMisuseError} As {@linkcode replace}. */
  constructor(limits: Partial<ListenLimits> = {}) {
    this.replace(limits);
  }

  get all(): ListenLimits {
    return this.#all;
  }

  /** The networks of {@linkcode ListenLimits.exempt}. */
  get exempt(): readonly Network[] {
    return this.#exempt;
  }

  /**
   * Replaces all limits; those that are absent get their defaults.
   *
   * @throws {ApiMisuseError} `bad-argument`; then the limits stay as they were.
   */
  replace(limits: Partial<ListenLimits>): void {
    const all = { ...defaults(), ...limits };
    for (const key of KEYS) checkCount(key, all[key]);
    this.#exempt = parseExempt(all.exempt);
    this.#all = all;
  }
}

function defaults(): ListenLimits {
  const counts = Object.fromEntries(KEYS.map((key) => [key, LIMIT_ROWS[key].value]));
  return { ...counts as { [L in Count]: number }, exempt: [] };
}

function checkCount(key: Count, value: number): void {
  const { least, most } = LIMIT_ROWS[key];
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new ApiMisuseError(
    "bad-argument",
    `${key} is ${value}, must be a whole number from ${least} to ${most}`,
  );
}

function parseExempt(texts: readonly string[]): Network[] {
  if (texts.length > MAX_EXEMPT_NETWORKS) {
    throw new ApiMisuseError(
      "bad-argument",
      `exempt has ${texts.length} networks, the limit is ${MAX_EXEMPT_NETWORKS}`,
    );
  }
  return texts.map((text) => {
    const network = parseNetwork(text);
    if (typeof network !== "string") return network;
    throw new ApiMisuseError("bad-argument", `exempt has ${JSON.stringify(text)}: ${network}`);
  });
}

/** One limit in force. */
export interface LimitInForce {
  /** Its name, such as `max-clients`. */
  readonly name: string;
  /** `undefined` when it is off. */
  readonly value: number | undefined;
  /** What value and use are counted in: `clients`, `segments`, `connections`, or `s` for seconds. */
  readonly unit: string;
  /** How much of it is used now: by all, or by the one that uses most. */
  readonly used: number;
}

/**
 * Lists the limits in force of several listeners that share a port.
 *
 * @param rows What each of them uses.
 * @param together What they use together, where they count it in one place.
 */
export function limitsOfWorkers(
  limits: ListenLimits,
  rows: readonly (readonly LimitInForce[])[],
  together: Partial<ListenLimits>,
): LimitInForce[] {
  const used = Object.fromEntries(KEYS.map((key) => {
    const { name, unit } = LIMIT_ROWS[key];
    const each = rows.flat().filter((row) => row.name === name).map((row) => row.used);
    const most = Math.max(0, ...each);
    return [key, unit === "s" ? most * 1_000 : most];
  }));
  return limitsInForce(limits, { ...used as { [L in Count]: number }, ...together });
}

/**
 * Lists the limits in force.
 *
 * @param used How much of each is used, in the units of {@linkcode ListenLimits}.
 */
export function limitsInForce(
  limits: ListenLimits,
  used: { readonly [L in Count]: number },
): LimitInForce[] {
  return KEYS.map((key) => {
    const { name, unit } = LIMIT_ROWS[key];
    const scale = unit === "s" ? 1_000 : 1;
    const value = limits[key] === 0 ? undefined : limits[key] / scale;
    return { name, value, unit, used: Math.floor(used[key] / scale) };
  });
}
