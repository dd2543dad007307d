/**
 * The files of a keystore as text, the format of `anet_keystore_naive.c`: pure, no disk.
 *
 * A line is one word, one blank (space or tab) and a key in base64; blanks and CR at its end are
 * dropped. In `accepted/<file>` the word holds tags and the first good line is the key; in
 * `hostkeys/<tag>` the word is `host[:port]` and every good line is one.
 *
 * @module
 */
import { type KeystoreCode, KeystoreError } from "../lib/errors.ts";
import { formatHostAddress, type HostAddress, parseHostAddress } from "./hosts.ts";
import { formatKey, parsePrivateKey, parsePublicKey } from "./keys.ts";
import { splitTags, uselessTags } from "./tags.ts";

/** Something in the keystore that was passed over; the rest is in use. */
export interface KeystoreWarning {
  /** The file or directory. */
  readonly path: string;
  /** The line within the file, from 1, or `undefined` when it is about the whole file. */
  readonly line: number | undefined;
  /** The machine-readable reason. */
  readonly code: KeystoreCode;
  /** One line for people; it holds no part of a private key. */
  readonly message: string;
}

/** The line of an accepted file that counts. */
export interface AcceptedLine {
  /** The tags in order; joined with commas they are the word in the file. */
  readonly tags: readonly string[];
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Where it stands, from 1. */
  readonly line: number;
}

/** One way to reach a host, and the key to use there. */
export interface HostKey extends HostAddress {
  /** 32 raw bytes, clamped or not; secret. */
  readonly privateKey: Uint8Array;
}

/** What a file gave: its content, and what of it was passed over. */
export interface Parsed<T> {
  /** The content. */
  readonly value: T;
  /** What was passed over, in the order of the lines. */
  readonly warnings: readonly KeystoreWarning[];
}

/**
 * Reads a file of `accepted/`.
 *
 * DEVIATION: a line that starts with `#` is a comment and never a key, so that a key can be commented
 * out; to the reference `#default KEY` is a key under the tag `#default` (pinned by "a commented-out
 * key is no key" in tests/unit/keystore/format_test.ts).
 *
 * @param text The whole file.
 * @param path Named in the warnings.
 * @returns The first good line, or `undefined` when there is none.
 */
export function parseAccepted(text: string, path: string): Parsed<AcceptedLine | undefined> {
  const warnings: KeystoreWarning[] = [];
  let value: AcceptedLine | undefined;
  for (const { word, rest, line } of lines(text)) {
    try {
      const publicKey = parsePublicKey(requireTwoWords(word, rest));
      if (value === undefined) {
        value = { tags: splitTags(word), publicKey, line };
        for (const message of uselessTags(value.tags)) {
          warnings.push({ path, line, code: "bad-tag", message });
        }
      } else {
        const message = `only the first key of a file counts, and that is in line ${value.line}`;
        warnings.push({ path, line, code: "bad-line", message });
      }
    } catch (error) {
      // What follows the key that counts is nobody's business.
      if (value === undefined) warnings.push(asWarning(error, path, line));
    }
  }
  return { value, warnings };
}

/**
 * Reads a file of `hostkeys/`.
 *
 * @param text The whole file.
 * @param path Named in the warnings.
 * @returns The good lines in order; lines that are not good do not count for the index.
 */
export function parseHostKeys(text: string, path: string): Parsed<readonly HostKey[]> {
  const warnings: KeystoreWarning[] = [];
  const value: HostKey[] = [];
  for (const { word, rest, line } of lines(text)) {
    try {
      const privateKey = parsePrivateKey(requireTwoWords(word, rest));
      value.push({ ...parseHostAddress(word), privateKey });
    } catch (error) {
      warnings.push(asWarning(error, path, line));
    }
  }
  return { value, warnings };
}

/**
 * Writes the line of an accepted file.
 *
 * @param tags Checked tags.
 * @param publicKey 32 bytes.
 * @returns The line with its end.
 */
export function formatAccepted(tags: readonly string[], publicKey: Uint8Array): string {
  return `${tags.join(",")} ${formatKey(publicKey)}\n`;
}

/**
 * Puts other tags into a file of `accepted/` and leaves its other lines as they are.
 *
 * @param text The whole file.
 * @param entry The line that counts, as {@linkcode parseAccepted} found it in this text.
 * @param tags Checked tags.
 * @returns The whole file with the new line.
 */
export function replaceTags(text: string, entry: AcceptedLine, tags: readonly string[]): string {
  const all = text.split("\n");
  all[entry.line - 1] = formatAccepted(tags, entry.publicKey).trimEnd();
  const joined = all.join("\n");
  return joined.endsWith("\n") ? joined : `${joined}\n`;
}

/**
 * Writes a line of a hostkeys file.
 *
 * @param key Where it leads to, and the private key.
 * @returns The line with its end.
 */
export function formatHostKey(key: HostKey): string {
  return `${formatHostAddress(key)} ${formatKey(key.privateKey)}\n`;
}

interface Line {
  readonly word: string;
  /** What follows the one blank, or `undefined` without a blank. */
  readonly rest: string | undefined;
  readonly line: number;
}

function* lines(text: string): Generator<Line> {
  let line = 0;
  for (const raw of text.split("\n")) {
    line++;
    const trimmed = raw.replace(/[ \t\r\v\f]+$/, "");
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const blank = trimmed.search(/[ \t]/);
    yield blank < 0
      ? { word: trimmed, rest: undefined, line }
      : { word: trimmed.slice(0, blank), rest: trimmed.slice(blank + 1), line };
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
