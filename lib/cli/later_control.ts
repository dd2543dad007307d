/**
 * The control interface of `listen`, made when something asks for it: loading its code is left to after the
 * start.
 *
 * @module
 */

import type { Control } from "./control.ts";
import type { ControlService } from "./control_socket.ts";

export class LaterControl implements ControlService {
  readonly #make: () => Promise<Control>;
  #made: Promise<Control> | undefined;

  /**
   * @param make Is called again after it has failed.
   * @param made The control interface, if something has asked for it before.
   */
  constructor(make: () => Promise<Control>, made: Control | undefined) {
    this.#make = make;
    this.#made = made && Promise.resolve(made);
  }

  async respond(request: Request): Promise<Response> {
    return await (await this.#control()).http.respond(request);
  }

  /** Ends what watches the listener. */
  async endWatching(): Promise<void> {
    const made = await this.#made?.catch(() => undefined);
    made?.listener.endWatching();
  }

  #control(): Promise<Control> {
    if (this.#made !== undefined) return this.#made;
    const made = this.#made = this.#make();
    made.catch(() => this.#made = undefined);
    return made;
  }
}
