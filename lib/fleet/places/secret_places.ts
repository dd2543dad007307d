/**
 * The places of one secret at one listener of a fleet.
 *
 * @module
 */

import { makeReservation, type Places, type Reservation } from "../../../keystore/enrolment.ts";
import type { PlacesOfSecret } from "../../../keystore/key_storage.ts";
import { AuthError, KeystoreError } from "../../errors.ts";
import { PLACE_LEASE_MS } from "../../limits.ts";
import { fileOf } from "../keystore/entry.ts";
import type { FleetCounts, PlacesOwner } from "./types.ts";

/** A key that holds a place here, for all connections that offer it. */
interface Candidate {
  readonly key: string;
  readonly publicKey: Uint8Array;
  readonly held: Promise<boolean>;
  connections: number;
  writing: Promise<boolean> | undefined;
  isWritten: boolean;
}

export class SecretPlaces implements PlacesOfSecret {
  readonly #fleet: FleetCounts;
  readonly #owner: PlacesOwner;
  readonly #places: Places;
  readonly #candidates = new Map<string, Candidate>();
  readonly #releasing = new Set<Promise<void>>();
  #spent = 0;

  constructor(fleet: FleetCounts, owner: PlacesOwner, places: Places) {
    this.#fleet = fleet;
    this.#owner = owner;
    this.#places = places;
  }

  async reserve(publicKey: Uint8Array): Promise<Reservation | undefined> {
    this.#owner.requireCurrent();
    const key = fileOf(publicKey);
    let candidate = this.#candidates.get(key);
    // A written key that is unknown again was removed since, and needs another place.
    if (candidate === undefined || candidate.isWritten) {
      candidate = {
        key,
        publicKey: publicKey.slice(),
        held: this.#hold(key),
        connections: 0,
        writing: undefined,
        isWritten: false,
      };
      this.#candidates.set(key, candidate);
    }
    candidate.connections++;
    try {
      if (await candidate.held) return this.#reservation(candidate);
    } catch (error) {
      this.#leave(candidate);
      throw error;
    }
    this.#leave(candidate);
    return undefined;
  }

  /** Gives back the places of all connections. */
  async close(): Promise<void> {
    for (const candidate of this.#candidates.values()) this.#release(candidate);
    await Promise.all(this.#releasing);
  }

  async #hold(key: string): Promise<boolean> {
    const { listener, wallMs } = this.#owner;
    const changes = await this.#fleet.changesOf(this.#places);
    return await changes.run((count) => {
      const isHeld = count.hold(key, listener, this.#places.count, wallMs() + PLACE_LEASE_MS);
      this.#spent = count.spent;
      return isHeld;
    });
  }

  #reservation(candidate: Candidate): Reservation {
    return makeReservation(candidate.publicKey, {
      placesLeft: () => Math.max(0, this.#places.count - this.#spent),
      commit: () => this.#commit(candidate),
      end: () => this.#leave(candidate),
    });
  }

  async #commit(candidate: Candidate): Promise<boolean> {
    if (candidate.writing !== undefined) await candidate.writing;
    if (candidate.isWritten) {
      this.#requireAccepted(candidate);
      return false;
    }
    candidate.writing = this.#enrol(candidate);
    try {
      candidate.isWritten = await candidate.writing;
      return candidate.isWritten;
    } finally {
      candidate.writing = undefined;
    }
  }

  /** @returns Whether the key has taken a place; a key that is accepted already takes none. */
  async #enrol(candidate: Candidate): Promise<boolean> {
    const { key } = candidate;
    const { name, count: most } = this.#places;
    const changes = await this.#fleet.changesOf(this.#places);
    // The key is looked up after the count was read: if another listener takes a place for it in between,
    // the count has changed, and both are read again.
    const taken = await changes.run((count, { verdict, revision }) => {
      const isKnown = verdict.accepted || verdict.detail !== undefined;
      if (isKnown) count.drop(key);
      const untilMs = this.#owner.wallMs() + PLACE_LEASE_MS;
      const taking = isKnown ? undefined : count.take(key, most, { revision, untilMs });
      this.#spent = count.spent;
      return { verdict, revision, taking };
    }, () => this.#fleet.lookUp(key, name));
    const { verdict, taking } = taken;
    if (taking === undefined) {
      if (verdict.accepted) {
        await this.#owner.reached(taken.revision);
        return false;
      }
      if (verdict.detail !== undefined) throw new AuthError(verdict.code, verdict.detail);
      throw new AuthError("no-slot-left", `all ${most} places for unknown keys are taken`);
    }
    const revision = await this.#fleet.write(this.#places, key, taking.revision);
    await Promise.all([
      this.#owner.reached(revision),
      // The place stays taken in any case, and is counted as spent by the next change.
      changes.run((count) => count.settle(key)).catch(() => {}),
    ]);
    this.#requireAccepted(candidate);
    return true;
  }

  #requireAccepted({ publicKey }: Candidate): void {
    if (this.#owner.accepts(publicKey, this.#places.name).accepted) return;
    throw new KeystoreError("no-such-key", "the key was removed from the keystore meanwhile");
  }

  #leave(candidate: Candidate): void {
    candidate.connections--;
    if (candidate.connections === 0) this.#release(candidate);
  }

  /** Gives a place back, unless it was taken. What is not given back ends with its lease. */
  #release(candidate: Candidate): void {
    const { key } = candidate;
    // A newer candidate may have the same key.
    if (this.#candidates.get(key) !== candidate) return;
    this.#candidates.delete(key);
    if (candidate.isWritten) return;
    const release = async () => {
      if (!await candidate.held) return;
      const changes = await this.#fleet.changesOf(this.#places);
      await changes.run((count) => {
        if (!this.#candidates.has(key)) count.release(key, this.#owner.listener);
      });
    };
    const releasing: Promise<void> = release().catch(() => {}).finally(() =>
      this.#releasing.delete(releasing)
    );
    this.#releasing.add(releasing);
  }
}
