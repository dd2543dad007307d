/**
 * What went wrong with a connection, as an error of the library.
 *
 * @module
 */

import { A12Error, ApiMisuseError, messageOf, TransportError } from "../errors.ts";

/**
 * Tells failures of a socket from faults of this program, which must show.
 *
 * @param error Anything that was thrown while a connection was carried. A misuse of the API is a fault
 * of this program there: handlers are called elsewhere.
 */
export function asError(error: unknown): A12Error {
  if (error instanceof A12Error) {
    return error instanceof ApiMisuseError ? wrap("internal-error", error) : error;
  }
  const isOurs = error instanceof TypeError || error instanceof RangeError ||
    error instanceof ReferenceError;
  return isOurs ? internalError(error) : wrap("connection-lost", error);
}

/**
 * Marks a fault of this program.
 *
 * @param error Anything that was thrown where nothing should be.
 */
export function internalError(error: unknown): A12Error {
  return error instanceof A12Error ? error : wrap("internal-error", error);
}

function wrap(code: "connection-lost" | "internal-error", cause: unknown): TransportError {
  return new TransportError(code, messageOf(cause), { cause });
}
