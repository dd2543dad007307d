/**
 * Decides about a key by its entries: its names, and the conditions of all of them.
 *
 * @module
 */
import type { AcceptedEntry } from "./accepted.ts";
import { type BrokenCondition, brokenCondition, type ConditionCode } from "./conditions.ts";

/** The answer to a login. */
export type Acceptance =
  | {
    readonly accepted: true;
    /** The entry whose names admit the key. */
    readonly entry: AcceptedEntry;
    /** What people know the key by. */
    readonly comment: string | undefined;
    /** How many clients may be logged in with the key at the same time. */
    readonly maxClients: number | undefined;
  }
  | {
    readonly accepted: false;
    readonly code: "unknown-key" | "key-not-for-name" | ConditionCode;
    /** Which condition does not hold; `undefined` for the other codes. */
    readonly detail?: string | undefined;
    /** What people know the key by. */
    readonly comment?: string | undefined;
  };

/**
 * @param entries Those of one key; none when it is unknown.
 * @param admits Whether the tags of an entry admit the key.
 * @param nowMs Milliseconds since 1970.
 * @param address Where the client connects from, without port; `undefined` for a server that is dialled.
 */
export function decide(
  entries: readonly AcceptedEntry[],
  admits: (tags: readonly string[]) => boolean,
  nowMs: number,
  address: string | undefined,
): Acceptance {
  let entry: AcceptedEntry | undefined;
  let comment: string | undefined;
  let maxClients: number | undefined;
  let broken: BrokenCondition | undefined;
  for (const candidate of entries) {
    const { tags, conditions, problem } = candidate;
    if (entry === undefined && admits(tags)) entry = candidate;
    comment ??= conditions.comment;
    maxClients = smaller(maxClients, conditions.maxClients);
    broken ??= problem === undefined
      ? brokenCondition(conditions, nowMs, address)
      : { code: "bad-conditions", detail: problem };
  }
  if (entries.length === 0) return { accepted: false, code: "unknown-key" };
  if (entry === undefined) return { accepted: false, code: "key-not-for-name", comment };
  if (broken !== undefined) return { accepted: false, ...broken, comment };
  return { accepted: true, entry, comment, maxClients };
}

/** The smaller of two numbers that may be absent. */
export function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? a ?? b : Math.min(a, b);
}
