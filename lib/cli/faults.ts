/**
 * Errors that nobody catches: a throw in a timer or an event listener, a promise that rejects unseen.
 * Deno would end the process, and all clients with it.
 *
 * @module
 */

import { FAULT_COUNT_INTERVAL_MS, MAX_FAULT_PLACES } from "../limits.ts";
import type { Logger } from "../log.ts";
import { describeThrown } from "../net/deliver.ts";

/** Stands for all places beyond the bound. */
const ELSEWHERE = "elsewhere";

interface Place {
  readonly error: string;
  /** How often it came since it was told last. */
  again: number;
}

/** Logs errors: the first from each place in the code, later ones as a count. */
export class FaultLog {
  readonly #log: Logger;
  readonly #places = new Map<string, Place>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param log Takes the lines. */
  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * Logs an error.
   *
   * @param event What the line is about, such as `uncaught-error`.
   * @param thrown What was thrown.
   */
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

  /** Logs the counts. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { error, again } of this.#places.values()) {
      if (again > 0) this.#log.log("error", "error-repeated", { error, times: again });
    }
    this.#places.clear();
  }

  /** An error that goes on is counted in each interval; one that has stopped is forgotten. */
  #count(): void {
    const goOn = [...this.#places].filter(([, { again }]) => again > 0);
    this.close();
    for (const [key, { error }] of goOn) this.#places.set(key, { error, again: 0 });
    if (goOn.length > 0) {
      this.#timer = setTimeout(() => this.#count(), FAULT_COUNT_INTERVAL_MS);
    }
  }
}

/**
 * Logs every error of the process that nothing catches, and lets the process live on.
 *
 * @param faults Takes the errors.
 * @returns Ends that.
 */
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
