/**
 * The keystore: decides which keys may log in, enrols unknown ones, and holds our own keys.
 *
 * @module
 */
import { KeystoreError } from "../lib/errors.ts";
import { DEFAULT_PORT } from "../lib/address.ts";
import { AcceptedDirectory, type AcceptedEntry } from "./accepted.ts";
import { AcceptedChanges, type AddResult, type RemovedFile } from "./accepted_changes.ts";
import { type Acceptance, decide } from "./acceptance.ts";
import type { ConditionChanges } from "./conditions.ts";
import { enrolKey } from "./enrol_key.ts";
import { EnrolmentSlots, type EnrolResult, type Places, SpentPlaces } from "./enrolment.ts";
import { formatKey, type HostKey, type KeystoreWarning } from "./format.ts";
import { StoreLock } from "./fs.ts";
import { HostKeyDirectory, publicKeyOf } from "./hostkeys.ts";
import type { KeyStorage } from "./key_storage.ts";
import type { Knock } from "./knocks.ts";
import { makeLayout, requireDirectory } from "./layout.ts";
import { permissionWarnings } from "./permissions.ts";
import { StoreNotes } from "./store_notes.ts";
import { admitsName, admitsWanted, DEFAULT_TAG } from "./tags.ts";

/** How to open a keystore. */
export interface KeystoreOptions {
  /** Whether to make missing directories and our own key. Default `true`. */
  readonly create?: boolean;
  /** Called for each warning when it is first found: on opening, and when a file changes later. */
  readonly onWarning?: (warning: KeystoreWarning) => void;
  /** The clock by which keys expire, in milliseconds since 1970; that of the system unless given. */
  readonly wallMs?: () => number;
}

/** A host that was added to `hostkeys/`. */
export interface AddedHost {
  /** The name of the file in `hostkeys/`. */
  readonly tag: string;
  /** The host without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** The 32 bytes that the other side must accept. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/**
 * A directory of keys that this program shares with arcan-net.
 *
 * Queries are synchronous. They see a key that was added at once and other changes on disk within 10 ms; in
 * a store of more than 16 accepted keys, an edit in place may stay unseen for up to a second. Changes are
 * made under a lock among processes, and happen whole or not at all. There is nothing to close.
 */
export class Keystore implements KeyStorage {
  /** The directory. */
  readonly root: string;
  /** Knocks, last logins, and keys whose sessions end. */
  readonly notes: StoreNotes;
  readonly #accepted: AcceptedDirectory;
  readonly #changes: AcceptedChanges;
  readonly #hostKeys: HostKeyDirectory;
  readonly #lock: StoreLock;
  readonly #spentPlaces: SpentPlaces;
  readonly #onWarning: (warning: KeystoreWarning) => void;
  readonly #wallMs: () => number;
  readonly #warned = new Set<string>();

  private constructor(root: string, { onWarning = () => {}, wallMs = Date.now }: KeystoreOptions) {
    this.root = root;
    this.#onWarning = onWarning;
    this.#wallMs = wallMs;
    this.#lock = new StoreLock(root);
    this.#spentPlaces = new SpentPlaces(root, () => this.identity().privateKey);
    this.notes = new StoreNotes({
      root,
      wallMs,
      isAccepted: (publicKey) => this.#accepted.find(publicKey).length > 0,
      refresh: () => this.#accepted.refresh(),
      change: (action) => this.#change(action),
      warn: (warning) => this.#warnOnce(warning),
    });
    this.#accepted = new AcceptedDirectory(root, onWarning);
    this.#changes = new AcceptedChanges(root, this.#accepted);
    this.#hostKeys = new HostKeyDirectory(root, (warning) => this.#warnOnce(warning));
  }

