/**
 * What the parts of a fleet are called on its servers.
 *
 * @module
 */

import type { Operation } from "../control/mod.ts";

/** What callers may do. */
export type Access = Operation["access"];

/**
 * What a program reads of the servers: `listeners` keys, places and records, as `listen` and `keystore` do;
 * `readers` records; `callers` which hosts there are.
 */
export type Role = "listeners" | "readers" | "callers";

/** Stands in subjects for the name of a listener that has none, as in the keystore. */
const NAMELESS = "default";

/** The names of one fleet. */
export interface FleetNames {
  readonly fleet: string;
  readonly buckets: {
    readonly keys: string;
    readonly places: string;
    readonly hosts: string;
  };
  /** The stream of records. */
  readonly stream: string;
  /** All streams, those of buckets too. */
  readonly streams: readonly string[];
  /** Matches the subjects of all records. */
  readonly records: string;
  /**
   * The subject of records.
   *
   * @param name The name of the listener; `undefined` if it has none.
   * @param host The id of the host.
   * @param client The number of the client.
   * @param kind The kind of the record.
   */
  record(name: string | undefined, host: string, client: number | "*", kind: string): string;
  /** The subjects of the records of a listening name and of a kind; of all where absent. */
  recordsOf(name: string | undefined, kind: string | undefined): string;
  /**
   * The subject that a host takes what callers send at.
   *
   * @param access What callers may do there.
   */
  control(host: string, access: Access | "*"): string;
  /**
   * The subject that an answer goes to. What may look at the answers of one access cannot see others.
   *
   * @param exchange The id of the exchange.
   */
  answers(access: Access, exchange: string): string;
  /** The subject at which a host tells what it counts, and `*` that of all. */
  counts(host: string): string;
  /**
   * What the subjects of the servers' answers begin with. What may look at those of one role cannot see
   * others. They do not begin with `FLEET.`: the stream of records would keep those of five words.
   */
  inbox(role: Role): string;
}

/** @param fleet The name of the fleet, as {@linkcode parseName} allows it. */
export function fleetNames(fleet: string): FleetNames {
  const buckets = { keys: `${fleet}_keys`, places: `${fleet}_places`, hosts: `${fleet}_hosts` };
  const stream = `${fleet}_records`;
  return {
    fleet,
    buckets,
    stream,
    streams: [...Object.values(buckets).map((bucket) => `KV_${bucket}`), stream],
    records: `${fleet}.*.*.*.*`,
    record: (name = NAMELESS, host, client, kind) => `${fleet}.${name}.${host}.${client}.${kind}`,
    recordsOf: (name = "*", kind = "*") => `${fleet}.${name}.*.*.${kind}`,
    control: (host, access) => `${fleet}.control.${host}.${access}`,
    answers: (access, exchange) => `${fleet}.answers.${access}.${exchange}`,
    counts: (host) => `${fleet}.counts.${host}`,
    inbox: (role) => `${fleet}_inbox.${role}`,
  };
}
