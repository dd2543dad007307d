/**
 * Why a login did not work, and what to do about it.
 *
 * @module
 */

import { formatKey } from "../../keystore/mod.ts";
import type { A12Error } from "../errors.ts";
import { MalformedError } from "../errors.ts";
import type { SocketAddress } from "../net/address.ts";
import type { HelloMode } from "../session/events.ts";
import { formatAddress } from "../net/address.ts";
import { PROGRAM } from "./support.ts";

/**
 * Says what the likely reasons of a failed login are. A server gives none itself.
 *
 * @param error What ended the login.
 * @param address Where we dialled.
 * @param login Our key, 32 bytes; how it was sent; and whether a secret was given.
 * @returns Lines with their newlines; none when the error says it all.
 */
export function explainRefusal(
  error: A12Error,
  address: SocketAddress,
  login: { readonly publicKey: Uint8Array; readonly mode: HelloMode; readonly hasSecret: boolean },
): string {
  const where = formatAddress(address);
  const addKey = `  if our key is not accepted for the name it listens as, run there:\n` +
    `    ${PROGRAM} keystore add NAME ${formatKey(login.publicKey)}\n`;
  const secret = login.hasSecret
    ? "  if the secret is another one there, give that (without the NUM: that listen has)\n"
    : "  if it asks for a secret, give it with --ask-secret or --secret-file\n";
  const foreign = "  it may also not speak a12, or take nobody at the moment\n";
  switch (error.code) {
    case "key-refused":
      return `${where} does not let our key in; the secret was right\n${addKey}`;
    case "login-refused":
      // Under an ephemeral exchange it has not seen our key by then.
      return `${where} has no answer to our first packet\n${secret}` +
        (login.mode === "direct" ? addKey : "") + foreign;
    case "login-timeout":
      return `${where} took the connection and does not answer\n${foreign}`;
    case "not-proven":
      return `${where} claims a trusted key and has not shown that it holds the private part\n` +
        "  it may be another machine that pretends to be the server, or its display did not answer\n";
    case "connect-failed":
      return `to listen there, run: ${PROGRAM} listen NAME\n`;
    default:
      return error instanceof MalformedError ? `${where} does not answer as a12 does\n` : "";
  }
}
