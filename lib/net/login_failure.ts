/**
 * Why a login has failed, and what follows from it.
 *
 * @module
 */

import {
  type A12Error,
  AuthError,
  IncompatibleError,
  MalformedError,
  MisbehavedError,
} from "../errors.ts";

/**
 * Whether a login has failed by the fault of the other end. It has not when the client connected and left,
 * also in the middle of a packet, nor when we had no room or no keystore for it.
 */
export function isFailedLogin(reason: A12Error): boolean {
  if (isCutOff(reason) || isCutOff(reason.cause)) return false;
  return reason instanceof AuthError || reason instanceof MalformedError ||
    reason instanceof MisbehavedError || reason instanceof IncompatibleError ||
    reason.code === "login-timeout";
}

/** A limit that a client can reach. */
export type ClientLimit = "maxClients" | "maxClientsPerKey" | "maxSegments";

/** The limit that has refused a login. */
export function limitBehind({ code }: A12Error): ClientLimit | undefined {
  if (code === "too-many-connections") return "maxClients";
  return code === "too-many-of-key" ? "maxClientsPerKey" : undefined;
}

/** Whether the connection had to make room for others. */
export function isEvicted({ code }: A12Error): boolean {
  return code === "too-many-unauthenticated";
}

/** Whether the connection ended in the middle of a packet. */
export function isCutOff(error: unknown): boolean {
  return error instanceof MalformedError && error.code === "truncated";
}
