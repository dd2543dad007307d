/**
 * The argument KEY: base64, or a file with it.
 *
 * @module
 */

import { formatKey, type KeyStorage, parsePublicKey } from "../../keystore/mod.ts";
import { MAX_KEY_FILE_BYTES } from "../limits.ts";
import { KeystoreError, messageOf } from "../errors.ts";

/** 44 characters of base64: 32 bytes. */
const KEY_SHAPE = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Reads a public key: base64, or a file with it, with a line of an `accepted` file, or with the output of
 * `keystore show` or `arcan-net keystore`.
 *
 * @param keystore Recognises our own private keys.
 * @returns 32 fresh bytes.
 * @throws {KeystoreError} `bad-key`; with a path when it was a file. The message has no key, which might
 *   be a private one.
 */
export function readKeyArgument(argument: string, keystore: KeyStorage): Uint8Array<ArrayBuffer> {
  const text = argument.trim();
  const inline = KEY_SHAPE.test(text) || /\s/.test(text) ? undefined : readFile(argument);
  const key = inline === undefined
    ? readText(text, argument)
    : readText(inline, argument, argument);
  requireNotOurPrivateKey(key, keystore);
  return key;
}

/** @returns `undefined` when there is no such file. */
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
    throw bad(`cannot read ${path}: ${messageOf(error)}`, path);
  }
  const directory = directoryOf(path);
  if (directory === "hostkeys" || directory === "signing") throw privateKeyFile(path);
  // The decoder removes a byte order mark.
  return new TextDecoder().decode(bytes);
}

/** Reads a file, or a pipe to its end. */
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

/** @returns The name of the directory of a file; `undefined` for a pipe. */
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
    // `host:port KEY` is a line of a hostkeys file; tags have no colon and no dot.
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

/** @returns The word that is probably meant as the key, so that its error can say what is wrong. */
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
      } is a key of ssh or TLS; a12 has keys of its own: run "keystore show" on ` +
        `the other machine`,
      path,
    );
  }
}

function requireNotOurPrivateKey(key: Uint8Array, keystore: KeyStorage): void {
  const text = formatKey(key);
  for (const tag of keystore.hostTags()) {
    if (privateKeysOf(keystore, tag).includes(text)) {
      throw bad(
        `this is our own private key, from hostkeys/${tag}; ` +
          `"keystore show ${tag}" prints the public one`,
        undefined,
      );
    }
  }
}

function privateKeysOf(keystore: KeyStorage, tag: string): string[] {
  try {
    return keystore.hostKeys(tag).map((ours) => formatKey(ours.privateKey));
  } catch {
    // The user cannot have copied the key from a file that is not readable.
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
