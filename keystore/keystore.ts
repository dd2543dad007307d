/**
 * The keystore: whose keys may log in under which name, and our own keys.
 *
 * @module
 */
import { AuthError, KeystoreError } from "../lib/errors.ts";
import { AcceptedDirectory, type AcceptedEntry } from "./accepted.ts";
import { addKey, type AddResult, type RemovedFile, removeKey } from "./edit.ts";
import type { EnrolResult } from "./enrol.ts";
import type { HostKey, KeystoreWarning } from "./format.ts";
import { ensureDirectory, leftovers, removeLeftovers } from "./fs.ts";
import { HostKeyDirectory, publicKeyOf } from "./hostkeys.ts";
import { DEFAULT_PORT } from "./hosts.ts";
import { StoreLock } from "./lock.ts";
import { unreadable } from "./read.ts";
import { type Places, SpentPlaces } from "./spent_places.ts";
import { admitsName, admitsWanted, DEFAULT_TAG } from "./tags.ts";
import { tooOpen } from "./permissions.ts";

/** How to open a keystore. */
export interface KeystoreOptions {
  /** Whether to make what is missing: the directories and our own key. Default `true`. */
  readonly create?: boolean;
  /**
   * Called for each thing that is passed over, when it is first seen: when the store is opened, and
   * later when a change on disk is taken in.
   */
  readonly onWarning?: (warning: KeystoreWarning) => void;
}

/** The answer to a login. */
export type Acceptance =
  | { readonly accepted: true; readonly entry: AcceptedEntry }
  | { readonly accepted: false; readonly code: "unknown-key" | "key-not-for-name" };

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

/** The directories of a store, in arcan-net's layout. */
const DIRECTORIES = ["accepted", "hostkeys", "state", "signing"] as const;

/**
 * A directory of keys that arcan-net and this program share.
 *
 * Questions are answered at once and from the disk as it is at that moment (see
 * {@linkcode AcceptedDirectory} for very large stores). Changes are made under a lock among
 * processes and are whole or not there at all. Nothing has to be closed.
 */
export class Keystore {
  /** The directory. */
  readonly root: string;
  readonly #accepted: AcceptedDirectory;
  readonly #hostKeys: HostKeyDirectory;
  readonly #lock: StoreLock;
  readonly #spentPlaces: SpentPlaces;
  readonly #warn: (warning: KeystoreWarning) => void;
  readonly #warned = new Set<string>();

  private constructor(root: string, onWarning: (warning: KeystoreWarning) => void) {
    this.root = root;
    this.#warn = onWarning;
    this.#lock = new StoreLock(root);
    this.#spentPlaces = new SpentPlaces(root, () => this.identity().privateKey);
    this.#accepted = new AcceptedDirectory(`${root}/accepted`, onWarning);
    this.#hostKeys = new HostKeyDirectory(root, (warning) => this.#warnOnce(warning));
  }

  /**
   * Opens a store.
   *
   * @param root The directory, as {@linkcode keystoreRoot} chooses it.
   * @param options Whether to make what is missing, and where warnings go.
   * @throws KeystoreError `keystore-unreadable` when it is not a directory, `keystore-unwritable` when
   *   something is missing and cannot be made.
   */
  static async open(root: string, options: KeystoreOptions = {}): Promise<Keystore> {
    const keystore = new Keystore(root, options.onWarning ?? (() => {}));
    if (options.create ?? true) await keystore.#create();
    requireDirectory(root);
    for (const warning of tooOpen(root)) keystore.#warnOnce(warning);
    keystore.#accepted.refresh(true);
    return keystore;
  }

  /** What of `accepted/` is passed over at present. */
  get warnings(): readonly KeystoreWarning[] {
    return this.#accepted.warnings;
  }

