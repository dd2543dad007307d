/**
 * What one listener counts while it runs: sums alone, so that they cost nothing that can be measured.
 *
 * @module
 */

/** How the login of a connection ended. */
export type LoginOutcome =
  /** A handler has taken the client. */
  | "accepted"
  /** The key, the secret or a limit does not let it in. */
  | "refused"
  /** The listener's handler did not take the client. */
  | "declined"
  /** It asked for our key and left. */
  | "probed"
  /** It left in the middle. */
  | "left"
  /** It left without having sent a byte. */
  | "silent"
  /** Its network is closed out by a limit. */
  | "closed_out";

export class Counters {
  receivedBytes = 0;
  sentBytes = 0;
  /** Events of clients. */
  events = 0;
  /** Frames of segments that have ended; those that are there count their own. */
  endedFrames = 0;
  /** Time spent on what clients send. */
  workMs = 0;
  readonly outcomes: Record<LoginOutcome, number> = {
    accepted: 0,
    refused: 0,
    declined: 0,
    probed: 0,
    left: 0,
    silent: 0,
    closed_out: 0,
  };
  /** Refused logins by the code of the reason. */
  readonly refusals: Record<string, number> = {};

  /** @param reason The code of a refusal. */
  loginEnded(outcome: LoginOutcome, reason?: string): void {
    this.outcomes[outcome]++;
    if (reason !== undefined) this.refusals[reason] = (this.refusals[reason] ?? 0) + 1;
  }
}
