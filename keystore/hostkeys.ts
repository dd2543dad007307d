/**
 * Our own private keys: who we are when we listen, and where we dial and with which key.
 *
 * @module
 */
import { publicKey } from "../lib/crypto/x25519.ts";
import { KeystoreError } from "../lib/errors.ts";
import { reason } from "./failure.ts";
import { appendLine, createFile } from "./fs.ts";
import { formatHostKey, type HostKey, type KeystoreWarning, parseHostKeys } from "./format.ts";
import { DEFAULT_PORT, requireHost, requirePort } from "./hosts.ts";
import { KEY_BYTES } from "../lib/crypto/provider.ts";
import { readKeyFile, unreadable } from "./read.ts";
import { settledSignature, signatureOf } from "./signature.ts";
import { DEFAULT_TAG, requireTag } from "./tags.ts";

/** The good lines of a file, as long as it has not changed. */
interface KnownFile {
  readonly path: string;
  readonly signature: string;
  readonly keys: readonly HostKey[];
}

/** The directory `hostkeys/`. A listener asks for the same file at each login: the last is kept. */
export class HostKeyDirectory {
  /** The directory. */
  readonly path: string;
  readonly #root: string;
  readonly #onWarning: (warning: KeystoreWarning) => void;
  readonly #wallMs: () => number;
  #known: KnownFile | undefined;

  /**
   * Reads nothing yet.
   *
   * @param root The root of the store.
   * @param onWarning Called for each line that is passed over, when its file is read.
   * @param wallMs The clock that files are dated by, in milliseconds since 1970.
   */
  constructor(
    root: string,
    onWarning: (warning: KeystoreWarning) => void,
    wallMs: () => number = () => Date.now(),
  ) {
    this.path = `${root}/hostkeys`;
    this.#root = root;
    this.#onWarning = onWarning;
    this.#wallMs = wallMs;
  }

  /**
   * Reads the lines of a tag.
   *
   * @param tag The name of the file.
   * @returns Fresh copies of the good lines in order; none when there is no such file.
   * @throws KeystoreError `bad-tag` or `keystore-unreadable`.
   */
  read(tag: string): readonly HostKey[] {
    const path = this.#file(tag);
    try {
      const nowMs = this.#wallMs();
      const info = Deno.statSync(path);
      const known = this.#known;
      if (known?.path === path && known.signature === signatureOf(info)) {
        return known.keys.map(copyHostKey);
      }
      const { value, warnings } = parseHostKeys(readKeyFile(path, info), path);
      for (const warning of warnings) this.#onWarning(warning);
      const signature = settledSignature(info, nowMs);
      this.#known = signature === undefined ? undefined : { path, signature, keys: value };
      return value.map(copyHostKey);
    } catch (error) {
      const cause = error instanceof KeystoreError ? error.cause : error;
      if (cause instanceof Deno.errors.NotFound) return [];
      throw error instanceof KeystoreError ? error : unreadable(path, reason(error), error);
    }
  }

  /**
   * Lists the tags that have a file.
   *
   * @throws KeystoreError `keystore-unreadable`.
   */
  tags(): string[] {
    try {
      return [...Deno.readDirSync(this.path)].filter((entry) => !entry.isDirectory)
        .map((entry) => entry.name).sort();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw unreadable(this.path, String(error), error);
    }
  }

  /**
   * Makes a key and adds its line. The caller holds the store's lock.
   *
   * @param tag The name of the file.
   * @param host A host name or address.
   * @param port The port, 1 to 65535.
   * @returns The new line.
   * @throws KeystoreError `bad-tag`, `bad-host` or `keystore-unwritable`.
   */
  async add(tag: string, host: string, port: number = DEFAULT_PORT): Promise<HostKey> {
    requireTag(tag);
    const path = this.#file(tag);
    requirePort(port);
    const key: HostKey = { host: requireHost(host), port, privateKey: newPrivateKey() };
    const line = formatHostKey(key);
    if (!(await createFile(this.#root, path, line))) await appendLine(path, line);
    return key;
  }

  /**
   * Makes our own key if there is none. The caller holds the store's lock.
   *
   * A file that has lines, even if none is good, is left alone: another key would change who we are
   * behind the user's back.
   *
   * @throws KeystoreError `keystore-unwritable`.
   */
  async ensureIdentity(): Promise<void> {
    if (this.needsIdentity()) await this.add(DEFAULT_TAG, "127.0.0.1", DEFAULT_PORT);
  }

  /** Whether the file of our own key is missing or empty, as a killed arcan-net leaves it. */
  needsIdentity(): boolean {
    try {
      return Deno.statSync(this.#file(DEFAULT_TAG)).size === 0;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return true;
      return false;
    }
  }

  #file(tag: string): string {
    if (!isFileName(tag)) {
      throw new KeystoreError("bad-tag", `the name ${JSON.stringify(tag)} is not one of a file`);
    }
    return `${this.path}/${tag}`;
  }
}

/**
 * Tells whose key a private key is.
 *
 * @param key A line of a hostkeys file.
 * @returns The 32 bytes to hand to the other side.
 */
export function publicKeyOf(key: HostKey): Uint8Array<ArrayBuffer> {
  return publicKey(key.privateKey);
}

function copyHostKey(key: HostKey): HostKey {
  return { ...key, privateKey: key.privateKey.slice() };
}

function newPrivateKey(): Uint8Array<ArrayBuffer> {
  const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  // Clamped as RFC 7748 says, and as arcan-net stores its own.
  key[0]! &= 248;
  key[31]! = key[31]! & 127 | 64;
  return key;
}

/** Keeps a tag from leading out of the directory; what else it may be is up to who made the file. */
function isFileName(tag: string): boolean {
  return tag !== "" && tag !== "." && tag !== ".." && !/[\/\0]/.test(tag);
}
