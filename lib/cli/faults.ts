/**
 * Errors that no code catches: a throw in a timer or an event listener, a rejection without a handler.
 * Deno would end the process, and all clients with it.
 *
 * @module
 */

import { FAULT_COUNT_INTERVAL_MS, MAX_FAULT_PLACES } from "../limits.ts";
import type { Logger } from "../mod.ts";
import { describeThrown } from "../start.ts";

/** Stands for all places beyond the limit. */
const ELSEWHERE = "elsewhere";

interface Place {
  readonly error: string;
  /** How often it was seen since it was logged last. */
  again: number;
}

/** Logs the first error from each place in the code, and counts later ones. */
export class FaultLog {
  readonly #log: Logger;
  readonly #places = new Map<string, Place>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @param event The name of the log line, such as `uncaught-error`. */
  note(event: string, thrown: unknown): void {
    const error = describeThrown(thrown);
    const at = placeOf(thrown);
    let key = `${event} ${at ?? error}`;
    if (!this.#places.has(key) && this.#places.size >= MAX_FAULT_PLACES) key = ELSEWHERE;
    const known = this.#places.get(key);
    if (known !== undefined) {
      known.again++;
      return;
    }
    this.#places.set(key, { error, again: 0 });
    this.#timer ??= setTimeout(() => this.#count(), FAULT_COUNT_INTERVAL_MS);
    this.#log.log("error", event, { at, error });
    if (thrown instanceof Error) this.#log.log("debug", `${event}-stack`, { stack: thrown.stack });
  }

  /** Logs the counts and ends the timer. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { error, again } of this.#places.values()) {
      if (again > 0) this.#log.log("error", "error-repeated", { error, times: again });
    }
    this.#places.clear();
  }

  /** Counts an error that goes on in each interval, and forgets one that has stopped. */
  #count(): void {
    const repeated = [...this.#places].filter(([, { again }]) => again > 0);
    this.close();
    for (const [key, { error }] of repeated) this.#places.set(key, { error, again: 0 });
    if (repeated.length > 0) {
      this.#timer = setTimeout(() => this.#count(), FAULT_COUNT_INTERVAL_MS);
    }
  }
}

/** Logs uncaught errors of the process instead of ending it. @returns Ends that. */
export function outliveFaults(faults: FaultLog): () => void {
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    faults.note("uncaught-error", event.error ?? event.message);
  };
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    faults.note("unhandled-rejection", event.reason);
  };
  globalThis.addEventListener("error", onError);
  globalThis.addEventListener("unhandledrejection", onRejection);
  return () => {
    globalThis.removeEventListener("error", onError);
    globalThis.removeEventListener("unhandledrejection", onRejection);
    faults.close();
  };
}

/** The innermost frame of an error's stack. */
function placeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  return /^ +at (.*)$/m.exec(thrown.stack ?? "")?.[1];
}
