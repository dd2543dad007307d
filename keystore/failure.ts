/**
 * Errors of the file system as errors of the keystore.
 *
 * @module
 */
import { KeystoreError } from "../lib/errors.ts";

/**
 * Makes the error of a failed write.
 *
 * @param what What failed, for people.
 * @param path The file or directory.
 * @param cause The error of the system.
 */
export function unwritable(what: string, path: string, cause: unknown): KeystoreError {
  if (cause instanceof KeystoreError) return cause;
  return new KeystoreError("keystore-unwritable", `${what}: ${reason(cause)}`, { path }, { cause });
}

/**
 * Says in a few words why the system refused.
 *
 * @param error The error of the system.
 */
export function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // The paths behind the first colon repeat what the caller says.
  return text.replace(/ \(os error \d+\).*$/s, "").replace(/: [a-z]+ '.*$/s, "").trim();
}
