/**
 * The KEY of the command line: base64, or a file that somebody was handed.
 *
 * @module
 */
import { decodeUtf8Lenient, withoutByteOrderMark } from "../bytes/text.ts";
import { KeystoreError } from "../errors.ts";
import { MAX_KEY_FILE_BYTES } from "../limits.ts";
import { formatKey, type Keystore, parsePublicKey } from "../../keystore/mod.ts";

/** What a key looks like: 44 characters of base64 that mean 32 bytes. */
const KEY_SHAPE = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Reads a public key as people have it: base64, a file with it, a line of an `accepted` file, what
 * `keystore show` prints, or what `arcan-net keystore` prints.
 *
 * @param argument The text of the user, or the path of a file.
 * @param keystore Our store, to recognise our own private keys.
 * @returns 32 fresh bytes.
 * @throws KeystoreError `bad-key`; with a path when it was a file. The message holds no key, as it
 *   may have been a private one.
 */
export function readKeyArgument(argument: string, keystore: Keystore): Uint8Array<ArrayBuffer> {
  const text = argument.trim();
  const inline = KEY_SHAPE.test(text) || /\s/.test(text) ? undefined : readFile(argument);
  const key = inline === undefined
    ? readText(text, argument)
    : readText(inline, argument, argument);
  requireNotOurPrivateKey(key, keystore);
  return key;
}

/** Returns the content, or `undefined` when there is no such file. */
function readFile(path: string): string | undefined {
  let bytes: Uint8Array;
  try {
    if (Deno.statSync(path).isDirectory) {
      throw bad(`${path} is a directory; name the file with the key`, path);
    }
    bytes = readBounded(path);
  } catch (error) {
    if (error instanceof KeystoreError) throw error;
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw bad(`cannot read ${path}: ${(error as Error).message}`, path);
  }
  const directory = directoryOf(path);
  if (directory === "hostkeys" || directory === "signing") throw privateKeyFile(path);
  return decodeUtf8Lenient(withoutByteOrderMark(bytes));
}

/** Reads a file, or a pipe to its end, which has no size before. */
function readBounded(path: string): Uint8Array {
  using file = Deno.openSync(path);
  const buffer = new Uint8Array(MAX_KEY_FILE_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const count = file.readSync(buffer.subarray(length));
    if (count === null) break;
    length += count;
  }
  if (length <= MAX_KEY_FILE_BYTES) return buffer.subarray(0, length);
  throw bad(`${path} has more than ${MAX_KEY_FILE_BYTES} bytes, too many for a key`, path);
}

/** The name of the directory that a file is in; `undefined` for a pipe, which is in none. */
function directoryOf(path: string): string | undefined {
  try {
    return Deno.realPathSync(path).split("/").at(-2);
  } catch {
    return undefined;
  }
}

function readText(text: string, argument: string, path?: string): Uint8Array<ArrayBuffer> {
  requireNoForeignKey(text, path);
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const line of text.split("\n")) {
    const words = line.trim().split(/[ \t]/);
    const candidate = words.at(-1)!;
    if (words.length > 2 || !KEY_SHAPE.test(candidate)) continue;
    // `host:port KEY` is a line of hostkeys; no tag has a colon or a dot.
    if (words.length === 2 && /[:.]/.test(words[0]!)) throw privateKeyFile(path);
    found.set(candidate, parse(candidate, path));
  }
  const [key, ...more] = found.values();
  if (more.length > 0) {
    throw bad(`${path ?? "the text"} holds ${found.size} different keys; give one of them`, path);
  }
  return key ?? parse(onlyWord(text, argument, path), path);
}

function parse(text: string, path: string | undefined): Uint8Array<ArrayBuffer> {
  try {
    return parsePublicKey(text);
  } catch (error) {
    if (path === undefined || !(error instanceof KeystoreError)) throw error;
    throw bad(`${path}: ${error.message}`, path);
  }
}

/** Gets at the one thing that should have been a key, so that the error can say what it lacks. */
function onlyWord(text: string, argument: string, path: string | undefined): string {
  const words = text.trim().split(/\s+/);
  if (path !== undefined && words.length !== 1) {
    throw bad(`${path} holds no public key: a line of 44 characters of base64`, path);
  }
  if (path === undefined && !/^[A-Za-z0-9+/_=-]{30,}$/.test(text)) {
    throw bad(
      `${JSON.stringify(argument)} is neither a key (44 characters of base64) nor a file`,
      path,
    );
  }
  return words[0]!;
}

function requireNoForeignKey(text: string, path: string | undefined): void {
  if (/^(ssh-|ecdsa-|sk-(ssh|ecdsa)-)/m.test(text) || text.includes("-----BEGIN")) {
    throw bad(
      `${
        path ?? "the text"
      } is a key of ssh or TLS; a12 has its own, which "keystore show" prints ` +
        `on the other side`,
      path,
    );
  }
}

function requireNotOurPrivateKey(key: Uint8Array, keystore: Keystore): void {
  const text = formatKey(key);
  for (const tag of keystore.hostTags()) {
    if (privateKeysOf(keystore, tag).includes(text)) {
      throw bad(
        `this is our own private key, from hostkeys/${tag}; ` +
          `the public one is what "keystore show ${tag}" prints`,
        undefined,
      );
    }
  }
}

function privateKeysOf(keystore: Keystore, tag: string): string[] {
  try {
    return keystore.hostKeys(tag).map((ours) => formatKey(ours.privateKey));
  } catch {
    // A key that we cannot read is none that the user could have given us.
    return [];
  }
}

function privateKeyFile(path: string | undefined): KeystoreError {
  return bad(
    `${path ?? "the text"} holds a private key, which must not leave its machine; ` +
      `run "keystore show" there and use the public key that it prints`,
    path,
  );
}

function bad(message: string, path: string | undefined): KeystoreError {
  return new KeystoreError("bad-key", message, path === undefined ? {} : { path });
}
