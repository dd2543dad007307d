/**
 * Warnings about files and directories of a store whose mode lets other users read private keys or add
 * keys, and about root at work in the store of another user. Systems without modes give none.
 *
 * @module
 */
import type { KeystoreWarning } from "./format.ts";

const ROOT_USER = 0;
const READABLE_BY_OTHERS = 0o044;
const WRITABLE_BY_OTHERS = 0o022;
const SEARCHABLE_BY_OTHERS = 0o011;

export function permissionWarnings(root: string): KeystoreWarning[] {
  const warnings = isForeign(root) ? [foreignWarning(root)] : [];
  const check = (path: string, bits: number, danger: string) => {
    const mode = modeOf(path);
    if ((mode & bits) === 0) return;
    const shown = (mode & 0o777).toString(8).padStart(4, "0");
    const message = `${path} has mode ${shown}: ${danger}; run chmod go-rwx ${path}`;
    warnings.push({ path, line: undefined, code: "permissions-too-open", message });
  };
  for (const path of [root, `${root}/accepted`, `${root}/hostkeys`]) {
    check(path, WRITABLE_BY_OTHERS, "others can add keys");
  }
  for (const directory of [`${root}/hostkeys`, `${root}/signing`]) {
    // A closed directory protects the files in it.
    if (isClosed(root) || isClosed(directory)) continue;
    for (const path of filesIn(directory)) {
      check(path, READABLE_BY_OTHERS, "others can read a private key");
    }
  }
  return warnings;
}

/** Whether we are root, and the directory is another user's. */
function isForeign(root: string): boolean {
  try {
    return Deno.uid() === ROOT_USER && Deno.statSync(root).uid !== ROOT_USER;
  } catch {
    // Without --allow-sys=uid.
    return false;
  }
}

function foreignWarning(root: string): KeystoreWarning {
  const message =
    `${root} belongs to another user; that user cannot read what root writes there; ` +
    "run this as that user, as with runuser -u USER --";
  return { path: root, line: undefined, code: "foreign-keystore", message };
}

function isClosed(directory: string): boolean {
  return (modeOf(directory) & SEARCHABLE_BY_OTHERS) === 0;
}

function filesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map((entry) => `${directory}/${entry.name}`).sort();
  } catch {
    return [];
  }
}

function modeOf(path: string): number {
  try {
    return Deno.statSync(path).mode ?? 0;
  } catch {
    return 0;
  }
}
