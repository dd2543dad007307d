/**
 * The directory `hostkeys/`: our private keys, and the hosts that we dial with them.
 *
 * @module
 */
import { KEY_BYTES } from "../lib/crypto/provider.ts";
import { publicKey } from "../lib/crypto/x25519.ts";
import { KeystoreError } from "../lib/errors.ts";
import { DEFAULT_PORT } from "../lib/address.ts";
import { KEYSTORE_LEAST_STALE_MS } from "../lib/limits.ts";
import {
  formatHostKey,
  type HostKey,
  type KeystoreWarning,
  parseHostKeys,
  requireHost,
  requirePort,
} from "./format.ts";
import {
  appendLine,
  createFile,
  readKeyFileIfPresent,
  reason,
  settledStamp,
  stampOf,
  statIfPresent,
  unreadable,
} from "./fs.ts";
import { DEFAULT_TAG, requireTag } from "./tags.ts";

interface KnownFile {
  readonly path: string;
  readonly stamp: string;
  /** When it was last compared with the disk. */
  checkedAtMs: number;
  readonly keys: readonly HostKey[];
}

/**
 * Keeps the file that was read last, as a listener reads the same one at each login. It is compared with
 * the disk when that was last done {@linkcode KEYSTORE_LEAST_STALE_MS} ago or more.
 */
export class HostKeyDirectory {
  readonly path: string;
  readonly #root: string;
  readonly #onWarning: (warning: KeystoreWarning) => void;
  readonly #wallMs: () => number;
  readonly #nowMs: () => number;
  #known: KnownFile | undefined;

  /**
   * @param root The root of the store.
   * @param onWarning Called for each skipped line, each time that its file is read.
   * @param wallMs The clock of file times, in milliseconds since 1970.
   * @param nowMs A monotonic clock in milliseconds.
   */
  constructor(
    root: string,
    onWarning: (warning: KeystoreWarning) => void,
    wallMs: () => number = () => Date.now(),
    nowMs: () => number = () => performance.now(),
  ) {
    this.path = `${root}/hostkeys`;
    this.#root = root;
    this.#onWarning = onWarning;
    this.#wallMs = wallMs;
    this.#nowMs = nowMs;
  }

  /**
   * @returns Fresh copies of the good lines in order; empty when there is no such file.
   * @throws {KeystoreError} `bad-tag`, `keystore-unreadable`.
   */
  read(tag: string): readonly HostKey[] {
    const path = this.#pathOf(tag);
    const known = this.#known?.path === path ? this.#known : undefined;
    const checkedAtMs = this.#nowMs();
    if (known !== undefined && checkedAtMs - known.checkedAtMs < KEYSTORE_LEAST_STALE_MS) {
      return known.keys.map(copy);
    }
    const nowMs = this.#wallMs();
    const info = statIfPresent(path);
    if (info === undefined) return [];
    if (known?.stamp === stampOf(info)) {
      known.checkedAtMs = checkedAtMs;
      return known.keys.map(copy);
    }
    const text = readKeyFileIfPresent(path, info);
    if (text === undefined) return [];
    const { value, warnings } = parseHostKeys(text, path);
    for (const warning of warnings) this.#onWarning(warning);
    const stamp = settledStamp(info, nowMs);
    this.#known = stamp === undefined ? undefined : { path, stamp, checkedAtMs, keys: value };
    return value.map(copy);
  }

  /** Makes the next {@linkcode read} look at the disk. */
  forget(): void {
    this.#known = undefined;
  }

  /** @throws {KeystoreError} `keystore-unreadable`. */
  tags(): string[] {
    try {
      return [...Deno.readDirSync(this.path)].filter((entry) => !entry.isDirectory)
        .map((entry) => entry.name).sort();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw unreadable(this.path, reason(error), error);
    }
  }

  /**
   * Makes a key and adds its line. The caller holds the store's lock.
   *
   * @throws {KeystoreError} `bad-tag`, `bad-host`, `keystore-unwritable`.
   */
  async add(tag: string, host: string, port: number): Promise<HostKey> {
    requireTag(tag);
    requirePort(port);
    const key: HostKey = { host: requireHost(host), port, privateKey: newPrivateKey() };
    const path = this.#pathOf(tag);
    const line = formatHostKey(key);
    try {
      if (!(await createFile(this.#root, path, line))) await appendLine(path, line);
    } finally {
      // The file may have been read while it was written.
      this.forget();
    }
    return key;
  }

  /**
   * Makes our own key if there is none. The caller holds the store's lock. A file with lines is left
   * alone even if none is good: a new key would change our identity without the user's consent.
   *
   * @throws {KeystoreError} `keystore-unwritable`.
   */
  async ensureIdentity(): Promise<void> {
    if (this.needsIdentity()) await this.add(DEFAULT_TAG, "127.0.0.1", DEFAULT_PORT);
  }

  /** Whether the file of our own key is missing, or empty, as a killed arcan-net leaves it. */
  needsIdentity(): boolean {
    try {
      return Deno.statSync(this.#pathOf(DEFAULT_TAG)).size === 0;
    } catch (error) {
      return error instanceof Deno.errors.NotFound;
    }
  }

  /** Files made by others may have any name, so check only that the path stays in the directory. */
  #pathOf(tag: string): string {
    if (tag === "" || tag === "." || tag === ".." || /[\/\0]/.test(tag)) {
      throw new KeystoreError("bad-tag", `the tag ${JSON.stringify(tag)} cannot be a file name`);
    }
    return `${this.path}/${tag}`;
  }
}

/**
 * Computes the public key of a line of a `hostkeys/` file.
 *
 * @param key The line.
 * @returns 32 fresh bytes, for the other side to accept.
 */
export function publicKeyOf(key: HostKey): Uint8Array<ArrayBuffer> {
  return publicKey(key.privateKey);
}

function copy(key: HostKey): HostKey {
  return { ...key, privateKey: key.privateKey.slice() };
}

function newPrivateKey(): Uint8Array<ArrayBuffer> {
  const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  // Clamped as in RFC 7748, section 5, since arcan-net stores its own keys that way.
  key[0]! &= 248;
  key[31]! = key[31]! & 127 | 64;
  return key;
}