  /**
   * Opens a store.
   *
   * @param root The directory, as {@linkcode keystoreRoot} chooses it.
   * @param options Whether to make what is missing, and where warnings go.
   * @throws {KeystoreError} `keystore-unreadable` when it is not a directory, `keystore-unwritable`
   *   when something is missing and cannot be made.
   */
  static async open(root: string, options: KeystoreOptions = {}): Promise<Keystore> {
    const keystore = new Keystore(root, options);
    if (options.create ?? true) await makeLayout(root, keystore.#hostKeys, keystore.#lock);
    requireDirectory(root);
    for (const warning of permissionWarnings(root)) keystore.#warnOnce(warning);
    keystore.#accepted.refresh(true);
    return keystore;
  }

  /** The warnings about `accepted/` as it is now. */
  get warnings(): readonly KeystoreWarning[] {
    return this.#accepted.warnings;
  }

  /** Queries compare with the disk. */
  readonly state = "current";
  /** Always 0: queries compare with the disk. */
  readonly ageMs: number = 0;
  /** See {@linkcode KeyStorage.stateMs}. */
  readonly stateMs: undefined = undefined;

  /** The path of a file of `accepted/`, relative to the store. */
  placeOf(file: string): string {
    return `accepted/${file}`;
  }

  /**
   * Our own key, with which a listener answers and hosts without a tag are dialled.
   *
   * @throws {KeystoreError} `bad-line` when `hostkeys/default` has no good line; `keystore-unreadable`.
   */
  identity(): HostKey {
    const key = this.hostKey();
    if (key !== undefined) return key;
    const path = `${this.#hostKeys.path}/${DEFAULT_TAG}`;
    const advice = "repair it, or move it away to get a new key";
    const message = `${path} has no line with a private key; ${advice}`;
    throw new KeystoreError("bad-line", message, { path });
  }

  /**
   * Reads one address of a host and our key for it.
   *
   * @param tag The name of the file in `hostkeys/`.
   * @param index Which of its good lines, from 0.
   * @returns A fresh copy, or `undefined` when there is none.
   * @throws {KeystoreError} `bad-tag`, `keystore-unreadable`.
   */
  hostKey(tag: string = DEFAULT_TAG, index = 0): HostKey | undefined {
    return this.#hostKeys.read(tag)[index];
  }

  /**
   * Reads all addresses of a host, in the order in which to try them.
   *
   * @param tag The name of the file in `hostkeys/`.
   * @returns Fresh copies; empty when there is no such file.
   * @throws {KeystoreError} `bad-tag`, `keystore-unreadable`.
   */
  hostKeys(tag: string = DEFAULT_TAG): readonly HostKey[] {
    return this.#hostKeys.read(tag);
  }

  /**
   * Lists the names of the files in `hostkeys/`.
   *
   * @throws {KeystoreError} `keystore-unreadable`.
   */
  hostTags(): readonly string[] {
    return this.#hostKeys.tags();
  }

  /**
   * Decides whether a key may log in.
   *
   * @param publicKey The 32 bytes that the client offers.
   * @param name The listening name, or `undefined` for a listener without one.
   * @param address Where the client connects from, without port. Without it, keys that may log in from
   *   some networks alone are refused.
   */
  accepts(publicKey: Uint8Array, name: string | undefined, address = ""): Acceptance {
    const entries = this.#accepted.lookUp(publicKey);
    return decide(entries, (tags) => admitsName(tags, name), this.#wallMs(), address);
  }

  /**
   * Decides whether a dialled server has the expected key. Of the conditions, only the time counts.
   *
   * @param publicKey The 32 bytes that the server answers with.
   * @param wanted The tag that its entry must have: `outbound-<tag>` for a host of `hostkeys/`,
   *   `outbound` for another one; several separated by commas; `*` for any.
   */
  acceptsServer(publicKey: Uint8Array, wanted: string): Acceptance {
    const entries = this.#accepted.lookUp(publicKey);
    return decide(entries, (tags) => admitsWanted(tags, wanted), this.#wallMs(), undefined);
  }

  /**
   * Counts the keys that may log in, from wherever that is.
   *
   * @param name The listening name, or `undefined` for a listener without one.
   */
  countFor(name: string | undefined): number {
    this.#accepted.refresh();
    const admits = (tags: readonly string[]) => admitsName(tags, name);
    let count = 0;
    for (const entries of this.#accepted.keys) {
      if (decide(entries, admits, this.#wallMs(), undefined).accepted) count++;
    }
    return count;
  }

  /**
   * Lists the accepted keys by file name.
   *
   * @param name Lists only the keys that may log in under this name; all keys when absent.
   */
  list(name?: string): readonly AcceptedEntry[] {
    this.#accepted.refresh();
    if (name === undefined) return this.#accepted.entries;
    return this.#accepted.entries.filter((entry) => admitsName(entry.tags, name));
  }

  /** The entries of one key, one for each of its files. @param publicKey 32 bytes. */
  find(publicKey: Uint8Array): readonly AcceptedEntry[] {
    return this.#accepted.lookUp(publicKey);
  }

  /** Takes over everything that changed on disk. Every query does so by itself, within a second. */
  refresh(): void {
    this.#hostKeys.forget();
    this.#accepted.refresh(true);
  }

  /**
   * Accepts a key. If the key has a file with other tags, the new ones are added there.
   *
   * @param tags The names, or `*` alone.
   * @param publicKey 32 bytes, copied.
   * @param conditions Set as by {@linkcode set}.
   * @returns What was done.
   * @throws {KeystoreError} `bad-tag`, `bad-key`, `bad-conditions`, `keystore-unwritable`; then nothing
   *   changed.
   */
  add(
    tags: readonly string[],
    publicKey: Uint8Array,
    conditions: ConditionChanges = {},
  ): Promise<AddResult> {
    return this.#change(() => this.#changes.add(tags, publicKey, conditions));
  }

  /**
   * Changes the conditions and the comment of an accepted key.
   *
   * @param what The name of a file in `accepted/`, a public key in base64, or the first digits of its
   *   fingerprint.
   * @param conditions Conditions that are `undefined` are removed, those that are absent stay.
   * @returns The entries of the key as they are now; a key has one for each of its files.
   * @throws {KeystoreError} `no-such-key`, `bad-conditions`, `keystore-unwritable`.
   */
  set(what: string, conditions: ConditionChanges): Promise<readonly AcceptedEntry[]> {
    return this.#change(() => this.#changes.set(what, conditions));
  }

  /**
   * Reads how many places of a secret are taken, over all runs of the program.
   *
   * @param places Their name and secret.
   * @throws {KeystoreError} `bad-line` when the file of the counts is damaged, `keystore-unreadable`.
   */
  spentPlaces(places: Places): number {
    return this.#spentPlaces.read(places);
  }

  /**
   * Opens the places of a secret for one listener.
   *
   * @throws {ApiMisuseError} `bad-argument` for a count that is not a whole number from 0 up.
   * @throws {KeystoreError} `bad-line` when the file of the counts is damaged, `keystore-unreadable`.
   */
  openPlaces(places: Places): EnrolmentSlots {
    return new EnrolmentSlots(this, places);
  }

  /**
   * Accepts an unknown key for a listening name and takes a place of a secret for it. A key that is
   * accepted for the name already takes none.
   *
   * @param places The name, the secret and how many unknown keys it lets in.
   * @param publicKey 32 bytes, copied.
   * @returns Whether the key was written, and how many places are taken.
   * @throws {AuthError} `no-slot-left` when all places are taken.
   * @throws {KeystoreError} `bad-key`, `keystore-unwritable`, `bad-line`; then no place is taken.
   */
  enrol(places: Places, publicKey: Uint8Array): Promise<EnrolResult> {
    return this.#change(() =>
      enrolKey(places, publicKey, {
        spentPlaces: this.#spentPlaces,
        accepts: (key, name) => this.accepts(key, name),
        add: (tags, key) => this.#changes.add(tags, key),
      })
    );
  }

  /**
   * Removes a key from the accepted keys. Its state directory stays.
   *
   * @param what The name of a file in `accepted/`; or a public key in base64 or the first digits of its
   *   fingerprint, which removes all files with that key.
   * @param options `endSessions`: whether listeners end the sessions of the key, within a second. A key
   *   that has another file keeps them.
   * @returns The removed files.
   * @throws {KeystoreError} `no-such-key`, `keystore-unwritable`.
   */
  remove(
    what: string,
    options: { readonly endSessions?: boolean } = {},
  ): Promise<readonly RemovedFile[]> {
    return this.#change(async () => {
      const files = this.#changes.removable(what);
      if (options.endSessions) {
        const keys = files.flatMap(({ entry }) => entry ? [formatKey(entry.publicKey)] : []);
        // First, so that a kill in between leaves a key that can be removed again. It is without effect
        // while the key is accepted.
        await this.notes.revoke(keys);
      }
      await this.#changes.remove(files);
      return files;
    });
  }

  /**
   * Accepts a key that has knocked.
   *
   * @param prefix The first digits of its fingerprint, or the key in base64.
   * @param tags The names, or `*` alone.
   * @param conditions Set as by {@linkcode set}.
   * @returns The knock, and what was done.
   * @throws {KeystoreError} `no-such-key` when no key or several have knocked that begin like that;
   *   `bad-tag`, `bad-conditions`, `keystore-unwritable`.
   */
  acceptKnock(
    prefix: string,
    tags: readonly string[],
    conditions: ConditionChanges = {},
  ): Promise<AddResult & { readonly knock: Knock }> {
    return this.#change(() =>
      this.notes.accept(prefix, async (knock) => {
        return { ...await this.#changes.add(tags, knock.publicKey, conditions), knock };
      })
    );
  }

  /**
   * Lists a key that has knocked no more, also when it knocks again. It can still be accepted.
   *
   * @param prefix The first digits of its fingerprint, or the key in base64.
   * @returns The knock.
   * @throws {KeystoreError} `no-such-key` when no key or several have knocked that begin like that;
   *   `keystore-unwritable`.
   */
  ignoreKnock(prefix: string): Promise<Knock> {
    return this.#change(() => this.notes.ignore(prefix));
  }

  /**
   * Adds a host to dial, with a new key of its own, as `arcan-net keystore TAG HOST PORT` does.
   *
   * @param tag Its name; further hosts with the same tag are tried when the first one fails.
   * @param host A host name or address.
   * @param port 1 to 65535.
   * @throws {KeystoreError} `bad-tag`, `bad-host`, `keystore-unwritable`; then nothing changed.
   */
  async addHost(tag: string, host: string, port: number = DEFAULT_PORT): Promise<AddedHost> {
    const key = await this.#lock.run(() => this.#hostKeys.add(tag, host, port));
    return { tag, host: key.host, port: key.port, publicKey: publicKeyOf(key) };
  }

  /** Does nothing: a directory needs no closing. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #change<T>(action: () => Promise<T>): Promise<T> {
    return this.#lock.run(async () => {
      this.#accepted.refresh(true);
      try {
        return await action();
      } finally {
        this.#accepted.refresh(true);
      }
    });
  }

  #warnOnce(warning: KeystoreWarning): void {
    const text = JSON.stringify(warning);
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    this.#onWarning(warning);
  }
}
