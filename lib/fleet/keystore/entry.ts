/**
 * One key in the bucket: its value is the text of a file in `accepted/`.
 *
 * @module
 */

import type { AcceptedEntry } from "../../../keystore/accepted.ts";
import { NO_CONDITIONS } from "../../../keystore/conditions.ts";
import {
  formatKey,
  type KeystoreWarning,
  parseAccepted,
  parsePublicKey,
} from "../../../keystore/format.ts";
import { MAX_KEY_FILE_BYTES } from "../../limits.ts";

/** What the names of the entries of keys begin with. */
export const KEY_PREFIX = "key.";

/** An entry as it is, and what is wrong with it. */
export interface ReadEntry {
  readonly entry: AcceptedEntry;
  readonly warning: KeystoreWarning | undefined;
  /** Whether no line has the key: such an entry can only be removed. */
  readonly isDamaged: boolean;
}

/** The name of the entry of a key without its prefix: base64 in the alphabet of URLs. */
export function fileOf(publicKey: Uint8Array): string {
  return publicKey.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** @returns The key of an entry; `undefined` when its name is not that of a key. */
export function keyOf(file: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return parsePublicKey(Uint8Array.fromBase64(file, { alphabet: "base64url" }).toBase64());
  } catch {
    return undefined;
  }
}

/**
 * Reads an entry. One that is damaged refuses its key: without it the key would be unknown, and a secret
 * could let it in.
 *
 * @param place Where it is, for people.
 */
export function readEntry(
  file: string,
  publicKey: Uint8Array,
  text: string,
  place: string,
): ReadEntry {
  if (text.length <= MAX_KEY_FILE_BYTES) {
    const { value, warnings: [warning] } = parseAccepted(text, place);
    if (value !== undefined && formatKey(value.publicKey) === formatKey(publicKey)) {
      const { tags, conditions, problem } = value;
      return { entry: { file, tags, publicKey, conditions, problem }, warning, isDamaged: false };
    }
  }
  const problem = "the entry has no line with its key";
  const message = `${problem}, so the key is refused; remove the key and add it again`;
  return {
    entry: { file, tags: [], publicKey, conditions: NO_CONDITIONS, problem },
    warning: { path: place, line: undefined, code: "bad-line", message },
    isDamaged: true,
  };
}
