/**
 * The keystore of a fleet: a bucket of NATS with the keys that may log in, and the directory of this host
 * with our own keys.
 *
 * @module
 */

import { type Acceptance, decide } from "../../../keystore/acceptance.ts";
import type { AcceptedEntry } from "../../../keystore/accepted.ts";
import {
  type AddResult,
  hasAll,
  noSuchKey,
  planAccepted,
  type RemovedFile,
} from "../../../keystore/accepted_changes.ts";
import {
  changeConditions,
  type ConditionChanges,
  NO_CONDITIONS,
} from "../../../keystore/conditions.ts";
import type { Places } from "../../../keystore/enrolment.ts";
import {
  formatAccepted,
  formatKey,
  type HostKey,
  type KeystoreWarning,
  requireUsableKey,
} from "../../../keystore/format.ts";
import type { CopyState, KeyStorage, PlacesOfSecret } from "../../../keystore/key_storage.ts";
import type { Keystore } from "../../../keystore/keystore.ts";
import type { Knock } from "../../../keystore/knocks.ts";
import { keysNamed } from "../../../keystore/named_keys.ts";
import { admitsName, isAny, requireTags, uniteTags } from "../../../keystore/tags.ts";
import { FleetError, KeystoreError } from "../../errors.ts";
import {
  FLEET_LOST_MS,
  FLEET_STALE_MS,
  MAX_FLEET_COUNT_BYTES,
  MAX_KEY_FILE_BYTES,
} from "../../limits.ts";
import { Bucket, type Change } from "../bucket.ts";
import { FleetConnection, type FleetPlace } from "../connection.ts";
import { FleetLink } from "../link.ts";
import { FleetPlaces } from "../places/fleet_places.ts";
import { WatchedCopy } from "../watched_copy.ts";
import { fileOf, KEY_PREFIX, keyOf, type ReadEntry, readEntry } from "./entry.ts";
import { FleetNotes } from "./fleet_notes.ts";

/** How to open the keystore of a fleet. */
export interface FleetKeystoreOptions extends FleetPlace {
  /** The store with our own keys. */
  readonly own: Keystore;
  /** How long known keys log in from a copy that is not confirmed, in milliseconds. */
  readonly staleMs?: number;
  /** Called for each warning when it is first found. */
  readonly onWarning?: (warning: KeystoreWarning) => void;
  /** Called when the copy has another state. */
  readonly onState?: (state: CopyState) => void;
  /** The time in milliseconds since 1970. */
  readonly wallMs?: () => number;
  /** A monotonic clock in milliseconds. */
  readonly nowMs?: () => number;
}

export class FleetKeystore implements KeyStorage {
  readonly notes: FleetNotes;
  readonly #fleet: FleetLink;
  readonly #own: Keystore;
  readonly #bucket: Bucket;
  readonly #copy: WatchedCopy;
  readonly #places: FleetPlaces;
  readonly #options: FleetKeystoreOptions;
  readonly #wallMs: () => number;
  readonly #nowMs: () => number;
  readonly #warnings: Map<string, KeystoreWarning>;
  /** As it was told last. */
  #told: { readonly state: CopyState; readonly sinceMs: number };

