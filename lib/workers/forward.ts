/**
 * Gives the records of a worker's clients to a handler in the main thread, and does what it calls.
 *
 * @module
 */

import { TurnoverMap } from "../bytes/turnover.ts";
import { ApiMisuseError } from "../errors.ts";
import { perform, resultJson } from "../handlers/pipe/call.ts";
import type { ListenHandler, ListenSource } from "../net/listen_types.ts";
import type { ClientHandler, Source } from "../segment/source.ts";
import type { Link } from "./link.ts";
import type { ClientInfo, MainService, SurfaceCopy, WorkerService } from "./services.ts";

/** A result that stands for a source in the main thread. */
export interface SourceResult {
  readonly source: ClientInfo;
}

/** The clients of one worker. */
export class Forwarding implements Pick<WorkerService, "accept" | "call" | "surface"> {
  readonly #main: Link<object, MainService>;
  readonly #sources = new TurnoverMap<number, Source>();
  /** Requests that the main thread is asked about. */
  readonly #requests = new TurnoverMap<number, ListenSource | Source>();
  /** The last call of each source that has not returned. */
  readonly #calls = new TurnoverMap<number, Promise<unknown>>();
  /** The last call of each source whose turn has not come. */
  readonly #blocked = new TurnoverMap<number, Promise<unknown>>();
  #lastRequest = 0;

  constructor(main: Link<object, MainService>) {
    this.#main = main;
  }

  /** Handles the listener. */
  readonly handler: ListenHandler = (source, status) => {
    return status.kind === "segment_request" ? this.#request(source) : undefined;
  };

  /** Handles clients. */
  readonly #handle: ClientHandler = (source, status, input) => {
    this.#sources.set(source.id, source);
    if (status.kind === "terminated") this.#sources.delete(source.id);
    const info = infoOf(source);
    if (status.kind !== "segment_request") return this.#main.ask("record", info, status, input);
    this.#requests.set(-source.id, source);
    return this.#main.ask("record", info, status, input)
      .finally(() => this.#requests.delete(-source.id));
  };

  async #request(source: ListenSource): Promise<void> {
    const request = ++this.#lastRequest;
    this.#requests.set(request, source);
    try {
      await this.#main.ask("request", request, source.peer);
    } finally {
      this.#requests.delete(request);
    }
  }

  /** @param request Its number; that of the source, negated, for a subsegment. */
  accept(request: number, size: readonly number[]): ClientInfo {
    const asking = this.#requests.get(request);
    const refuse = (): never => {
      throw new ApiMisuseError("wrong-state", "there is no request that waits");
    };
    const accept = asking?.acceptTarget.bind(asking) as
      | ((...args: unknown[]) => Source | undefined)
      | undefined;
    const source = accept?.(...size, this.#handle) ?? refuse();
    this.#sources.set(source.id, source);
    return infoOf(source);
  }

  /** Calls are done in their order; one that finds the client's queue full waits for those before it. */
  call(id: number, verb: string, args: readonly unknown[]): unknown {
    const call = () => this.#perform(id, verb, args);
    const blocked = this.#blocked.get(id);
    if (blocked !== undefined) return noted(this.#blocked, id, blocked.then(call));
    const before = this.#calls.get(id);
    try {
      const result = call();
      return result instanceof Promise ? noted(this.#calls, id, result) : result;
    } catch (error) {
      const isFull = error instanceof ApiMisuseError && error.code === "queue-full";
      if (!isFull || before === undefined) throw error;
      return noted(this.#blocked, id, before.then(call));
    }
  }

  surface(id: number, revision: number): SurfaceCopy | undefined {
    const { surface } = this.#sources.get(id) ?? {};
    if (surface === undefined || surface.revision === revision) return undefined;
    const { width, height, content, origoLl, pixels, grid } = surface;
    // A message copies the whole buffer behind a view, which may be that of many pictures.
    return {
      width,
      height,
      content,
      origoLl,
      pixels: pixels?.slice(),
      revision: surface.revision,
      grid: grid && {
        cols: grid.cols,
        rows: grid.rows,
        codePoints: grid.codePoints.slice(),
        foreground: grid.foreground.slice(),
        background: grid.background.slice(),
        attributes: grid.attributes.slice(),
        cursor: grid.cursor,
        backgroundColor: grid.backgroundColor,
        backgroundAlpha: grid.backgroundAlpha,
      },
    };
  }

  #perform(id: number, verb: string, args: readonly unknown[]): unknown {
    const source = this.#sources.get(id);
    if (source === undefined) {
      throw new ApiMisuseError("wrong-state", `there is no source ${id}`);
    }
    const result = perform(source, { verb, args });
    return result instanceof Promise ? result.then(plainResult) : plainResult(result);
  }
}

/** Keeps a promise in a map until it settles or another one replaces it. */
function noted(
  pending: TurnoverMap<number, Promise<unknown>>,
  id: number,
  result: Promise<unknown>,
): Promise<unknown> {
  const settled = result.then(() => {}, () => {});
  pending.set(id, settled);
  void settled.then(() => {
    if (pending.get(id) === settled) pending.delete(id);
  });
  return result;
}

function infoOf({ id, segkind, title, peer }: Source): ClientInfo {
  return { id, segkind, title, peer };
}

function plainResult(result: unknown): unknown {
  const isSource = typeof result === "object" && result !== null && "role" in result;
  return isSource
    ? { source: infoOf(result as Source) } satisfies SourceResult
    : resultJson(result);
}
