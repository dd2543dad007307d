/**
 * Where `connect` dials to, and as whom.
 *
 * @module
 */

import type { HostKey, Keystore } from "../../keystore/mod.ts";
import { KeystoreError } from "../errors.ts";
import type { SocketAddress } from "../net/address.ts";
import { DEFAULT_PORT } from "../wire/constants.ts";
import { escapeControls } from "../log.ts";
import { PROGRAM, UsageError } from "./support.ts";

/** What the command line says about the other side. */
export interface Target {
  /** The file in `hostkeys/` with the key to use, and with hosts when none is given. */
  readonly tag: string | undefined;
  /** The host to dial, if it was given. */
  readonly hostname: string | undefined;
  /** The port to dial, if it was given. */
  readonly port: number | undefined;
}

/** One way to reach the other side. */
export interface Route extends SocketAddress {
  /** Our private key, 32 bytes. */
  readonly key: HostKey;
}

/**
 * Reads `[TAG@]HOST[:PORT]`; an IPv6 address with a port is in brackets.
 *
 * @param text The word of the user.
 * @throws {UsageError} When it is none.
 */
export function parseTarget(text: string): Target {
  const at = text.indexOf("@");
  const tag = at < 0 ? undefined : text.slice(0, at);
  const address = text.slice(at + 1);
  if (tag === "") throw bad(text, "there is no tag before the @");
  if (address === "") {
    if (tag === undefined) throw bad(text, "it is empty");
    return { tag, hostname: undefined, port: undefined };
  }
  const [, bracketed, plain, portText] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(address) ??
    [];
  // More than one colon: an IPv6 address on its own.
  const isBareIpv6 = isIpv6(address);
  const hostname = isBareIpv6 ? address : bracketed ?? plain;
  if (hostname === undefined || hostname === "") {
    throw bad(text, "there is no host; an IPv6 address with its port is written [::1]:7000");
  }
  if (bracketed !== undefined && !isIpv6(bracketed)) {
    throw bad(text, `${JSON.stringify(bracketed)} is not an IPv6 address`);
  }
  if (!isBareIpv6 && !isIpv6(hostname) && /[^A-Za-z0-9._-]/.test(hostname)) {
    throw bad(text, "it is neither a host name nor an address");
  }
  if (isBareIpv6 || portText === undefined) return { tag, hostname, port: undefined };
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65_535) {
    throw bad(text, `${JSON.stringify(portText)} is not a port from 1 to 65535`);
  }
  return { tag, hostname, port };
}

/**
 * Finds the ways to reach a target, in the order in which to try them.
 *
 * @param target Where to.
 * @param keystore Whose keys are used.
 * @returns At least one way.
 * @throws {KeystoreError} `no-such-key` when there is no such tag, `bad-tag`, `bad-line`.
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
  const key = own ?? keys[0]!;
  return [{ hostname, port: port ?? own?.port ?? DEFAULT_PORT, key }];
}

function noSuchTag(tag: string, keystore: Keystore): KeystoreError {
  const known = keystore.hostTags().map(escapeControls).join(", ");
  return new KeystoreError(
    "no-such-key",
    `there is no host with the tag ${JSON.stringify(tag)}, there are: ${known}; ` +
      `make one with: ${PROGRAM} keystore host add ${tag} HOST`,
  );
}

function isIpv6(text: string): boolean {
  const address = text.replace(/%[A-Za-z0-9._-]+$/, "");
  return address.includes(":") && /^[0-9a-fA-F:.]+$/.test(address) &&
    URL.canParse(`http://[${address}]`);
}

function bad(text: string, why: string): UsageError {
  return new UsageError(`${JSON.stringify(text)} is not [TAG@]HOST[:PORT]: ${why}`);
}
