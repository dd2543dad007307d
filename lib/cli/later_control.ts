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

  /** @param made The control interface, if something has asked for it before. */
  constructor(make: () => Promise<Control>, made: Control | undefined) {
    this.#make = make;
    this.#made = made && Promise.resolve(made);
  }

  async respond(request: Request): Promise<Response> {
    this.#made ??= this.#make();
    return await (await this.#made).http.respond(request);
  }

  /** Ends what watches the listener. */
  async endWatching(): Promise<void> {
    (await this.#made)?.listener.endWatching();
  }
}
