/**
 * The conditions of a key, beside its names: when it expires, from which networks and how often it may
 * log in at the same time; and a comment.
 *
 * They are tags with an equals sign in the line of the key, which no name has, so that they cannot be
 * lost without the key: `demo,expires=2026-12-31T00:00:00Z,from=192.0.2.0/24,max-clients=2 KEY`. A
 * condition that is damaged or not known refuses the key. arcan-net reads them as names that nothing has.
 * The comment is a line below the key, where arcan-net reads no more.
 *
 * @module
 */
import { KeystoreError } from "../lib/errors.ts";
import { MAX_CLIENTS, MAX_COMMENT_CHARACTERS, MAX_KEY_NETWORKS } from "../lib/limits.ts";
import { nameProblem } from "../lib/name.ts";
import { isInNetworks, type Network, parseNetwork } from "../lib/networks.ts";

/** The conditions of a key. All of them must hold at a login. */
export interface KeyConditions {
  /** What people know the key by; not a condition. */
  readonly comment: string | undefined;
  /** From this time on the key may not log in, in milliseconds since 1970. */
  readonly expiresMs: number | undefined;
  /** The networks that it may log in from; any when empty. */
  readonly from: readonly Network[];
  /** How many clients may be logged in with it at the same time. */
  readonly maxClients: number | undefined;
}

/** Conditions to set; those that are `undefined` are removed, absent ones stay as they are. */
export interface ConditionChanges {
  /** See {@linkcode KeyConditions.comment}. */
  readonly comment?: string | undefined;
  /** See {@linkcode KeyConditions.expiresMs}. */
  readonly expiresMs?: number | undefined;
  /** See {@linkcode KeyConditions.from}. */
  readonly from?: readonly Network[] | undefined;
  /** See {@linkcode KeyConditions.maxClients}. */
  readonly maxClients?: number | undefined;
}

/** Why the conditions of a key do not hold. */
export type ConditionCode = "key-expired" | "address-not-allowed" | "bad-conditions";

/** A condition that does not hold. */
export interface BrokenCondition {
  readonly code: ConditionCode;
  /** One line for people. */
  readonly detail: string;
}

export const NO_CONDITIONS: KeyConditions = {
  comment: undefined,
  expiresMs: undefined,
  from: [],
  maxClients: undefined,
};

const CONDITION_START = /^(expires|from|max-clients)/i;
const COMMENT_LINE = /^#[ \t]*comment:(.*)$/;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** The last second of the year 9999: later years have more than four digits. */
const LAST_TIME_MS = Date.UTC(10_000, 0, 1) - 1_000;
const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/;

/**
 * Whether a tag is a condition. A condition that has lost its equals sign is one too, so that it refuses
 * its key. The tag of a host that is dialled is a name even with an equals sign, as arcan-net puts no
 * limit to those.
 *
 * DEVIATION: the reference knows no conditions, and takes these for names (pinned by "arcan-net reads a
 * keystore with conditions" in tests/e2e/conditions_reference_test.ts).
 */
export function isCondition(tag: string): boolean {
  if (tag.startsWith("outbound-")) return false;
  return tag.includes("=") || CONDITION_START.test(tag) && nameProblem(tag) !== undefined;
}

/**
 * Reads the conditions among the tags of a line.
 *
 * @param tags Those for which {@linkcode isCondition} holds.
 * @throws {KeystoreError} `bad-conditions`.
 */
export function parseConditions(tags: readonly string[]): Omit<KeyConditions, "comment"> {
  let { expiresMs, maxClients } = NO_CONDITIONS;
  const from: Network[] = [];
  for (const tag of tags) {
    const at = tag.indexOf("=");
    if (at < 0) throw bad(`the condition ${shown(tag)} has no equals sign`);
    const [name, value] = [tag.slice(0, at), tag.slice(at + 1)];
    if (name === "from") from.push(requireNetwork(value));
    else if (name === "expires" && expiresMs === undefined) expiresMs = requireTime(value);
    else if (name === "max-clients" && maxClients === undefined) maxClients = requireCount(value);
    else {
      const isTwice = name === "expires" || name === "max-clients";
      throw bad(`the condition ${shown(tag)} is ${isTwice ? "there twice" : "not known"}`);
    }
  }
  requireFew(from);
  return { expiresMs, from, maxClients };
}

/** The first comment among the lines of a file, without what may not be printed. */
export function parseComment(text: string): string | undefined {
  for (const line of text.split("\n")) {
    const written = COMMENT_LINE.exec(line.trimEnd())?.[1] ?? "";
    const comment = written.toWellFormed().replaceAll(new RegExp(UNPRINTABLE, "gu"), "").trim()
      .slice(0, MAX_COMMENT_CHARACTERS).trim();
    if (comment !== "" && comment.isWellFormed()) return comment;
  }
  return undefined;
}

