/**
 * The views of the clients of one thread. A client without a view costs nothing.
 *
 * @module
 */

import { ClientFeed, type Viewable } from "./client_feed.ts";
import { Compressor } from "./compressor.ts";
import { Turns } from "./turns.ts";
import type { OpenView, ViewOptions, ViewOutput } from "./types.ts";
import { View } from "./view.ts";

export class Views {
  readonly #feeds = new Map<number, ClientFeed>();
  readonly #turns = new Turns();
  readonly #compressor: Compressor;

  constructor(compressor: Compressor = new Compressor()) {
    this.#compressor = compressor;
  }

  /** What is said of a client has changed. @param id The number of its first segment. */
  described(id: number): void {
    this.#feeds.get(id)?.described();
  }

  /** @param describe Gives what is said of the client; `undefined` once it has left. */
  open(
    client: Viewable,
    describe: () => unknown,
    options: ViewOptions,
    output: ViewOutput,
  ): OpenView {
    const { id } = client.source;
    let feed = this.#feeds.get(id);
    if (feed === undefined) this.#feeds.set(id, feed = new ClientFeed(client, this.#compressor));
    this.#compressor.hold();
    const left = () => {
      this.#compressor.release();
      if (feed.viewers.size > 0) return;
      feed.close();
      this.#feeds.delete(id);
    };
    return new View(feed, options, output, { turns: this.#turns, describe, left });
  }
}
