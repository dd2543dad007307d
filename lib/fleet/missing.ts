/**
 * A fleet that the servers do not know.
 *
 * @module
 */

import { JetStreamApiError } from "@nats-io/jetstream";
import { FleetError } from "../errors.ts";
import type { FleetNames } from "./names.ts";

const STREAM_NOT_FOUND = 10059;

/** Whether a stream or a bucket is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND;
}

/** The error of those that look at a fleet before it has begun, or at another one than they mean. */
export function noFleet({ fleet }: FleetNames, cause: unknown): FleetError {
  return new FleetError(
    "fleet-failed",
    `the servers have no fleet ${fleet}: start a listener of this fleet, or name another one with ` +
      "--fleet-name",
    { cause },
  );
}
