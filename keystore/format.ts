/**
 * The text of a keystore's files, as `anet_keystore_naive.c` reads and writes it.
 *
 * A line is a word, one blank (space or tab) and a key in base64; blanks and CR at its end are dropped.
 * In `accepted/<file>` the word holds tags and only the first good line counts. In `hostkeys/<tag>` the
 * word is `host[:port]` and every good line counts.
 *
 * @module
 */
import { DEFAULT_PORT, formatAddress, isIpv6, MAX_PORT, parsePort } from "../lib/address.ts";
import { decodeBase64 } from "../lib/bytes/base64.ts";
import { KEY_BYTES } from "../lib/crypto/provider.ts";
import { isLowOrder } from "../lib/crypto/x25519.ts";
import { type KeystoreCode, KeystoreError } from "../lib/errors.ts";
import {
  formatComment,
  formatConditions,
  isCommentLine,
  isCondition,
  type KeyConditions,
  NO_CONDITIONS,
  parseComment,
  parseConditions,
} from "./conditions.ts";
import { splitTags, uselessTags } from "./tags.ts";

/** Something in the keystore that is skipped; the rest is in use. */
export interface KeystoreWarning {
  /** The file or directory. */
  readonly path: string;
  /** The line within the file, from 1; `undefined` for the whole file. */
  readonly line: number | undefined;
  /** The machine-readable reason. */
  readonly code: KeystoreCode;
  /** One line for people, without any part of a private key. */
  readonly message: string;
}

/** What an `accepted/` file says about its key. */
export interface AcceptedKey {
  /** In order, empty ones included. */
  readonly tags: readonly string[];
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Must hold at a login. */
  readonly conditions: KeyConditions;
  /** Why the conditions cannot be read; then the key is refused. */
  readonly problem: string | undefined;
}

/** The line of an `accepted/` file that counts. */
export interface AcceptedLine extends AcceptedKey {
  /** From 1. */
  readonly line: number;
}

