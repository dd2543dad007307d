/** A listener in this process, a client of it, and viewers. */

import { loadViews, LocalClients } from "../../lib/control/clients.ts";
import type { ViewOptions } from "../../lib/web/views/types.ts";
import { Bench, type BenchOptions } from "./listen.ts";
import { TestSource } from "./listening.ts";
import { Viewer } from "./viewer.ts";

const FULL: ViewOptions = { mode: "full", rights: "drive" };

/** What tests of views need. */
export class Viewing implements AsyncDisposable {
  readonly bench: Bench;
  readonly clients: LocalClients;
  readonly source: TestSource;
  readonly #viewers: Viewer[] = [];

  private constructor(bench: Bench, clients: LocalClients, source: TestSource) {
    [this.bench, this.clients, this.source] = [bench, clients, source];
  }

  /** Starts a listener and connects a client. */
  static async start(segkind = "application", options: BenchOptions = {}): Promise<Viewing> {
    const bench = await Bench.start(options);
    const clients = new LocalClients(bench.listener, { onLine() {}, views: await loadViews() });
    const { port } = bench.listener.address;
    const source = await TestSource.connect(port, await bench.addKey(), "viewed", segkind);
    await source.activated();
    return new Viewing(bench, clients, source);
  }

  /** The number of the client. */
  get id(): number {
    return this.bench.listener.clients[0]!.id;
  }

  /** Opens a view that has not said hello. */
  open(options: Partial<ViewOptions> = {}): Viewer {
    const viewer = new Viewer();
    viewer.attach(this.clients.openView(this.id, { ...FULL, ...options }, viewer));
    this.#viewers.push(viewer);
    return viewer;
  }

  /** Opens a view. */
  view(options: Partial<ViewOptions> = {}): Viewer {
    return this.open(options).hello();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const viewer of this.#viewers) viewer[Symbol.dispose]();
    await this.source.close();
    this.clients[Symbol.dispose]();
    await this.bench[Symbol.asyncDispose]();
  }
}
