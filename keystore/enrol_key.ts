/**
 * Lets in an unknown key that knows the secret. The caller holds the store's lock.
 *
 * @module
 */
import { AuthError } from "../lib/errors.ts";
import type { Acceptance } from "./acceptance.ts";
import type { EnrolResult, Places, SpentPlaces } from "./enrolment.ts";
import { DEFAULT_TAG } from "./tags.ts";

/** What enrolling a key needs of its store. */
export interface EnrolledStore {
  readonly spentPlaces: SpentPlaces;
  accepts(publicKey: Uint8Array, name: string | undefined): Acceptance;
  /** Accepts a key. @throws {KeystoreError} `bad-key`, `keystore-unwritable`. */
  add(tags: readonly string[], publicKey: Uint8Array): Promise<unknown>;
}

/**
 * Accepts a key and takes a place for it, unless it is accepted already.
 *
 * @throws {AuthError} `no-slot-left` when all places are taken; why an entry refuses the key.
 * @throws {KeystoreError} `bad-key`, `keystore-unwritable`, `bad-line`; then no place is taken.
 */
export async function enrolKey(
  places: Places,
  publicKey: Uint8Array,
  { spentPlaces, accepts, add }: EnrolledStore,
): Promise<EnrolResult> {
  const { name, count } = places;
  const spent = spentPlaces.read(places);
  const verdict = accepts(publicKey, name);
  if (verdict.accepted) return { added: false, spent };
  if (verdict.detail !== undefined) throw new AuthError(verdict.code, verdict.detail);
  if (spent >= count) {
    throw new AuthError("no-slot-left", `all ${count} places for unknown keys are taken`);
  }
  // First the place, then the key: a kill in between loses a place, and never lets in one key more.
  await spentPlaces.write(places, spent + 1);
  try {
    await add([name ?? DEFAULT_TAG], publicKey);
  } catch (error) {
    // If this write fails as well, the place is lost.
    await spentPlaces.write(places, spent).catch(() => {});
    throw error;
  }
  return { added: true, spent: spent + 1 };
}
