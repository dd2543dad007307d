/**
 * Files of a store that others than its owner can use.
 *
 * @module
 */
import type { KeystoreWarning } from "./format.ts";

const READABLE_BY_OTHERS = 0o044;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Looks for private keys that others may read, and for places where others may put keys.
 *
 * @param root The root of the store.
 * @returns A warning for each; none where files have no modes.
 */
export function tooOpen(root: string): KeystoreWarning[] {
  const warnings: KeystoreWarning[] = [];
  const check = (path: string, bits: number, danger: string, repair: string) => {
    const mode = modeOf(path);
    if ((mode & bits) === 0) return;
    const shown = (mode & 0o777).toString(8).padStart(4, "0");
    const message = `${path} has mode ${shown}: ${danger}; run chmod ${repair} ${path}`;
    warnings.push({ path, line: undefined, code: "permissions-too-open", message });
  };
  for (const path of [root, `${root}/accepted`, `${root}/hostkeys`]) {
    check(path, WRITABLE_BY_OTHERS, "others can add keys", "go-rwx");
  }
  for (const directory of [`${root}/hostkeys`, `${root}/signing`]) {
    // A closed directory on the way protects what is in it.
    if (closed(root) || closed(directory)) continue;
    for (const path of files(directory)) {
      check(path, READABLE_BY_OTHERS, "others can read a private key", "go-rwx");
    }
  }
  return warnings;
}

function closed(directory: string): boolean {
  return (modeOf(directory) & 0o011) === 0;
}

function files(directory: string): string[] {
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
