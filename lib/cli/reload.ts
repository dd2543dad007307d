/**
 * SIGHUP: rereads what may change while the listener runs.
 *
 * @module
 */

import type { Logger } from "../log.ts";
import { messageOf } from "../errors.ts";

/** Something that can be read again. */
export interface Reloadable {
  /** Its name in the log, such as `keystore`. */
  readonly part: string;
  /**
   * Reads it again.
   *
   * @throws When the new state is bad; then the old one stays in force.
   */
  reload(): void | Promise<void>;
}

/** Reloads all parts, one request after the other; requests that come meanwhile become one. */
export class Reloader {
  readonly #parts: readonly Reloadable[];
  readonly #log: Logger;
  readonly #around: (reload: () => Promise<void>) => Promise<void>;
  #running: Promise<void> | undefined;
  #isRequested = false;

  /**
   * @param parts In the order in which they are reloaded; a bad one does not stop the others.
   * @param around Called with each reload, to announce its begin and end.
   */
  constructor(
    parts: readonly Reloadable[],
    log: Logger,
    around: (reload: () => Promise<void>) => Promise<void> = (reload) => reload(),
  ) {
    this.#parts = parts;
    this.#log = log;
    this.#around = around;
  }

  request(): void {
    this.#isRequested = true;
    this.#running ??= this.#run().finally(() => this.#running = undefined);
  }

  async #run(): Promise<void> {
    while (this.#isRequested) {
      this.#isRequested = false;
      await this.#around(() => this.#reload());
    }
  }

  async #reload(): Promise<void> {
    const good: string[] = [];
    for (const { part, reload } of this.#parts) {
      try {
        await reload();
        good.push(part);
      } catch (error) {
        this.#log.log("error", "reload-failed", { part, detail: messageOf(error) });
      }
    }
    if (good.length > 0) this.#log.log("info", "reloaded", { parts: good.join(",") });
  }
}