/** Whether a line is a comment as {@linkcode formatComment} writes it. */
export function isCommentLine(line: string): boolean {
  return COMMENT_LINE.test(line.trimEnd());
}

/** @returns The tags that stand for the conditions. */
export function formatConditions({ expiresMs, from, maxClients }: KeyConditions): string[] {
  return [
    ...expiresMs === undefined ? [] : [`expires=${formatTime(expiresMs)}`],
    ...from.map(({ text }) => `from=${text}`),
    ...maxClients === undefined ? [] : [`max-clients=${maxClients}`],
  ];
}

/** @returns A line with its newline; empty without a comment. */
export function formatComment({ comment }: KeyConditions): string {
  return comment === undefined ? "" : `# comment: ${comment}\n`;
}

/**
 * Formats a time as `2026-12-31T00:00:00Z`, without fractions of a second.
 *
 * @param ms Milliseconds since 1970.
 */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

/**
 * Applies changes to conditions.
 *
 * @throws {KeystoreError} `bad-conditions` for values that cannot be written.
 */
export function changeConditions(now: KeyConditions, changes: ConditionChanges): KeyConditions {
  const changed = { ...now, ...changes, from: ("from" in changes ? changes.from : now.from) ?? [] };
  const { comment, expiresMs, from, maxClients } = changed;
  if (comment !== undefined) requireComment(comment);
  if (expiresMs !== undefined) requireWritableTime(expiresMs);
  if (maxClients !== undefined) requireCount(`${maxClients}`);
  requireFew(from);
  return {
    comment,
    expiresMs: expiresMs === undefined ? undefined : Math.floor(expiresMs / 1000) * 1000,
    from,
    maxClients,
  };
}

/**
 * Checks conditions.
 *
 * @param nowMs Milliseconds since 1970.
 * @param address Where the client connects from, without port; networks are not checked for
 *   `undefined`, which is for servers that are dialled.
 * @returns The first condition that does not hold.
 */
export function brokenCondition(
  { expiresMs, from }: KeyConditions,
  nowMs: number,
  address: string | undefined,
): BrokenCondition | undefined {
  if (expiresMs !== undefined && nowMs >= expiresMs) {
    return { code: "key-expired", detail: `the key expired at ${formatTime(expiresMs)}` };
  }
  if (address !== undefined && from.length > 0 && !isInNetworks(address, from)) {
    const networks = from.map(({ text }) => text).join(", ");
    return { code: "address-not-allowed", detail: `the key may log in from ${networks} alone` };
  }
  return undefined;
}

/** @throws {KeystoreError} `bad-conditions`. */
function requireWritableTime(ms: number): void {
  if (ms >= 0 && ms <= LAST_TIME_MS) return;
  throw bad(`the time ${ms} is invalid; it must be 0 to ${LAST_TIME_MS} ms since 1970`);
}

/** @throws {KeystoreError} `bad-conditions`. */
function requireNetwork(text: string): Network {
  const network = parseNetwork(text);
  if (typeof network !== "string") return network;
  throw bad(`the network ${shown(text)} is invalid: ${network}`);
}

function requireFew(from: readonly Network[]): void {
  if (from.length <= MAX_KEY_NETWORKS) return;
  throw bad(`the key has ${from.length} networks; at most ${MAX_KEY_NETWORKS} are allowed`);
}

/** @throws {KeystoreError} `bad-conditions`. */
function requireTime(text: string): number {
  const ms = TIME.test(text) ? Date.parse(text) : NaN;
  // JavaScript takes the 31st of February for the 3rd of March.
  const isDay = new Date(Date.parse(text.slice(0, 10))).getUTCDate() === Number(text.slice(8, 10));
  if (Number.isFinite(ms) && ms >= 0 && isDay) return ms;
  throw bad(`the time ${shown(text)} is invalid; write it as 2026-12-31T00:00:00Z`);
}

/** @throws {KeystoreError} `bad-conditions`. */
function requireCount(text: string): number {
  const count = /^[1-9]\d{0,5}$/.test(text) ? Number(text) : NaN;
  if (count <= MAX_CLIENTS) return count;
  throw bad(`the number of clients ${shown(text)} is invalid; it must be 1 to ${MAX_CLIENTS}`);
}

/** @throws {KeystoreError} `bad-conditions`. */
function requireComment(comment: string): void {
  const { length } = comment;
  if (length > MAX_COMMENT_CHARACTERS) {
    throw bad(
      `the comment has ${length} characters; at most ${MAX_COMMENT_CHARACTERS} are allowed`,
    );
  }
  if (comment.trim() === "" || comment.trim() !== comment) {
    throw bad("the comment is empty, or has blanks at its ends");
  }
  if (UNPRINTABLE.test(comment) || !comment.isWellFormed()) {
    throw bad("the comment has control characters or marks that change the direction of text");
  }
}

function bad(message: string): KeystoreError {
  return new KeystoreError("bad-conditions", message);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}