  /**
   * Our own key: the one that a listener answers with and that is used to dial hosts without a tag.
   *
   * @throws KeystoreError `bad-line` when `hostkeys/default` has no good line; `keystore-unreadable`.
   */
  identity(): HostKey {
    const key = this.hostKey();
    if (key !== undefined) return key;
    const path = `${this.#hostKeys.path}/${DEFAULT_TAG}`;
    throw new KeystoreError(
      "bad-line",
      `${path} has no line with a private key; repair it, or move it away to get a new key`,
      { path },
    );
  }

  /**
   * One way to reach a host, and the key to use there.
   *
   * @param tag The name of the file in `hostkeys/`.
   * @param index Which of its good lines, from 0.
   * @returns A fresh copy, or `undefined` when there is none.
   * @throws KeystoreError `bad-tag`, `keystore-unreadable`.
   */
  hostKey(tag: string = DEFAULT_TAG, index = 0): HostKey | undefined {
    return this.#hostKeys.read(tag)[index];
  }

  /**
   * All ways to reach a host, in the order in which to try them.
   *
   * @param tag The name of the file in `hostkeys/`.
   * @returns Fresh copies; none when there is no such file.
   * @throws KeystoreError `bad-tag`, `keystore-unreadable`.
   */
  hostKeys(tag: string = DEFAULT_TAG): readonly HostKey[] {
    return this.#hostKeys.read(tag);
  }

  /**
   * The names of the files in `hostkeys/`.
   *
   * @throws KeystoreError `keystore-unreadable`.
   */
  hostTags(): readonly string[] {
    return this.#hostKeys.tags();
  }

  /**
   * Decides whether a key may log in.
   *
   * @param publicKey The 32 bytes that the client offers.
   * @param name The listening name, or `undefined` for a listener without one.
   */
  accepts(publicKey: Uint8Array, name: string | undefined): Acceptance {
    return this.#decide(publicKey, (tags) => admitsName(tags, name));
  }

  /**
   * Decides whether a server that was dialled is the right one.
   *
   * @param publicKey The 32 bytes that the server answers with.
   * @param wanted The tag that its entry must have: `outbound-<tag>` for a host of `hostkeys/`,
   *   `outbound` for another one; several separated by commas; `*` for any.
   */
  acceptsServer(publicKey: Uint8Array, wanted: string): Acceptance {
    return this.#decide(publicKey, (tags) => admitsWanted(tags, wanted));
  }

  /**
   * Counts the keys that may log in.
   *
   * @param name The listening name, or `undefined` for a listener without one.
   */
  countFor(name: string | undefined): number {
    this.#accepted.refresh();
    let count = 0;
    for (const entries of this.#accepted.keys) {
      if (entries.some((entry) => admitsName(entry.tags, name))) count++;
    }
    return count;
  }

  /**
   * Lists the trusted keys by file name.
   *
   * @param name Only those that may log in under this name; all of them without it.
   */
  list(name?: string): readonly AcceptedEntry[] {
    this.#accepted.refresh();
    if (name === undefined) return this.#accepted.entries;
    return this.#accepted.entries.filter((entry) => admitsName(entry.tags, name));
  }

  /** Takes in what changed on disk; every question does so by itself. */
  refresh(): void {
    this.#accepted.refresh();
  }

  /**
   * Trusts a key. A key that is there under other tags gets the new ones in addition, in its file; one
   * that has them all stays as it is.
   *
   * @param tags The names, or `*` alone.
   * @param publicKey 32 bytes.
   * @returns What was done.
   * @throws KeystoreError `bad-tag`, `bad-key` or `keystore-unwritable`; then nothing changed.
   */
  add(tags: readonly string[], publicKey: Uint8Array): Promise<AddResult> {
    return this.#change(() => addKey(this.root, this.#accepted, tags, publicKey));
  }

  /**
   * Tells how many places of a secret are taken, over all runs of the program.
   *
   * @param places Their name and secret.
   * @throws KeystoreError `bad-line` when the file that counts them is damaged, `keystore-unreadable`.
   */
  spentPlaces(places: Places): number {
    return this.#spentPlaces.read(places);
  }

