/**
 * What a listener and the command line use of a store of keys, wherever the keys are.
 *
 * @module
 */
import type { Acceptance } from "./acceptance.ts";
import type { AcceptedEntry } from "./accepted.ts";
import type { AddResult, RemovedFile } from "./accepted_changes.ts";
import type { ConditionChanges } from "./conditions.ts";
import type { Places, Reservation } from "./enrolment.ts";
import type { HostKey, KeystoreWarning } from "./format.ts";
import type { Knock } from "./knocks.ts";
import type { LastLogin } from "./last_logins.ts";
import type { Notes } from "./notes.ts";

/** How well the keys in this process are known to be complete. */
export type CopyState =
  /** All changes are in it. */
  | "current"
  /** The servers cannot be asked: known keys log in, unknown ones do not. */
  | "unconfirmed"
  /** That has lasted for too long: no key logs in. */
  | "stale";

/** What a store remembers beside its keys. */
export interface StorageNotes {
  /**
   * Lists the unknown keys that listeners have refused, the latest first, without the ignored ones.
   *
   * @throws {KeystoreError} `keystore-unreadable`.
   */
  knocks(): readonly Knock[];
  /**
   * Reads when each key has logged in last, by key in base64.
   *
   * @throws {KeystoreError} `keystore-unreadable`.
   */
  lastLogins(): ReadonlyMap<string, LastLogin>;
  /**
   * Lists the keys whose sessions listeners have to end, in base64.
   *
   * @throws {KeystoreError} `keystore-unreadable`.
   */
  revoked(): readonly string[];
  /** Settles at the next change of {@linkcode revoked}; absent where only looking tells. */
  revocation?(): Promise<void>;
  /** Opens notes for a listener; close them at the end. The fleet writes them later. */
  open(): Notes;
  /** Writes at once what the listeners of this object have noted. */
  flush(): Promise<void>;
}

/** The unknown keys that a secret lets in. */
export interface PlacesOfSecret {
  /**
   * Reserves a place for an unknown key. Connections with the same key share one.
   *
   * @param publicKey The 32 bytes that the client offers, copied.
   * @returns The reservation, to be ended with `commit` or `release`; `undefined` when no place is free.
   * @throws {FleetError} `fleet-unreachable`, as a rejection, when the places are counted elsewhere.
   */
  reserve(publicKey: Uint8Array): Reservation | undefined | Promise<Reservation | undefined>;
}

/**
 * A store of keys. Queries are synchronous and answered from memory; changes happen whole or not at all,
 * also when several processes make them at the same time.
 */
