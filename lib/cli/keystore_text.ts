/**
 * Keys and hosts of the keystore as text.
 *
 * @module
 */

import {
  type AcceptedEntry,
  type AddResult,
  DEFAULT_TAG,
  fingerprint,
  formatHostAddress,
  formatKey,
  type HostKey,
  type KeyStorage,
  publicKeyOf,
  requireTags,
} from "../../keystore/mod.ts";
import { escapeControls } from "../log.ts";
import { KeystoreError } from "../errors.ts";
import { describeConditions } from "./keystore_conditions.ts";
import { programCall } from "./program_call.ts";

/** Our public key alone in a line, so that the output in a file can be given to `keystore add`. */
export function describeHostKey(key: HostKey, tag: string): string {
  const publicKey = publicKeyOf(key);
  const where = tag === DEFAULT_TAG ? "" : ` for ${escapeControls(formatHostAddress(key))}`;
  return `${formatKey(publicKey)}\nfingerprint ${fingerprint(publicKey)}${where}\n`;
}

/** One host key for `--json`. */
export function hostKeyToJson(key: HostKey) {
  const publicKey = publicKeyOf(key);
  return {
    host: key.host,
    port: key.port,
    publicKey: formatKey(publicKey),
    fingerprint: fingerprint(publicKey),
  };
}

export function noSuchTag(tag: string, keystore: KeyStorage): KeystoreError {
  const known = keystore.hostTags().map(escapeControls).join(", ");
  return new KeystoreError(
    "no-such-key",
    `there is no host with the tag ${JSON.stringify(tag)}; known tags: ${known}; ` +
      `add one with: ${programCall()} keystore host add ${tag} HOST`,
  );
}

/** The names that a key may log in under. */
export function tagsOf(entry: AcceptedEntry): string {
  return escapeControls(entry.tags.join(","));
}

/**
 * Reads names of listeners, given apart or with commas.
 *
 * @throws {KeystoreError} `bad-tag`.
 */
export function readNames(words: readonly string[]): string[] {
  const names = words.flatMap((word) => word.split(","));
  try {
    requireTags(names);
    return names;
  } catch (error) {
    // The shell replaces a star without quotes by names of files, most of which have a dot.
    if (!(error instanceof KeystoreError) || !names.some((name) => name.includes("."))) throw error;
    throw new KeystoreError(error.code, `${error.message} (for every name, quote the star: '*')`);
  }
}

/** What adding a key did, as one line. */
export function describeAdd(
  { change, entry }: AddResult,
  keystore: Pick<KeyStorage, "placeOf">,
): string {
  const key = fingerprint(entry.publicKey);
  const conditions = describeConditions(entry);
  const rest = `${tagsOf(entry)} (${escapeControls(keystore.placeOf(entry.file))})` +
    `${conditions && `: ${conditions}`}\n`;
  switch (change) {
    case "new":
      return `added ${key} for ${rest}`;
    case "extended":
      return `extended ${key}, now for ${rest}`;
    case "changed":
      return `changed the conditions of ${key} for ${rest}`;
    case "none":
      return `nothing changed: ${key} is there already, for ${rest}`;
  }
}

/**
 * Formats a table.
 *
 * @param texts Rows of equally many cells, with any characters.
 * @returns Lines with aligned columns, two blanks apart.
 */
export function formatTable(texts: readonly (readonly string[])[]): string {
  const rows = texts.map((row) => row.map(escapeControls));
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, cell.length));
  }
  return rows.map((row) =>
    row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd() + "\n"
  ).join("");
}
