/**
 * What the pacing of events takes from outside: time, and promises for those who wait.
 *
 * @module
 */

/** Tells one caller of a verb how it went. */
export interface Waiter {
  /** What the caller gets. */
  readonly promise: Promise<boolean>;
  /** Settles it: `true` when all was sent, `false` when the client ended before. */
  readonly settle: (wasSent: boolean) => void;
}

/** What an outbox needs to spread events in time. */
export interface Pacing {
  /** The time in milliseconds, from any start. */
  readonly nowMs: () => number;
  /** Asks for one `output.tick()`, in place of the one that was asked for before. */
  readonly wakeIn: (delayMs: number) => void;
  /** Makes the promise of a call that waits. */
  readonly waiter: () => Waiter;
}
