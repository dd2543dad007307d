/**
 * What the places of a fleet, of a secret, and their store need of each other.
 *
 * @module
 */

import type { Acceptance } from "../../../keystore/acceptance.ts";
import type { Places } from "../../../keystore/enrolment.ts";
import type { Bucket } from "../bucket.ts";
import type { CountChanges } from "./count_changes.ts";

/** What places need of their store. */
export interface PlacesOwner {
  /** This process. */
  readonly listener: string;
  /** Where the counts are. */
  readonly counts: Bucket;
  /** Where the keys are. */
  readonly keys: Bucket;
  /** The time in milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Decides by the copy of this process. */
  accepts(publicKey: Uint8Array, name: string | undefined): Acceptance;
  /** Settles when the copy has a revision of the keys. */
  reached(revision: number): Promise<void>;
  /** @throws {FleetError} `fleet-unreachable` while no place is given. */
  requireCurrent(): void;
}

/** A key as the servers have it. */
export interface LookedUp {
  readonly verdict: Acceptance;
  /** Of its entry. */
  readonly revision: number;
}

/** What the places at one listener need of the count for all. */
export interface FleetCounts {
  /** The changes of the count of a secret. @throws {FleetError} `fleet-unreachable`. */
  changesOf(places: Places): Promise<CountChanges>;
  /**
   * Writes a key that has taken a place, unless its entry was changed since.
   *
   * @param key The name of its entry, without prefix.
   * @param revision The revision of its entry when the place was taken.
   * @returns The revision of its entry.
   * @throws {FleetError} `fleet-unreachable`.
   */
  write(places: Places, key: string, revision: number): Promise<number>;
  /**
   * Decides about a key by its entry on the servers.
   *
   * @throws An error of NATS.
   */
  lookUp(key: string, name: string | undefined): Promise<LookedUp>;
}