  private constructor(
    fleet: FleetLink,
    bucket: Bucket,
    counts: Bucket,
    copy: WatchedCopy,
    warnings: Map<string, KeystoreWarning>,
    options: FleetKeystoreOptions,
  ) {
    this.#fleet = fleet;
    this.#own = options.own;
    this.#bucket = bucket;
    this.#copy = copy;
    this.#options = options;
    this.#wallMs = options.wallMs ?? Date.now;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#warnings = warnings;
    this.#told = { state: "current", sinceMs: this.#nowMs() };
    this.notes = new FleetNotes({
      bucket,
      copy,
      wallMs: this.#wallMs,
      isKnown: (publicKey) => this.#textOf(publicKey) !== undefined,
    });
    this.#places = new FleetPlaces({
      listener: fleet.id,
      counts,
      keys: bucket,
      wallMs: this.#wallMs,
      accepts: (publicKey, name) => this.accepts(publicKey, name),
      reached: (revision) => copy.reached(revision),
      requireCurrent: () => this.#requireCurrent(),
    });
    fleet.onReconnect(() => void this.notes.flush());
  }

  /**
   * Connects to the fleet and reads its keys.
   *
   * @throws {FleetError} `fleet-unreachable`, `fleet-refused`.
   */
  static async open(options: FleetKeystoreOptions): Promise<FleetKeystore> {
    const connection = await FleetConnection.open(options, `net-listen ${options.name}`);
    const fleet = new FleetLink(connection);
    const { keys, places } = connection.names.buckets;
    try {
      const bucket = await Bucket.open(fleet, keys, MAX_KEY_FILE_BYTES);
      const counts = await Bucket.open(fleet, places, MAX_FLEET_COUNT_BYTES);
      const warnings = new Map<string, KeystoreWarning>();
      let checked = () => {};
      let changed: FleetNotes["changed"] = () => {};
      const copy = await WatchedCopy.open(fleet, bucket, {
        changed(key, text) {
          changed(key, text === undefined ? publicKeyOf(key) : undefined);
          const warning = text === undefined ? undefined : warningOf(key, text, bucket);
          if (warning === undefined) return void warnings.delete(key);
          warnings.set(key, warning);
          options.onWarning?.(warning);
        },
        checked: () => checked(),
      }, options.nowMs);
      const keystore = new FleetKeystore(fleet, bucket, counts, copy, warnings, options);
      checked = () => keystore.#checked();
      changed = (...change) => keystore.notes.changed(...change);
      return keystore;
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      throw error;
    }
  }

  get root(): string {
    return this.#own.root;
  }

  get warnings(): readonly KeystoreWarning[] {
    return [...this.#warnings.values()];
  }

  get state(): CopyState {
    const { ageMs } = this.#copy;
    if (ageMs > (this.#options.staleMs ?? FLEET_STALE_MS)) return "stale";
    return ageMs > FLEET_LOST_MS || !this.#copy.isConfirmed ? "unconfirmed" : "current";
  }

  get stateMs(): number {
    this.#checked();
    return this.#nowMs() - this.#told.sinceMs;
  }

  /** About a second while the servers answer. */
  get ageMs(): number {
    return this.#copy.ageMs;
  }

  placeOf(file: string): string {
    return this.#bucket.placeOf(KEY_PREFIX + file);
  }

  identity(): HostKey {
    return this.#own.identity();
  }

  hostKeys(tag?: string): readonly HostKey[] {
    return this.#own.hostKeys(tag);
  }

  hostTags(): readonly string[] {
    return this.#own.hostTags();
  }

  /** @throws {KeystoreError} `keystore-stale` when the copy is not confirmed for too long. */
  accepts(publicKey: Uint8Array, name: string | undefined, address = ""): Acceptance {
    if (this.state === "stale") {
      throw new KeystoreError(
        "keystore-stale",
        "no key is let in: the fleet cannot be reached for longer than --fleet-stale allows",
      );
    }
    const entries = this.find(publicKey);
    return decide(entries, (tags) => admitsName(tags, name), this.#wallMs(), address);
  }

  countFor(name: string | undefined): number {
    const admits = (tags: readonly string[]) => admitsName(tags, name);
    const nowMs = this.#wallMs();
    return this.list().filter((entry) => decide([entry], admits, nowMs, undefined).accepted).length;
  }

  list(name?: string): readonly AcceptedEntry[] {
    const entries: AcceptedEntry[] = [];
    for (const [key, text] of this.#copy.entries(KEY_PREFIX)) {
      const entry = this.#read(key.slice(KEY_PREFIX.length), text)?.entry;
      if (entry !== undefined && (name === undefined || admitsName(entry.tags, name))) {
        entries.push(entry);
      }
    }
    return entries.sort((a, b) => a.file < b.file ? -1 : 1);
  }

  find(publicKey: Uint8Array): readonly AcceptedEntry[] {
    const text = this.#textOf(publicKey);
    return text === undefined ? [] : [this.#read(fileOf(publicKey), text)!.entry];
  }

  refresh(): Promise<void> {
    return this.#copy.refresh();
  }

  async add(
    tags: readonly string[],
    publicKey: Uint8Array,
    changes: ConditionChanges = {},
  ): Promise<AddResult> {
    requireTags(tags);
    requireUsableKey(publicKey);
    const file = fileOf(publicKey);
    const key = publicKey.slice();
    const wanted = uniteTags([], tags);
    return await this.#change(file, (text): Change<AddResult> => {
      if (text === undefined) {
        const conditions = changeConditions(NO_CONDITIONS, changes);
        const entry = { file, tags: wanted, publicKey: key, conditions, problem: undefined };
        const result = { added: true, change: "new", entry } as const;
        return { result, text: formatAccepted(wanted, key, conditions) };
      }
      const present = this.#usable(file, text);
      const isEnough = isAny(present.tags) || hasAll([present], wanted);
      const { entry, written } = planAccepted(
        { ...present, text, path: this.placeOf(file) },
        changes,
        isEnough ? [] : wanted,
      );
      if (written === text) return { result: { added: false, change: "none", entry } };
      const change = isEnough ? "changed" : "extended";
      return { result: { added: true, change, entry }, text: written };
    });
  }

  async set(what: string, changes: ConditionChanges): Promise<readonly AcceptedEntry[]> {
    const { file } = this.#matching(what);
    const entry = await this.#change(file, (text): Change<AcceptedEntry> => {
      if (text === undefined) throw noSuchKey(what);
      const present = this.#usable(file, text);
      const path = this.placeOf(file);
      const { entry, written } = planAccepted({ ...present, text, path }, changes, []);
      return { result: entry, text: written === text ? undefined : written };
    });
    return [entry];
  }

  async remove(
    what: string,
    options: { readonly endSessions?: boolean } = {},
  ): Promise<readonly RemovedFile[]> {
    const { file, publicKey } = this.#matching(what);
    const { entry, isDamaged } = this.#read(file, this.#textOf(publicKey)!)!;
    // First, as in a directory: it is without effect while the key is accepted.
    if (options.endSessions) await this.notes.revoke(formatKey(publicKey));
    await this.#change(file, () => ({ result: undefined, text: null }));
    await this.notes.forget(publicKey);
    return [{ file, entry: isDamaged ? undefined : entry }];
  }

  async acceptKnock(
    prefix: string,
    tags: readonly string[],
    conditions: ConditionChanges = {},
  ): Promise<AddResult & { readonly knock: Knock }> {
    const knock = this.notes.find(prefix);
    const added = await this.add(tags, knock.publicKey, conditions);
    await this.notes.answered(knock);
    return { ...added, knock };
  }

  ignoreKnock(prefix: string): Promise<Knock> {
    return this.notes.ignore(prefix);
  }

  spentPlaces(places: Places): Promise<number> {
    return this.#places.spent(places);
  }

  openPlaces(places: Places): PlacesOfSecret {
    return this.#places.open(places);
  }

  /** Writes notes and gives back what is reserved if that is possible now, and ends the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fleet.whileConnected(Promise.all([this.#places.close(), this.notes.flush()]));
    await this.#copy[Symbol.asyncDispose]();
    await this.#fleet[Symbol.asyncDispose]();
  }

  #checked(): void {
    const { state } = this;
    if (state === this.#told.state || FleetConnection.isEnding) return;
    this.#told = { state, sinceMs: this.#nowMs() };
    this.#options.onState?.(state);
  }

  #requireCurrent(): void {
    if (this.state === "current") return;
    throw new FleetError(
      "fleet-unreachable",
      "no unknown key is let in while the fleet cannot be reached",
    );
  }

  #textOf(publicKey: Uint8Array): string | undefined {
    return this.#copy.get(KEY_PREFIX + fileOf(publicKey));
  }

  #read(file: string, text: string): ReadEntry | undefined {
    const publicKey = keyOf(file);
    return publicKey && readEntry(file, publicKey, text, this.placeOf(file));
  }

  /** @throws {KeystoreError} `bad-line` for an entry that can only be removed. */
  #usable(file: string, text: string): AcceptedEntry {
    const { entry, isDamaged, warning } = this.#read(file, text)!;
    if (isDamaged) {
      throw new KeystoreError("bad-line", `${this.placeOf(file)}: ${warning!.message}`);
    }
    return entry;
  }

  async #change<T>(file: string, decide: (text: string | undefined) => Change<T>): Promise<T> {
    const { result, revision } = await this.#bucket.change(
      KEY_PREFIX + file,
      ({ text }) => decide(text),
    );
    await this.#copy.reached(revision);
    return result;
  }

  #matching(what: string): AcceptedEntry {
    const file = what.slice(what.lastIndexOf("/") + 1).replace(KEY_PREFIX, "");
    const entries = this.list();
    const found = entries.find((entry) => entry.file === file) ??
      keysNamed(what, entries, "may log in")[0];
    if (found === undefined) throw noSuchKey(what);
    return found;
  }
}

function warningOf(key: string, text: string, bucket: Bucket): KeystoreWarning | undefined {
  if (!key.startsWith(KEY_PREFIX)) return undefined;
  const file = key.slice(KEY_PREFIX.length);
  const publicKey = keyOf(file);
  const path = bucket.placeOf(key);
  if (publicKey !== undefined) return readEntry(file, publicKey, text, path).warning;
  const message = "the name of the entry is not a public key";
  return { path, line: undefined, code: "bad-key", message };
}

/** The key that an entry is about, if it is one of a key. */
function publicKeyOf(entry: string): Uint8Array | undefined {
  return entry.startsWith(KEY_PREFIX) ? keyOf(entry.slice(KEY_PREFIX.length)) : undefined;
}
