/**
 * The directories of a store, and our own key: what there is before there are keys of others.
 *
 * @module
 */
import {
  ensureDirectory,
  removeTemporaryFiles,
  statIfPresent,
  type StoreLock,
  temporaryFiles,
  unreadable,
} from "./fs.ts";
import type { HostKeyDirectory } from "./hostkeys.ts";

/** The directories of a store, in arcan-net's layout. */
const DIRECTORIES = ["accepted", "hostkeys", "state", "signing"] as const;

/**
 * Makes what is missing and writes nothing else, so a complete store on a read-only disk can be used.
 *
 * @throws {KeystoreError} `keystore-unwritable`.
 */
export async function makeLayout(
  root: string,
  hostKeys: HostKeyDirectory,
  lock: StoreLock,
): Promise<void> {
  ensureDirectory(root);
  for (const name of DIRECTORIES) ensureDirectory(`${root}/${name}`);
  if (hostKeys.needsIdentity()) await lock.run(() => hostKeys.ensureIdentity());
  if (temporaryFiles(root).length > 0) {
    await lock.run(() => removeTemporaryFiles(root)).catch(() => {
      // The files are harmless, and a busy or read-only store can still be used.
    });
  }
}

/** @throws {KeystoreError} `keystore-unreadable`. */
export function requireDirectory(root: string): void {
  const info = statIfPresent(root);
  if (info === undefined) throw unreadable(root, "there is no such directory");
  if (!info.isDirectory) throw unreadable(root, "it is not a directory");
}
