/**
 * The names that an accepted key is good for, and the rules that decide with them.
 *
 * @module
 */
import { KeystoreError } from "../lib/errors.ts";
import { nameProblem } from "../lib/name.ts";

/** The most characters of one tag that this program writes; files may hold longer ones. */
export const MAX_TAG_LENGTH = 64;

/** The tag under which a listener without a name keeps the keys that it lets in, as arcan-net does. */
export const DEFAULT_TAG = "default";

/** The tag that, alone, stands for every name. */
export const ANY_TAG = "*";

/**
 * Takes the first word of a line of an accepted file apart.
 *
 * @param word The word, without blanks.
 * @returns Its members in order, empty ones included, so that joining them gives the word again.
 */
export function splitTags(word: string): readonly string[] {
  return word.split(",");
}

/**
 * Tells whether tags stand for every name. A `*` among others is an ordinary word, as in the
 * reference.
 *
 * @param tags The tags of one entry.
 */
export function isAny(tags: readonly string[]): boolean {
  return tags.length === 1 && tags[0] === ANY_TAG;
}

/**
 * Tells whether every tag is one for dialling out: `outbound` or `outbound-…`.
 *
 * @param tags The tags of one entry; empty ones do not count, and none at all is as good as outbound.
 */
export function isOutboundOnly(tags: readonly string[]): boolean {
  return tags.every((tag) => tag === "" || tag === "outbound" || tag.startsWith("outbound-"));
}

/**
 * Finds tags that are good for no listener with a name, and for no host that is dialled.
 *
 * @param tags The tags of one entry.
 * @returns One line for people about each.
 */
export function uselessTags(tags: readonly string[]): string[] {
  if (isAny(tags)) return [];
  return tags.filter((tag) => !isOutboundOnly([tag])).flatMap((tag) => {
    if (tag === ANY_TAG) return [`"*" beside other names does not stand for every name`];
    const problem = nameProblem(tag);
    const shown = JSON.stringify(tag.length > MAX_TAG_LENGTH ? `${tag.slice(0, 32)}…` : tag);
    return problem === undefined ? [] : [`no listener can have the name ${shown}: it ${problem}`];
  });
}

/**
 * Decides whether tags are good for a listener.
 *
 * @param tags The tags of one entry.
 * @param name The listening name, or `undefined` for a listener without one: it takes every entry
 *   but those for dialling out only.
 */
export function admitsName(tags: readonly string[], name: string | undefined): boolean {
  if (isAny(tags)) return true;
  return name === undefined ? !isOutboundOnly(tags) : name !== "" && tags.includes(name);
}

/**
 * Decides as arcan-net does for the key of a server that was dialled (`anet_keystore_naive.c`).
 *
 * DEVIATION: of several wanted names the reference compares the first alone; here each one counts
 * (pinned by "every member of a wanted list counts" in tests/conformance/keystore_test.ts).
 *
 * @param tags The tags of one entry.
 * @param wanted Names separated by commas, or `*` for an entry with any tags.
 */
export function admitsWanted(tags: readonly string[], wanted: string): boolean {
  if (wanted === "") return false;
  if (isAny(tags) || wanted === ANY_TAG) return true;
  return splitTags(wanted).some((name) => name !== "" && tags.includes(name));
}

/**
 * Joins the tags of an entry with more.
 *
 * @param present The tags of the entry.
 * @param more The tags to add.
 * @returns Fresh tags without doubles and empty ones; `*` alone when either stands for every name.
 */
export function uniteTags(present: readonly string[], more: readonly string[]): string[] {
  if (isAny(present) || isAny(more)) return [ANY_TAG];
  return [...new Set([...present, ...more])].filter((tag) => tag !== "");
}

/**
 * Checks tags that are to be written.
 *
 * @param tags One or more tags, each of letters, digits, `_` and `-`; or `*` alone.
 * @throws KeystoreError `bad-tag`, with the value and what is wrong with it.
 */
export function requireTags(tags: readonly string[]): void {
  if (tags.length === 0) throw new KeystoreError("bad-tag", "a key needs at least one name");
  if (isAny(tags)) return;
  for (const tag of tags) {
    if (tag === ANY_TAG) {
      throw new KeystoreError("bad-tag", `"*" stands for every name and must be given alone`);
    }
    requireTag(tag);
  }
}

/**
 * Checks one tag, which may also become the name of a file.
 *
 * @param tag 1 to 64 letters, digits, `_` and `-`.
 * @throws KeystoreError `bad-tag`, with the value and what is wrong with it.
 */
export function requireTag(tag: string): void {
  if (tag === "") throw new KeystoreError("bad-tag", "the name is empty");
  const shown = JSON.stringify(tag.length > MAX_TAG_LENGTH ? `${tag.slice(0, 32)}…` : tag);
  const foreign = tag.match(/[^a-zA-Z0-9_-]/u)?.[0];
  if (foreign !== undefined) {
    throw new KeystoreError(
      "bad-tag",
      `the name ${shown} has the character ${JSON.stringify(foreign)}; ` +
        `only letters, digits, _ and - are allowed`,
    );
  }
  if (tag.length > MAX_TAG_LENGTH) {
    throw new KeystoreError(
      "bad-tag",
      `the name ${shown} has ${tag.length} characters; at most ${MAX_TAG_LENGTH} are allowed`,
    );
  }
}
