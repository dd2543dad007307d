/**
 * Reading files that anybody may have put into the store.
 *
 * @module
 */
import { decodeUtf8Lenient, withoutByteOrderMark } from "../lib/bytes/text.ts";
import { KeystoreError } from "../lib/errors.ts";
import { MAX_KEY_FILE_BYTES } from "../lib/limits.ts";
import { reason } from "./failure.ts";

/**
 * Reads a key file.
 *
 * DEVIATION: a byte order mark is left out, where to the reference it belongs to the first word
 * (pinned by "a byte order mark is no part of the first name" in tests/unit/keystore/keystore_test.ts).
 *
 * @param path The file.
 * @param info What the system says about it, if the caller knows.
 * @returns Its text; bytes that are not UTF-8 become U+FFFD and spoil only their own line.
 * @throws KeystoreError `keystore-unreadable` for what is not a file, is too large, or cannot be
 *   read; the cause is the error of the system.
 */
export function readKeyFile(path: string, info?: Deno.FileInfo): string {
  try {
    const found = info ?? Deno.statSync(path);
    // A pipe would make the reader wait for ever.
    if (!found.isFile) throw unreadable(path, "it is not a file");
    if (found.size > MAX_KEY_FILE_BYTES) {
      throw unreadable(path, `it has ${found.size} bytes, more than ${MAX_KEY_FILE_BYTES}`);
    }
    return decodeUtf8Lenient(withoutByteOrderMark(Deno.readFileSync(path)));
  } catch (error) {
    if (error instanceof KeystoreError) throw error;
    throw unreadable(path, reason(error), error);
  }
}

/**
 * Makes the error of a failed read.
 *
 * @param path The file or directory.
 * @param why What was wrong, for people.
 * @param cause The error of the system.
 */
export function unreadable(path: string, why: string, cause?: unknown): KeystoreError {
  return new KeystoreError("keystore-unreadable", `cannot read ${path}: ${why}`, { path }, {
    cause,
  });
}
