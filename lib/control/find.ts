/**
 * Finds the client that a word means.
 *
 * @module
 */

import { ControlError } from "../errors.ts";
import { MAX_LISTED_CLIENTS } from "../limits.ts";
import type { ClientRow } from "./clients.ts";

/** The fewest digits of a fingerprint that name a client; fewer are easy to hit by mistake. */
const LEAST_DIGITS = 4;

/**
 * Finds a client by its number, or by the first digits of its key's fingerprint. A number is never
 * abbreviated: client 20 must not be ended in place of a client 2 that has just left.
 *
 * @throws {ControlError} `no-such-client`, `ambiguous-client`.
 */
export function findClient(clients: readonly ClientRow[], word: string): ClientRow {
  if (/^\d+$/.test(word)) {
    return clients.find(({ id }) => String(id) === word) ?? refuse(clients, word);
  }
  const found = clients.filter(({ key }) => isClientKey(word, key));
  const [client, ...more] = found;
  if (client === undefined) return refuse(clients, word);
  if (more.length === 0) return client;
  throw new ControlError(
    "ambiguous-client",
    `${found.length} clients have a key that begins with ${JSON.stringify(word)}: ` +
      `${listed(found)}; give the number of one`,
  );
}

/**
 * Whether a word names clients by their key.
 *
 * @param key The fingerprint of the key; any key when absent.
 */
export function isClientKey(word: string, key?: string): boolean {
  const digits = word.toLowerCase().replaceAll("-", "");
  if (digits.length < LEAST_DIGITS || !/^[0-9a-f]+$/.test(digits)) return false;
  return key === undefined || key.replaceAll("-", "").startsWith(digits);
}

function refuse(clients: readonly ClientRow[], word: string): never {
  const there = clients.length === 0 ? "there are none" : `the clients are ${listed(clients)}`;
  throw new ControlError(
    "no-such-client",
    `there is no client ${JSON.stringify(word)}; ${there}`,
  );
}

function listed(clients: readonly ClientRow[]): string {
  const names = clients.slice(0, MAX_LISTED_CLIENTS)
    .map(({ id, title, key }) => `${id} (${JSON.stringify(title)}, ${key})`);
  const more = clients.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** The number of a segment of a client, its first unless given. @throws {ControlError} `no-such-client`. */
export function segmentOf({ id, parts }: ClientRow, segment = id): number {
  if (parts.some((part) => part.id === segment)) return segment;
  const known = parts.map(({ id }) => id).join(", ");
  throw new ControlError(
    "no-such-client",
    `client ${id} has no segment ${segment}; it has ${known}`,
  );
}