  /**
   * Trusts an unknown key for a listening name and takes a place of a secret for it. A key that is
   * accepted for the name already takes none.
   *
   * @param places The name, the secret and how many unknown keys it lets in.
   * @param publicKey 32 bytes.
   * @returns Whether it was written, and how many places are taken.
   * @throws AuthError `no-slot-left` when all places are taken.
   * @throws KeystoreError `bad-key`, `keystore-unwritable`, `bad-line`; then no place is taken.
   */
  enrol(places: Places, publicKey: Uint8Array): Promise<EnrolResult> {
    const { name, count } = places;
    return this.#change(async () => {
      const spent = this.#spentPlaces.read(places);
      if (this.accepts(publicKey, name).accepted) return { added: false, spent };
      if (spent >= count) {
        throw new AuthError("no-slot-left", `all ${count} places for unknown keys are taken`);
      }
      // The place before the key: a process that is killed in between loses a place and opens none.
      await this.#spentPlaces.write(places, spent + 1);
      try {
        await addKey(this.root, this.#accepted, [name ?? DEFAULT_TAG], publicKey);
      } catch (error) {
        // A place that cannot be given back is lost.
        await this.#spentPlaces.write(places, spent).catch(() => {});
        throw error;
      }
      return { added: true, spent: spent + 1 };
    });
  }

  /**
   * Trusts a key no longer. Its state directory stays.
   *
   * @param what The name of a file in `accepted/`, a public key in base64, or its fingerprint; with a
   *   key all files that hold it go.
   * @returns The files that went.
   * @throws KeystoreError `no-such-key` or `keystore-unwritable`.
   */
  remove(what: string): Promise<readonly RemovedFile[]> {
    return this.#change(() => removeKey(this.#accepted, what));
  }

  /**
   * Adds a host to dial, with a new key of its own, as `arcan-net keystore TAG HOST PORT` does.
   *
   * @param tag The name for it; a further host of the same tag is tried when the first one fails.
   * @param host A host name or address.
   * @param port 1 to 65535.
   * @throws KeystoreError `bad-tag`, `bad-host` or `keystore-unwritable`; then nothing changed.
   */
  async addHost(tag: string, host: string, port: number = DEFAULT_PORT): Promise<AddedHost> {
    const key = await this.#lock.run(() => this.#hostKeys.add(tag, host, port));
    return { tag, host: key.host, port: key.port, publicKey: publicKeyOf(key) };
  }

  #decide(publicKey: Uint8Array, admits: (tags: readonly string[]) => boolean): Acceptance {
    this.#accepted.refresh();
    const entries = this.#accepted.find(publicKey);
    const entry = entries.find((candidate) => admits(candidate.tags));
    if (entry !== undefined) return { accepted: true, entry };
    return { accepted: false, code: entries.length === 0 ? "unknown-key" : "key-not-for-name" };
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

  /** Writes nothing when nothing is missing, so that a store on a read-only disk can be used. */
  async #create(): Promise<void> {
    ensureDirectory(this.root);
    for (const name of DIRECTORIES) ensureDirectory(`${this.root}/${name}`);
    if (this.#hostKeys.needsIdentity()) await this.#lock.run(() => this.#hostKeys.ensureIdentity());
    if (leftovers(this.root).length > 0) {
      await this.#lock.run(() => removeLeftovers(this.root)).catch(() => {
        // They are in nobody's way, and a busy or read-only store is no reason not to start.
      });
    }
  }

  #warnOnce(warning: KeystoreWarning): void {
    const text = JSON.stringify(warning);
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    this.#warn(warning);
  }
}

function requireDirectory(root: string): void {
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(root);
  } catch (error) {
    throw unreadable(root, "there is no such directory", error);
  }
  if (!info.isDirectory) throw unreadable(root, "it is not a directory");
}
