/**
 * Views of clients in another thread: what they send comes here as messages, what viewers send goes
 * there. The pacing is in the thread that has the client.
 *
 * @module
 */

import type { OpenView, ViewOptions, ViewOutput } from "../web/views/types.ts";
import type { LocalClients } from "./clients.ts";

/** What this thread calls of the other one. A view has a number that this thread gives. */
export interface ViewsThere {
  /** @throws {ControlError} `no-such-client`. */
  openView(view: number, id: number, options: ViewOptions): Promise<void> | void;
  toView(view: number, message: string | Uint8Array): void;
  closeView(view: number): void;
}

/** What the other thread calls of this one. */
export interface ViewsHere {
  fromView(view: number, message: string | Uint8Array<ArrayBuffer>): void;
  /** See {@linkcode ViewOutput.ended}. */
  viewEnded(view: number, fault: string | undefined): void;
}

/** The views of clients in another thread, in the thread of their viewers. */
export class RemoteViews implements ViewsHere {
  readonly #there: ViewsThere;
  readonly #outputs = new Map<number, ViewOutput>();
  #last = 0;

  constructor(there: ViewsThere) {
    this.#there = there;
  }

  /** Opens a view of a client. */
  async open(id: number, options: ViewOptions, output: ViewOutput): Promise<OpenView> {
    const view = ++this.#last;
    this.#outputs.set(view, output);
    try {
      await this.#there.openView(view, id, options);
    } catch (error) {
      this.#outputs.delete(view);
      throw error;
    }
    return {
      receive: (message) => {
        if (this.#outputs.has(view)) this.#there.toView(view, message);
      },
      close: () => {
        if (this.#outputs.delete(view)) this.#there.closeView(view);
      },
    };
  }

  fromView(view: number, message: string | Uint8Array<ArrayBuffer>): void {
    this.#outputs.get(view)?.send(message);
  }

  viewEnded(view: number, fault: string | undefined): void {
    const output = this.#outputs.get(view);
    this.#outputs.delete(view);
    output?.ended(fault);
  }

  /** The other thread has ended, and so have its clients. @param lastWords Why. */
  lost(lastWords: string): void {
    for (const [view, output] of [...this.#outputs]) {
      output.send(JSON.stringify({ type: "ended", last_words: lastWords }));
      this.viewEnded(view, undefined);
    }
  }
}

/** The same views, in the thread that has the clients. */
export class PostedViews implements ViewsThere {
  readonly #clients: Pick<LocalClients, "openView">;
  readonly #here: ViewsHere;
  readonly #views = new Map<number, OpenView>();

  constructor(clients: Pick<LocalClients, "openView">, here: ViewsHere) {
    this.#clients = clients;
    this.#here = here;
  }

  openView(view: number, id: number, options: ViewOptions): void {
    const opened = this.#clients.openView(id, options, {
      send: (message) => this.#here.fromView(view, message),
      ended: (fault) => {
        this.#views.delete(view);
        this.#here.viewEnded(view, fault);
      },
    });
    this.#views.set(view, opened);
  }

  toView(view: number, message: string | Uint8Array): void {
    this.#views.get(view)?.receive(message);
  }

  closeView(view: number): void {
    this.#views.get(view)?.close();
    this.#views.delete(view);
  }
}
