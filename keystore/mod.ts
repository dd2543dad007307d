/**
 * The keystore that this program shares with arcan-net: whose keys may log in under which name, and
 * our own keys.
 *
 * ```ts
 * import { Keystore, keystoreRoot } from "@arcan/net-listen/keystore";
 *
 * const root = keystoreRoot({ keystore: Deno.makeTempDirSync() }, Deno.env);
 * const keystore = await Keystore.open(root.path);
 * const visitor = await keystore.addHost("example", "127.0.0.1");
 * await keystore.add(["demo"], visitor.publicKey);
 * console.log(keystore.accepts(visitor.publicKey, "demo").accepted); // true
 * ```
 *
 * @module
 */
export type { KeystoreCode } from "../lib/errors.ts";
export type { AcceptedEntry } from "./accepted.ts";
export type { AddResult, RemovedFile } from "./edit.ts";
export {
  EnrolmentSlots,
  type EnrolmentStore,
  type EnrolResult,
  type Reservation,
} from "./enrol.ts";
export type { HostKey, KeystoreWarning } from "./format.ts";
export { DEFAULT_PORT, type HostAddress } from "./hosts.ts";
export { publicKeyOf } from "./hostkeys.ts";
export { formatKey, parsePublicKey } from "./keys.ts";
export { type Acceptance, type AddedHost, Keystore, type KeystoreOptions } from "./keystore.ts";
export { type Environment, type KeystoreRoot, keystoreRoot } from "./root.ts";
export type { Places } from "./spent_places.ts";
export { DEFAULT_TAG, requireTags } from "./tags.ts";
