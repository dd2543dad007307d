/**
 * What fails while the servers choose a leader, and what then to do.
 *
 * @module
 */

import { JetStreamApiError } from "@nats-io/jetstream";
import { FLEET_CHANGE_MS } from "../limits.ts";

/** The pause after an attempt without an answer, as during an election. */
export const SILENCE_PAUSE_MS = 200;

/** "No suitable peers for placement". */
const NO_PEERS = 10005;
/** "Subjects overlap with an existing stream": another host is making the same one at this moment. */
const OVERLAPS = 10065;

/** What the servers do not tell at the moment. */
export class PassingError extends Error {
  override readonly name = "PassingError";
}

/** The connection was lost while an answer was on its way. */
export class LostConnectionError extends Error {
  override readonly name = "LostConnectionError";
}

const PASSING = [
  "PassingError",
  "TimeoutError",
  "NoRespondersError",
  "RequestError",
  "JetStreamError",
];

/**
 * Does something until it succeeds: the servers may have just started, or choose a leader.
 *
 * @param work An attempt without an answer may have succeeded.
 * @param passes Whether an attempt after an error may succeed.
 * @param withinMs For how long new attempts are made.
 * @throws What does not pass, and what the last attempt has thrown.
 */
export async function patiently<T>(
  work: () => Promise<T>,
  passes = isPassing,
  withinMs = FLEET_CHANGE_MS,
): Promise<T> {
  const startMs = performance.now();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!passes(error) || performance.now() - startMs > withinMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, SILENCE_PAUSE_MS));
    }
  }
}

/** Whether another attempt may succeed. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Without a leader, or before the leader knows the other servers.
  if (error instanceof JetStreamApiError) {
    return error.apiError().code === 503 || [NO_PEERS, OVERLAPS].includes(error.code);
  }
  return PASSING.includes(error.name);
}

/** The same for a change of a bucket or stream that is there: nobody takes it while it has no leader. */
export function isPassingChange(error: unknown): boolean {
  return isPassing(error) || (error instanceof Error && error.name === "JetStreamNotEnabled");
}
