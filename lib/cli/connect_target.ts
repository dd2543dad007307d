/**
 * The hosts that `connect` dials, and the key for each.
 *
 * @module
 */

import type { HostKey, Keystore } from "../../keystore/mod.ts";
import { DEFAULT_PORT, isIpv6, MAX_PORT, parsePort, type SocketAddress } from "../address.ts";
import { UsageError } from "./errors.ts";
import { noSuchTag } from "./keystore_text.ts";

/** What the command line says about the server. */
export interface Target {
  /** The file in `hostkeys/` with the key to use, and with hosts unless one is given. */
  readonly tag: string | undefined;
  readonly hostname: string | undefined;
  readonly port: number | undefined;
}

/** An address and the key to log in with there. */
export interface Route extends SocketAddress {
  readonly key: HostKey;
}

/**
 * Reads `[TAG@]HOST[:PORT]` or `TAG@`.
 *
 * @throws {UsageError} When it is neither.
 */
export function parseTarget(text: string): Target {
  const at = text.indexOf("@");
  const tag = at < 0 ? undefined : text.slice(0, at);
  const address = text.slice(at + 1);
  if (tag === "") throw bad(text, "there is no tag before the @");
  if (address === "" && tag !== undefined) return { tag, hostname: undefined, port: undefined };
  if (isIpv6(address)) return { tag, hostname: address, port: undefined };
  const [, bracketed, plain, portText] = /^(?:\[([^\]]*)\]|([\w.-]+))(?::(.*))?$/.exec(address) ??
    [];
  const hostname = bracketed ?? plain;
  if (hostname === undefined) {
    throw bad(text, "there is no host name or address; write IPv6 with a port as [::1]:7000");
  }
  if (bracketed !== undefined && !isIpv6(bracketed)) {
    throw bad(text, `${JSON.stringify(bracketed)} is not an IPv6 address`);
  }
  if (portText === undefined) return { tag, hostname, port: undefined };
  const port = parsePort(portText);
  if (port) return { tag, hostname, port };
  throw bad(text, `${JSON.stringify(portText)} is not a port from 1 to ${MAX_PORT}`);
}

/**
 * Finds the addresses of a target in the order in which to try them, at least one.
 *
 * @throws {KeystoreError} `no-such-key` for an unknown tag, `bad-tag`, `bad-line`.
 */
export function routesTo({ tag, hostname, port }: Target, keystore: Keystore): Route[] {
  if (tag === undefined) {
    return [{ hostname: hostname!, port: port ?? DEFAULT_PORT, key: keystore.identity() }];
  }
  const keys = keystore.hostKeys(tag);
  if (keys.length === 0) throw noSuchTag(tag, keystore);
  if (hostname === undefined) {
    return keys.map((key) => ({ hostname: key.host, port: key.port, key }));
  }
  const own = keys.find((key) => key.host === hostname && (port ?? key.port) === key.port);
  return [{ hostname, port: port ?? own?.port ?? DEFAULT_PORT, key: own ?? keys[0]! }];
}

function bad(text: string, why: string): UsageError {
  return new UsageError(`${JSON.stringify(text)} is not [TAG@]HOST[:PORT]: ${why}`);
}
