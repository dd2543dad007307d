/**
 * Logs defects in serving the page, each once: a viewer may be able to repeat one.
 *
 * @module
 */

import { messageOf } from "../errors.ts";
import { MAX_WEB_FAILURES } from "../limits.ts";
import type { Logger } from "../log.ts";

export class FailureLog {
  readonly #log: Logger;
  readonly #known = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  readonly add = (error: unknown): void => {
    const detail = messageOf(error);
    if (this.#known.has(detail) || this.#known.size >= MAX_WEB_FAILURES) return;
    this.#known.add(detail);
    const stack = error instanceof Error ? error.stack : undefined;
    this.#log.log("error", "web-failed", { detail, stack });
  };
}
