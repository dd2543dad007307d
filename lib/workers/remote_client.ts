/**
 * A client of a worker, for a handler in the main thread.
 *
 * @module
 */

import type { SurfaceContent, SurfaceView } from "../decoders/surface_view.ts";
import { TextGrid } from "../decoders/text_grid.ts";
import type { Peer } from "../segment/peer.ts";
import { type ClientHandler, VERBS } from "../segment/source.ts";
import type { Link } from "./link.ts";
import type { ClientInfo, GridCopy, WorkerService } from "./services.ts";

/** The way to a worker. */
export type WorkerPort = Pick<Link<object, WorkerService>, "ask">;

/**
 * Its verbs are those of a client, but return promises, which reject where those of a client throw. Its
 * surface is what the client showed at the last {@linkcode RemoteClient.refresh}.
 */
export class RemoteClient {
  readonly role = "client" as const;
  readonly id: number;
  readonly peer: Peer;
  readonly worker: WorkerPort;
  readonly surface: RemoteSurface = new RemoteSurface();
  segkind = "";
  title = "";
  /** Takes the records. */
  handler: ClientHandler | undefined;
  /** Grants the request for a subsegment that the handler is being asked about. */
  readonly acceptTarget: (...args: unknown[]) => Promise<unknown>;

  static {
    for (const verb of Object.keys(VERBS)) {
      if (verb === "acceptTarget") continue;
      Object.defineProperty(this.prototype, verb, {
        value(this: RemoteClient, ...args: unknown[]) {
          return this.call(verb, args);
        },
      });
    }
  }

  constructor(
    worker: WorkerPort,
    info: ClientInfo,
    accept: (client: RemoteClient, args: readonly unknown[]) => Promise<unknown>,
  ) {
    this.worker = worker;
    this.id = info.id;
    this.peer = info.peer;
    this.update(info);
    this.acceptTarget = (...args) => accept(this, args);
  }

  update({ segkind, title }: ClientInfo): void {
    this.segkind = segkind;
    this.title = title;
  }

  /** Calls a verb, or takes a `snapshot`. @returns What came of it, in a form for JSON. */
  call(verb: string, args: readonly unknown[]): Promise<unknown> {
    return this.worker.ask("call", this.id, verb, args);
  }

  /** Copies what the client shows now. */
  async refresh(): Promise<void> {
    const copy = await this.worker.ask("surface", this.id, this.surface.revision);
    if (copy !== undefined) {
      Object.assign(this.surface, copy, { grid: copy.grid && toGrid(copy.grid) });
    }
  }
}

/** What a client showed when it was looked at last. */
class RemoteSurface implements Omit<SurfaceView, "rgba" | "gridText"> {
  width = 0;
  height = 0;
  content: SurfaceContent = "none";
  origoLl = false;
  revision = -1;
  pixels: Uint8Array<ArrayBuffer> | undefined = undefined;
  grid: TextGrid | undefined = undefined;
}

function toGrid(copy: GridCopy): TextGrid {
  const grid = new TextGrid(copy.cols, copy.rows);
  for (const name of ["codePoints", "foreground", "background", "attributes"] as const) {
    grid[name].set(copy[name]);
  }
  Object.assign(grid.cursor, copy.cursor);
  grid.backgroundColor = copy.backgroundColor;
  grid.backgroundAlpha = copy.backgroundAlpha;
  return grid;
}