export interface KeyStorage extends AsyncDisposable {
  /** The directory with our own keys. */
  readonly root: string;
  /** Knocks, last logins, and keys whose sessions end. */
  readonly notes: StorageNotes;
  /** The warnings about entries as they are now. */
  readonly warnings: readonly KeystoreWarning[];
  /** How well the keys are known to be complete; always `current` where there is no copy. */
  readonly state: CopyState;
  /** For how long queries may have been answered from an old copy, in milliseconds. */
  readonly ageMs: number;
  /** For how long the copy has been in this state, in milliseconds; `undefined` for none. */
  readonly stateMs: number | undefined;
  /** Where an entry is, for people. @param file Its {@linkcode AcceptedEntry.file}. */
  placeOf(file: string): string;
  /**
   * Our own key, with which a listener answers.
   *
   * @throws {KeystoreError} `bad-line`, `keystore-unreadable`.
   */
  identity(): HostKey;
  /**
   * Our keys for the hosts of a tag.
   *
   * @throws {KeystoreError} `bad-tag`, `keystore-unreadable`.
   */
  hostKeys(tag?: string): readonly HostKey[];
  /**
   * The tags of hosts that are dialled.
   *
   * @throws {KeystoreError} `keystore-unreadable`.
   */
  hostTags(): readonly string[];
  /**
   * Decides whether a key may log in.
   *
   * @param publicKey The 32 bytes that the client offers.
   * @param name The listening name, or `undefined` for a listener without one.
   * @param address Where the client connects from, without port.
   */
  accepts(publicKey: Uint8Array, name: string | undefined, address?: string): Acceptance;
  /** Counts the keys that may log in. @param name The listening name. */
  countFor(name: string | undefined): number;
  /** Lists the accepted keys. @param name Lists only those that may log in under this name. */
  list(name?: string): readonly AcceptedEntry[];
  /** The entries of one key. @param publicKey 32 bytes. */
  find(publicKey: Uint8Array): readonly AcceptedEntry[];
  /**
   * Takes over every change that was made until now.
   *
   * @throws {FleetError} `fleet-unreachable`, as a rejection.
   */
  refresh(): void | Promise<void>;
  /**
   * Accepts a key, or gives an accepted one further names and other conditions.
   *
   * @param tags The names, or `*` alone.
   * @param publicKey 32 bytes, copied.
   * @param conditions Set as by {@linkcode set}.
   * @throws {KeystoreError} `bad-tag`, `bad-key`, `bad-conditions`, `keystore-unwritable`.
   * @throws {FleetError} `fleet-unreachable`.
   */
  add(
    tags: readonly string[],
    publicKey: Uint8Array,
    conditions?: ConditionChanges,
  ): Promise<AddResult>;
  /**
   * Changes the conditions and the comment of an accepted key.
   *
   * @param what The name of an entry, a public key in base64, or the first digits of its fingerprint.
   * @param conditions Conditions that are `undefined` are removed, those that are absent stay.
   * @returns The entries of the key as they are now.
   * @throws {KeystoreError} `no-such-key`, `bad-conditions`, `keystore-unwritable`.
   * @throws {FleetError} `fleet-unreachable`.
   */
  set(what: string, conditions: ConditionChanges): Promise<readonly AcceptedEntry[]>;
  /**
   * Removes a key from the accepted keys.
   *
   * @param what The name of an entry, a public key in base64, or the first digits of its fingerprint.
   * @param options `endSessions`: whether listeners end the sessions of the key, within a second.
   * @returns The removed entries.
   * @throws {KeystoreError} `no-such-key`, `keystore-unwritable`.
   * @throws {FleetError} `fleet-unreachable`.
   */
  remove(
    what: string,
    options?: { readonly endSessions?: boolean },
  ): Promise<readonly RemovedFile[]>;
  /**
   * Accepts a key that has knocked.
   *
   * @param prefix The first digits of its fingerprint, or the key in base64.
   * @param tags The names, or `*` alone.
   * @param conditions Set as by {@linkcode set}.
   * @throws {KeystoreError} `no-such-key`, `bad-tag`, `bad-conditions`, `keystore-unwritable`.
   * @throws {FleetError} `fleet-unreachable`.
   */
  acceptKnock(
    prefix: string,
    tags: readonly string[],
    conditions?: ConditionChanges,
  ): Promise<AddResult & { readonly knock: Knock }>;
  /**
   * Lists a key that has knocked no more. It can still be accepted.
   *
   * @param prefix The first digits of its fingerprint, or the key in base64.
   * @throws {KeystoreError} `no-such-key`, `keystore-unwritable`.
   * @throws {FleetError} `fleet-unreachable`.
   */
  ignoreKnock(prefix: string): Promise<Knock>;
  /**
   * Reads how many places of a secret are taken, over all runs of the program.
   *
   * @param places Their name and secret.
   * @throws {KeystoreError} `bad-line`, `keystore-unreadable`.
   * @throws {FleetError} `fleet-unreachable`.
   */
  spentPlaces(places: Places): number | Promise<number>;
  /**
   * Opens the places of a secret.
   *
   * @param places Name, secret and count; keys of a listener without a name get the tag `default`.
   * @throws {ApiMisuseError} `bad-argument` for a count that is not a whole number from 0 up.
   * @throws {KeystoreError} `bad-line`, `keystore-unreadable` when the counts cannot be read.
   */
  openPlaces(places: Places): PlacesOfSecret;
}
