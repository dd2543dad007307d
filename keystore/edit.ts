/**
 * Adding and removing trusted keys. The caller holds the store's lock and has a fresh view.
 *
 * @module
 */
import { fingerprint } from "../lib/crypto/fingerprint.ts";
import { KeystoreError } from "../lib/errors.ts";
import type { AcceptedDirectory, AcceptedEntry } from "./accepted.ts";
import { formatAccepted, parseAccepted, replaceTags } from "./format.ts";
import { createFile, removeFile, replaceFile } from "./fs.ts";
import { formatKey, requireUsableKey } from "./keys.ts";
import { readKeyFile } from "./read.ts";
import { isAny, requireTags, uniteTags } from "./tags.ts";

/** What adding a key did. */
export interface AddResult {
  /** Whether the store changed. */
  readonly added: boolean;
  /** `new`: a new file; `extended`: more tags in its file; `none`: it had them all. */
  readonly change: "new" | "extended" | "none";
  /** The entry as it is now. */
  readonly entry: AcceptedEntry;
}

/** A file that was removed from `accepted/`. */
export interface RemovedFile {
  /** Its name. */
  readonly file: string;
  /** What it held, or `undefined` when it held no good line. */
  readonly entry: AcceptedEntry | undefined;
}

/**
 * Trusts a key.
 *
 * @param root The root of the store.
 * @param accepted The trusted keys.
 * @param tags The names, or `*` alone.
 * @param publicKey 32 bytes, copied.
 * @throws KeystoreError `bad-tag`, `bad-key` or `keystore-unwritable`.
 */
export async function addKey(
  root: string,
  accepted: AcceptedDirectory,
  tags: readonly string[],
  publicKey: Uint8Array,
): Promise<AddResult> {
  requireTags(tags);
  requireUsableKey(publicKey);
  const wanted = uniteTags([], tags);
  const present = accepted.find(publicKey);
  const sufficient = present.find((entry) => isAny(entry.tags)) ??
    (present.length > 0 && hasAll(present, wanted) ? present[0] : undefined);
  if (sufficient !== undefined) return { added: false, change: "none", entry: sufficient };
  const first = present[0];
  return first === undefined
    ? await addFile(root, accepted, wanted, publicKey.slice())
    : await extend(root, accepted, first, wanted);
}

/**
 * Trusts a key no longer.
 *
 * @param accepted The trusted keys.
 * @param what A file name, a public key in base64, or a fingerprint.
 * @throws KeystoreError `no-such-key` or `keystore-unwritable`.
 */
export async function removeKey(accepted: AcceptedDirectory, what: string): Promise<RemovedFile[]> {
  const removed = matching(accepted, what);
  if (removed.length === 0) {
    throw new KeystoreError(
      "no-such-key",
      `no accepted key has the file name, public key or fingerprint ${JSON.stringify(what)}; ` +
        `"keystore list" shows what there is`,
    );
  }
  for (const { file } of removed) await removeFile(`${accepted.path}/${file}`);
  return removed;
}

function matching(accepted: AcceptedDirectory, what: string): RemovedFile[] {
  const entries = accepted.entries;
  const file = what.replace(/^accepted\//, "");
  const named = entries.filter((entry) => entry.file === file);
  if (named.length === 0 && accepted.warnings.some(({ path }) => path === join(accepted, file))) {
    return [{ file, entry: undefined }];
  }
  const found = named.length > 0
    ? named
    : entries.filter((entry) =>
      formatKey(entry.publicKey) === what || fingerprint(entry.publicKey) === what.toLowerCase()
    );
  return found.map((entry) => ({ file: entry.file, entry }));
}

function join(accepted: AcceptedDirectory, file: string): string {
  return `${accepted.path}/${file}`;
}

function hasAll(entries: readonly AcceptedEntry[], wanted: readonly string[]): boolean {
  return wanted.every((tag) => entries.some((entry) => entry.tags.includes(tag))) && !isAny(wanted);
}

async function addFile(
  root: string,
  accepted: AcceptedDirectory,
  tags: readonly string[],
  publicKey: Uint8Array,
): Promise<AddResult> {
  const line = formatAccepted(tags, publicKey);
  let file = randomFileName();
  while (!(await createFile(root, join(accepted, file), line))) file = randomFileName();
  return { added: true, change: "new", entry: { file, tags, publicKey } };
}

async function extend(
  root: string,
  accepted: AcceptedDirectory,
  entry: AcceptedEntry,
  more: readonly string[],
): Promise<AddResult> {
  const path = join(accepted, entry.file);
  const text = readKeyFile(path);
  const { value } = parseAccepted(text, path);
  if (value === undefined || formatKey(value.publicKey) !== formatKey(entry.publicKey)) {
    const message = `${path} was changed by another program at the same time; try again`;
    throw new KeystoreError("keystore-unwritable", message, { path });
  }
  const tags = uniteTags(value.tags, more);
  await replaceFile(root, path, replaceTags(text, value, tags));
  return { added: true, change: "extended", entry: { ...entry, tags } };
}

/** Eight letters from `a` to `u`, as arcan-net names its files. */
function randomFileName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => String.fromCharCode(97 + byte % 21)).join("");
}
