/**
 * Tags, and the rules by which they decide which listener or server a key is accepted for.
 *
 * @module
 */
import { KeystoreError } from "../lib/errors.ts";
import { nameProblem } from "../lib/name.ts";
import { isCondition } from "./conditions.ts";

/** The longest tag that this program writes, in characters; files may hold longer ones. */
const MAX_TAG_LENGTH = 64;

/** The tag that a listener without a name gives to the keys it enrols, as arcan-net does. */
export const DEFAULT_TAG = "default";

/** Accepts a key for every name; only when it is the only tag. */
const ANY_TAG = "*";

/** @returns The tags in order, empty ones included: joined with commas they are the word again. */
export function splitTags(word: string): readonly string[] {
  return word.split(",");
}

/** A `*` among other tags is an ordinary tag, as in the reference. */
export function isAny(tags: readonly string[]): boolean {
  return tags.length === 1 && tags[0] === ANY_TAG;
}

/** Whether every tag is `outbound` or `outbound-…`; empty tags do not count. */
function isOutboundOnly(tags: readonly string[]): boolean {
  return tags.every((tag) => tag === "" || tag === "outbound" || tag.startsWith("outbound-"));
}

/** @returns A line for people about each tag that neither a listener nor a dialled host can match. */
export function uselessTags(tags: readonly string[]): string[] {
  if (isAny(tags)) return [];
  return tags.filter((tag) => !isOutboundOnly([tag])).flatMap((tag) => {
    if (tag === ANY_TAG) return [`"*" beside other names does not stand for every name`];
    const problem = nameProblem(tag);
    return problem === undefined
      ? []
      : [`no listener can have the name ${shown(tag)}: it ${problem}`];
  });
}

/**
 * Whether an entry's key may log in.
 *
 * @param name The listening name. A listener without one accepts all entries except those for dialling
 *   out.
 */
export function admitsName(tags: readonly string[], name: string | undefined): boolean {
  if (isAny(tags)) return true;
  return name === undefined ? !isOutboundOnly(tags) : name !== "" && tags.includes(name);
}

/**
 * Whether an entry's key is the key of a dialled server (`anet_keystore_naive.c`).
 *
 * DEVIATION: the reference compares only the first of several wanted tags (pinned by "every member of a
 * wanted list counts" in tests/conformance/keystore_test.ts).
 *
 * @param wanted Tags separated by commas, or `*` for an entry with any tags.
 */
export function admitsWanted(tags: readonly string[], wanted: string): boolean {
  if (wanted === "") return false;
  if (isAny(tags) || wanted === ANY_TAG) return true;
  return splitTags(wanted).some((name) => name !== "" && tags.includes(name));
}

/** @returns All tags once, without empty ones; `*` alone when either side is `*`. */
export function uniteTags(present: readonly string[], more: readonly string[]): string[] {
  if (isAny(present) || isAny(more)) return [ANY_TAG];
  return [...new Set([...present, ...more])].filter((tag) => tag !== "");
}

/**
 * Checks tags before they are written.
 *
 * @param tags One or more tags, each of 1 to 64 letters, digits, `_` and `-`; or `*` alone.
 * @throws {KeystoreError} `bad-tag`, with the value and what is wrong with it.
 */
export function requireTags(tags: readonly string[]): void {
  if (tags.length === 0) throw new KeystoreError("bad-tag", "a key needs at least one name");
  if (isAny(tags)) return;
  for (const tag of tags) {
    if (tag === ANY_TAG) {
      throw new KeystoreError("bad-tag", `"*" stands for every name and must be given alone`);
    }
    requireTag(tag);
    if (isCondition(tag)) {
      throw new KeystoreError("bad-tag", `the name ${shown(tag)} would be read as a condition`);
    }
  }
}

/**
 * Checks one tag, which may also name a file.
 *
 * @throws {KeystoreError} `bad-tag`.
 */
export function requireTag(tag: string): void {
  if (tag === "") throw new KeystoreError("bad-tag", "the name is empty");
  const foreign = tag.match(/[^a-zA-Z0-9_-]/u)?.[0];
  if (foreign !== undefined) {
    throw new KeystoreError(
      "bad-tag",
      `the name ${shown(tag)} has the character ${JSON.stringify(foreign)}; ` +
        `only letters, digits, _ and - are allowed`,
    );
  }
  if (tag.length > MAX_TAG_LENGTH) {
    throw new KeystoreError(
      "bad-tag",
      `the name ${shown(tag)} has ${tag.length} characters; at most ${MAX_TAG_LENGTH} are allowed`,
    );
  }
}

function shown(tag: string): string {
  return JSON.stringify(tag.length > MAX_TAG_LENGTH ? `${tag.slice(0, 32)}…` : tag);
}
