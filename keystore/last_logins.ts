/**
 * When each key has logged in last, and from where.
 *
 * @module
 */
import { MAX_LAST_LOGINS } from "../lib/limits.ts";
import { formatTime } from "./conditions.ts";

/** The last login of a key. */
export interface LastLogin {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Where the client connected from, without port. */
  readonly address: string;
}

const HEADER = "# The last login of each key: key, time, address.\n";
const LINE = /^([A-Za-z0-9+/]{43}=) (\S+) (\S+)$/;

/** Reads the text of the file; damaged lines are left out, as nothing depends on them. */
export function parseLastLogins(text: string): Map<string, LastLogin> {
  const logins = new Map<string, LastLogin>();
  for (const line of text.split("\n")) {
    const [, key, time = "", address = ""] = LINE.exec(line) ?? [];
    const atMs = Date.parse(time);
    if (key !== undefined && !Number.isNaN(atMs)) noteLogin(logins, key, { atMs, address });
  }
  return logins;
}

/** Takes a login over, unless a later one is known. */
export function noteLogin(logins: Map<string, LastLogin>, key: string, login: LastLogin): void {
  const known = logins.get(key);
  if (known === undefined || known.atMs <= login.atMs) logins.set(key, login);
}

/** Formats the latest logins. @param logins By key in base64. */
export function formatLastLogins(logins: ReadonlyMap<string, LastLogin>): string {
  const latest = [...logins].sort(([, a], [, b]) => b.atMs - a.atMs).slice(0, MAX_LAST_LOGINS);
  return HEADER + latest.map(([key, login]) => formatLastLogin(key, login)).join("");
}

/** @returns The line of one key, in base64, with its newline. */
export function formatLastLogin(key: string, { atMs, address }: LastLogin): string {
  return `${key} ${formatTime(atMs)} ${address}\n`;
}
