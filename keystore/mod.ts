/**
 * The keystore that this program shares with arcan-net: which keys may log in under which name, and our
 * own keys.
 *
 * ```ts
 * import { Keystore, keystoreRoot } from "@arcan/net-listen/keystore";
 *
 * const root = keystoreRoot({ keystore: Deno.makeTempDirSync() });
 * const keystore = await Keystore.open(root.path);
 * const visitor = await keystore.addHost("example", "127.0.0.1");
 * await keystore.add(["demo"], visitor.publicKey);
 * console.log(keystore.accepts(visitor.publicKey, "demo").accepted); // true
 * ```
 *
 * @module
 */
export { DEFAULT_PORT } from "../lib/address.ts";
export { type Environment, processEnv } from "../lib/env.ts";
export { fingerprint } from "../lib/crypto/fingerprint.ts";
export type { KeystoreCode } from "../lib/errors.ts";
export type { Acceptance } from "./acceptance.ts";
export type { AcceptedEntry } from "./accepted.ts";
export type { AddResult, RemovedFile } from "./accepted_changes.ts";
export {
  type ConditionChanges,
  type ConditionCode,
  formatTime,
  type KeyConditions,
} from "./conditions.ts";
export {
  EnrolmentSlots,
  type EnrolmentStore,
  type EnrolResult,
  type Places,
  type Reservation,
} from "./enrolment.ts";
export type { Network } from "../lib/networks.ts";
export {
  type AcceptedKey,
  formatHostAddress,
  formatKey,
  type HostAddress,
  type HostKey,
  type KeystoreWarning,
  parsePublicKey,
} from "./format.ts";
export type { CopyState, KeyStorage, PlacesOfSecret, StorageNotes } from "./key_storage.ts";
export type { Knock } from "./knocks.ts";
export type { LastLogin } from "./last_logins.ts";
export type { Notes } from "./notes.ts";
export { publicKeyOf } from "./hostkeys.ts";
export { type AddedHost, Keystore, type KeystoreOptions } from "./keystore.ts";
export { type KeystoreRoot, keystoreRoot } from "./root.ts";
export { uniteEntries } from "./unite.ts";
export type { StoreNotes } from "./store_notes.ts";
export { DEFAULT_TAG, requireTags } from "./tags.ts";
