/**
 * Connections between their accept and the handler that decides about them.
 *
 * @module
 */

import { TurnoverSet } from "../bytes/turnover.ts";
import { Signal } from "./signal.ts";

export class Logins {
  readonly #underWay = new TurnoverSet<object>();
  readonly #changed = new Signal();

  /** @param login Stands for the login until {@linkcode end}. */
  begin(login: object): void {
    this.#underWay.add(login);
  }

  end(login: object): void {
    if (this.#underWay.delete(login)) this.#changed.notify();
  }

  /** Forgets all of them. */
  clear(): void {
    this.#underWay.clear();
    this.#changed.notify();
  }

  /** Settles when none is under way. */
  over(): Promise<void> {
    return this.#changed.until(() => this.#underWay.size === 0);
  }
}