/** The address in a line of a `hostkeys/` file. */
export interface HostAddress {
  /** A host name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** A line of a `hostkeys/` file: one address of a host, and our key for it. */
export interface HostKey extends HostAddress {
  /** 32 raw bytes, clamped or not; secret. */
  readonly privateKey: Uint8Array;
}

/** The content of a file, and what in it is skipped. */
export interface Parsed<T> {
  readonly value: T;
  readonly warnings: readonly KeystoreWarning[];
}

/**
 * DEVIATION: a line that starts with `#` is a comment. The reference reads `#default KEY` as a key with
 * the tag `#default` (pinned by "a commented-out key is not a key" in
 * tests/unit/keystore/format_test.ts).
 *
 * @param path For the warnings.
 * @returns The first good line, or `undefined` when there is none.
 */
export function parseAccepted(text: string, path: string): Parsed<AcceptedLine | undefined> {
  const warnings: KeystoreWarning[] = [];
  let value: AcceptedLine | undefined;
  for (const { word, rest, line } of splitLines(text)) {
    try {
      const publicKey = parsePublicKey(requireTwoWords(word, rest));
      if (value === undefined) {
        value = { ...parseWord(word, parseComment(text)), publicKey, line };
        const { tags, problem } = value;
        for (const message of uselessTags(tags)) {
          warnings.push({ path, line, code: "bad-tag", message });
        }
        if (problem !== undefined) {
          const message = `the key is refused: ${problem}`;
          warnings.push({ path, line, code: "bad-conditions", message });
        }
      } else {
        const message = `only the first key of a file counts, and that is in line ${value.line}`;
        warnings.push({ path, line, code: "bad-line", message });
      }
    } catch (error) {
      // Bad lines below the key that counts do no harm.
      if (value === undefined) warnings.push(asWarning(error, path, line));
    }
  }
  return { value, warnings };
}

/**
 * @param path For the warnings.
 * @returns The good lines in order.
 */
export function parseHostKeys(text: string, path: string): Parsed<readonly HostKey[]> {
  const warnings: KeystoreWarning[] = [];
  const value: HostKey[] = [];
  for (const { word, rest, line } of splitLines(text)) {
    try {
      const privateKey = parsePrivateKey(requireTwoWords(word, rest));
      value.push({ ...parseHostAddress(word), privateKey });
    } catch (error) {
      warnings.push(asWarning(error, path, line));
    }
  }
  return { value, warnings };
}

function parseWord(word: string, comment: string | undefined): Omit<AcceptedKey, "publicKey"> {
  const all = splitTags(word);
  const tags = all.filter((tag) => !isCondition(tag));
  try {
    if (tags.length === 0) throw new KeystoreError("bad-conditions", "the line has no name");
    const conditions = { comment, ...parseConditions(all.filter(isCondition)) };
    return { tags, conditions, problem: undefined };
  } catch (error) {
    const { message } = error as KeystoreError;
    return { tags, conditions: { ...NO_CONDITIONS, comment }, problem: message };
  }
}

/** @returns The line of a key with its newline, and that of its comment. */
export function formatAccepted(
  tags: readonly string[],
  publicKey: Uint8Array,
  conditions: KeyConditions = NO_CONDITIONS,
): string {
  const word = [...tags, ...formatConditions(conditions)].join(",");
  return `${word} ${formatKey(publicKey)}\n${formatComment(conditions)}`;
}

/**
 * Replaces what an `accepted/` file says about its key and keeps its other lines.
 *
 * @param entry The result of {@linkcode parseAccepted} for the same text.
 */
export function replaceAccepted(
  text: string,
  { line, publicKey }: AcceptedLine,
  tags: readonly string[],
  conditions: KeyConditions,
): string {
  const written = formatAccepted(tags, publicKey, conditions).trimEnd();
  const all = text.split("\n").map((other, i) => i === line - 1 ? written : other);
  // The comment stands below its key: above it arcan-net would try to read it as a key.
  const kept = all.filter((other) => other === written || !isCommentLine(other));
  const joined = kept.join("\n");
  return joined.endsWith("\n") ? joined : `${joined}\n`;
}

/** @returns A line with its newline. */
export function formatHostKey(key: HostKey): string {
  return `${formatHostAddress(key)} ${formatKey(key.privateKey)}\n`;
}

/**
 * Reads a public key.
 *
 * DEVIATION: the reference reads foreign characters as zero bits and takes keys of low order; both
 * are refused (pinned by "keys that the reference misreads" in tests/unit/keystore/format_test.ts).
 *
 * @param text 44 characters of base64.
 * @returns 32 fresh bytes.
 * @throws {KeystoreError} `bad-key`; the message does not repeat the text, which may be a private key
 *   that was pasted by mistake.
 */
export function parsePublicKey(text: string): Uint8Array<ArrayBuffer> {
  const key = parseKey(text);
  requireUsableKey(key);
  return key;
}

/**
 * Refuses keys of another length than 32 bytes, and points of low order such as zero.
 *
 * @throws {KeystoreError} `bad-key`.
 */
export function requireUsableKey(publicKey: Uint8Array): void {
  if (publicKey.length !== KEY_BYTES) throw wrongLength(publicKey.length);
  if (isLowOrder(publicKey)) {
    throw new KeystoreError(
      "bad-key",
      "the key is a point of low order: its shared secrets are known, so anyone could log in with it",
    );
  }
}

/** @throws {KeystoreError} `bad-key`; the message holds no part of the text. */
function parsePrivateKey(text: string): Uint8Array<ArrayBuffer> {
  const key = parseKey(text);
  if (key.every((byte) => byte === 0)) {
    throw new KeystoreError("bad-key", "the private key is zero");
  }
  return key;
}

/**
 * Formats a key as base64.
 *
 * @param key 32 bytes.
 * @returns 44 characters.
 */
export function formatKey(key: Uint8Array): string {
  return key.toBase64();
}

function parseKey(text: string): Uint8Array<ArrayBuffer> {
  if (text === "") throw new KeystoreError("bad-key", "the key is empty");
  const key = decodeBase64(text);
  if (key === undefined) throw new KeystoreError("bad-key", base64Problem(text));
  if (key.length !== KEY_BYTES) throw wrongLength(key.length);
  return key;
}

function wrongLength(bytes: number): KeystoreError {
  return new KeystoreError("bad-key", `the key has ${bytes} bytes; a key has ${KEY_BYTES}`);
}

function base64Problem(text: string): string {
  const foreign = text.search(/[^A-Za-z0-9+/=]/);
  if (foreign >= 0) {
    return `the key is not base64: character ${foreign + 1} is ${JSON.stringify(text[foreign])}`;
  }
  const length = Math.ceil(KEY_BYTES / 3) * 4;
  if (text.length !== length) {
    return `the key has ${text.length} characters; ${KEY_BYTES} bytes of base64 have ${length}, ` +
      `with the "=" at the end`;
  }
  return "the key is not valid base64: the padding or the last character is wrong";
}

/**
 * Reads `host`, `host:port` or `[IPv6]:port`. The port follows the last colon, so `::1:4000` is port
 * 4000 of `::1` (`anet_keystore_naive.c`).
 *
 * DEVIATION: the reference reads `::1` as port 1 of `:`, and `80x` as port 80; both are refused
 * (pinned by "addresses that the reference misreads" in tests/unit/keystore/format_test.ts).
 *
 * @throws {KeystoreError} `bad-host`.
 */
export function parseHostAddress(text: string): HostAddress {
  const colon = text.lastIndexOf(":");
  if (colon < 0) return { host: requirePlainHost(text), port: DEFAULT_PORT };
  const port = parsePort(text.slice(colon + 1)) ?? 0;
  if (port === 0) throw badHost(text, `no port from 1 to ${MAX_PORT} follows the last colon`);
  const host = text.slice(0, colon);
  const bare = withoutBrackets(host);
  if (isIpv6(bare)) return { host: bare, port };
  if (host.includes(":")) throw badHost(text, "write an IPv6 address and its port as [::1]:6680");
  return { host: requirePlainHost(host), port };
}

/**
 * Formats `host:port`, with brackets around an IPv6 address.
 *
 * @param address A host and a port from 1 to 65535.
 */
export function formatHostAddress({ host, port }: HostAddress): string {
  return formatAddress({ hostname: host, port });
}

/**
 * Checks a host name or address before it is written.
 *
 * @returns The host without brackets.
 * @throws {KeystoreError} `bad-host`.
 */
export function requireHost(text: string): string {
  const bare = withoutBrackets(text);
  if (isIpv6(bare)) return bare;
  if (text.includes(":")) {
    throw badHost(text, "it is not an IPv6 address; give the port as a separate argument");
  }
  if (/^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?$/.test(text) && text.length <= 253) return text;
  throw badHost(text, "it is neither a host name nor an address");
}

/** @throws {KeystoreError} `bad-host`. */
export function requirePort(port: number): void {
  if (!Number.isInteger(port) || port < 1 || port > MAX_PORT) {
    throw new KeystoreError("bad-host", `the port ${port} is not a number from 1 to ${MAX_PORT}`);
  }
}

function requirePlainHost(host: string): string {
  if (host === "" || /[\[\]\p{Cc}]/u.test(host)) throw badHost(host, "it is not a host name");
  return host;
}

function withoutBrackets(text: string): string {
  return text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
}

function badHost(text: string, why: string): KeystoreError {
  const shown = JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
  return new KeystoreError("bad-host", `the host ${shown} is invalid: ${why}`);
}

interface Line {
  readonly word: string;
  /** What follows the first blank, or `undefined` without a blank. */
  readonly rest: string | undefined;
  readonly line: number;
}

function* splitLines(text: string): Generator<Line> {
  for (const [i, raw] of text.split("\n").entries()) {
    const trimmed = raw.replace(/[ \t\r\v\f]+$/, "");
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const blank = trimmed.search(/[ \t]/);
    yield blank < 0
      ? { word: trimmed, rest: undefined, line: i + 1 }
      : { word: trimmed.slice(0, blank), rest: trimmed.slice(blank + 1), line: i + 1 };
  }
}

function requireTwoWords(word: string, rest: string | undefined): string {
  if (word === "") throw new KeystoreError("bad-line", "the line starts with a blank");
  if (rest === undefined) throw new KeystoreError("bad-line", "the line has one word, not two");
  if (/^[ \t]/.test(rest)) {
    throw new KeystoreError("bad-line", "there is more than one blank before the key");
  }
  if (/[ \t\r\v\f]/.test(rest)) {
    throw new KeystoreError("bad-line", "the line has more than two words");
  }
  return rest;
}

function asWarning(error: unknown, path: string, line: number): KeystoreWarning {
  if (!(error instanceof KeystoreError)) throw error;
  return { path, line, code: error.code, message: error.message };
}
