/**
 * Dials until somebody answers, and settles whether it is the right one.
 *
 * @module
 */

import { publicKeyOf } from "../../keystore/mod.ts";
import { fingerprint } from "../crypto/fingerprint.ts";
import { A12Error, AuthError } from "../errors.ts";
import { formatAddress } from "../net/address.ts";
import type { SourceConnection } from "../net/source_connection.ts";
import type { HelloMode } from "../session/events.ts";
import { explainRefusal } from "./connect_refused.ts";
import type { Route } from "./connect_target.ts";
import type { Ask, ServerTrust } from "./connect_trust.ts";
import type { CliIo } from "./support.ts";
import { UsageError } from "./support.ts";

/** What dialling needs besides where to. */
export interface Dialling {
  /** Connects and logs in. */
  readonly dial: (route: Route) => Promise<SourceConnection>;
  /** Decides about the server's key. */
  readonly trust: ServerTrust;
  /** Asks a person about it. */
  readonly ask: Ask | undefined;
  /** Where it is told. */
  readonly io: CliIo;
  /** How our key is sent. */
  readonly mode: HelloMode;
  /** Whether a secret was given. */
  readonly hasSecret: boolean;
}

/**
 * Dials one host after the other; one that answers, in whatever way, is the last.
 *
 * @param routes Where to, in order; at least one.
 * @param dialling How.
 * @throws {A12Error} What went wrong with the last one; the likely reasons have been told by then.
 */
export async function dialAny(
  routes: readonly Route[],
  dialling: Dialling,
): Promise<SourceConnection> {
  for (const [i, route] of routes.entries()) {
    try {
      return await dialOne(route, dialling);
    } catch (error) {
      if (!(error instanceof A12Error)) throw error;
      const isUnreachable = error.code === "connect-failed" || error.code === "bad-address";
      if (isUnreachable && i + 1 < routes.length) {
        dialling.io.err(`${error.message}; trying the next host\n`);
        continue;
      }
      const publicKey = publicKeyOf(route.key);
      dialling.io.err(explainRefusal(error, route, { publicKey, ...dialling }));
      throw error;
    }
  }
  throw new UsageError("there is no host to dial");
}

async function dialOne(
  route: Route,
  { dial, trust, ask, io }: Dialling,
): Promise<SourceConnection> {
  io.err(
    `connecting to ${formatAddress(route)} with the key ${fingerprint(publicKeyOf(route.key))}\n`,
  );
  for (;;) {
    try {
      const client = await dial(route);
      io.err(`logged in; the server's key is ${fingerprint(client.serverKey!)}\n`);
      return client;
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== "untrusted-server") throw error;
      // A server does not wait until a person has read a fingerprint: dial anew after the answer.
      if (!(await trust.reconsider(ask))) throw error;
    }
  }
}
