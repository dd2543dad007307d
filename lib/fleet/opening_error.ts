/**
 * Why no server of a fleet can be used, and what to do.
 *
 * @module
 */

import { errors } from "@nats-io/transport-node";
import { FleetError, messageOf } from "../errors.ts";
import { FLEET_CONNECT_TIMEOUT_MS } from "../limits.ts";

/** How the connection was tried. */
export interface Attempt {
  readonly servers: readonly string[];
  readonly isEncrypted: boolean;
  /** Whether this client has a certificate. */
  readonly hasCertificate: boolean;
}

/** The codes with which TLS refuses the certificate of a server. */
const BAD_CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/;

/** What the client of NATS says, and what it means. */
const SAID: readonly [said: RegExp, means: string][] = [
  [/not support 'tls'/, "the server speaks no TLS; use nats://, or give the server a certificate"],
  // It reads options of TLS that it was not given.
  [/'certFile' of/, "the server demands TLS; use tls://"],
  [/unexpected response/, "it is no server of NATS; check host and port"],
  [/undefined error/, "the server has closed the connection; see its log"],
  [/ENOTFOUND|EAI_AGAIN/, "there is no address for this name; check the name"],
];

/** @param error What the client of NATS has failed with, at the last of the servers. */
export function openingError(error: unknown, attempt: Attempt): FleetError {
  const where = attempt.servers.join(", ");
  if (
    error instanceof errors.AuthorizationError ||
    error instanceof errors.UserAuthenticationExpiredError
  ) {
    return new FleetError(
      "fleet-refused",
      `the servers of the fleet at ${where} refuse this user: ${messageOf(error)}; check the ` +
        "credentials",
      { cause: error },
    );
  }
  return new FleetError(
    "fleet-unreachable",
    `none of the servers of the fleet at ${where} can be used: ${reasonOf(error, attempt)}`,
    { cause: error },
  );
}

function reasonOf(error: unknown, { isEncrypted, hasCertificate }: Attempt): string {
  const detail = messageOf(error);
  const { code = "" } = error as { code?: unknown };
  if (typeof code === "string" && BAD_CERTIFICATE.test(code)) {
    return `the certificate of the server is not trusted: ${detail}; name its authority with ` +
      "--fleet-ca, and the server by a name that its certificate has";
  }
  const known = SAID.find(([said]) => said.test(detail));
  if (known !== undefined) return known[1];
  if (error instanceof errors.TimeoutError) {
    const late = `no answer within ${FLEET_CONNECT_TIMEOUT_MS / 1000} s; `;
    // It does not see that a server with TLS 1.3 refuses its certificate.
    if (!isEncrypted) return `${late}see whether it runs, or name others with --fleet`;
    return late +
      (hasCertificate
        ? "see whether it trusts the certificate of --fleet-cert"
        : "if it demands a certificate, give --fleet-cert and --fleet-key");
  }
  return `${detail}; start one of them, or name others with --fleet`;
}
