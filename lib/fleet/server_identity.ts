/**
 * Whose certificate a server must have.
 *
 * @module
 */

import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";

/** The name that TLS checks when the client of NATS gives none, as for a server that is named by its address. */
const NAMELESS = "localhost";

/**
 * Makes the check of certificates. A server that is named by its address must have a certificate for the
 * address of one of the servers.
 *
 * @param servers URLs.
 */
export function identityOf(
  servers: readonly string[],
): (host: string, certificate: PeerCertificate) => Error | undefined {
  const hosts = servers.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, ""));
  const addresses = hosts.filter((host) => isIP(host) !== 0);
  return (host, certificate) => {
    const isName = host !== NAMELESS || addresses.length === 0 || hosts.includes(NAMELESS);
    const names = [...isName ? [host] : [], ...host === NAMELESS ? addresses : []];
    const faults = names.map((name) => checkServerIdentity(name, certificate));
    return faults.includes(undefined) ? undefined : faults[0];
  };
}
