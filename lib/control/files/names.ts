/**
 * Names of files on their way to clients, and of files of clients on their way to people.
 *
 * @module
 */

import { encodeUtf8, splitUtf8 } from "../../bytes/text.ts";

/** What a client is told of a name, in bytes of UTF-8. */
const CLIENT_NAME_BYTES = 15;
/** The end of a name that says what kind of file it is. */
const EXTENSION = /\.[A-Za-z0-9]{1,6}$/;

/** Shortens a name for a client, in front of its extension. Directories are left out. */
export function clientName(name: string): string {
  const base = name.split(/[/\\]/).at(-1)!.replaceAll("\0", "");
  const extension = EXTENSION.exec(base)?.[0] ?? "";
  const stem = encodeUtf8(base.slice(0, base.length - extension.length));
  const [kept] = splitUtf8(stem, CLIENT_NAME_BYTES - extension.length);
  return new TextDecoder().decode(kept) + extension;
}

/** A name that is harmless as that of a file, made of the one that a client gives. */
export function safeName(name: string, id: number): string {
  const safe = name.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "");
  return safe === "" ? `file-${id}` : safe;
}
