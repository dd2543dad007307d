/**
 * Keys that may log in and keys that have knocked, as the control interface lists them.
 *
 * @module
 */

import type { AcceptedEntry, Knock, LastLogin } from "../../keystore/mod.ts";
import { fingerprint } from "../crypto/fingerprint.ts";
import type { Result } from "./operations.ts";

export function describeKnock(knock: Knock): Result<"knocks">[number] {
  return {
    key: fingerprint(knock.publicKey),
    public_key: knock.publicKey.toBase64(),
    address: knock.address,
    ...(knock.name === undefined ? {} : { name: knock.name }),
    first: new Date(knock.firstMs).toISOString(),
    last: new Date(knock.lastMs).toISOString(),
    count: knock.count,
  };
}

export function describeAccepted(
  { publicKey, tags, conditions: { comment } }: AcceptedEntry,
): Result<"accept"> {
  return {
    key: fingerprint(publicKey),
    public_key: publicKey.toBase64(),
    names: tags,
    ...(comment === undefined ? {} : { comment }),
  };
}

/** @param login The last login of the key. */
export function describeKey(
  { publicKey, tags, conditions, problem }: AcceptedEntry,
  login: LastLogin | undefined,
): Result<"keys">[number] {
  const { comment, expiresMs, from, maxClients } = conditions;
  return {
    key: fingerprint(publicKey),
    public_key: publicKey.toBase64(),
    names: tags,
    ...(comment === undefined ? {} : { comment }),
    ...(expiresMs === undefined ? {} : { expires: new Date(expiresMs).toISOString() }),
    ...(from.length === 0 ? {} : { from: from.map(({ text }) => text) }),
    ...(maxClients === undefined ? {} : { max_clients: maxClients }),
    ...(problem === undefined ? {} : { problem }),
    ...(login && {
      last_login: new Date(login.atMs).toISOString(),
      last_address: login.address,
    }),
  };
}
