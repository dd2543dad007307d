/**
 * Puts observers, such as a recorder, in front of any handler.
 *
 * @module
 */

import type { Logger } from "../log.ts";
import type { ListenHandler, ListenSource } from "../net/listen_types.ts";
import type { ClientHandler, Source } from "../segment/source.ts";
import type { IoTable, Status } from "../segment/status.ts";

/**
 * Lets observers see every record of every client before its handler does, frames included. They stay
 * when the handler is replaced and follow into subsegments. The handler gets `frame` only if it has
 * asked for it, as without them; an observer that fails is logged and hurts nobody.
 *
 * @param handler Takes what happens, unaware of the observers.
 * @param observers See each record first; what they return is waited for.
 * @param log Takes the failures of observers.
 */
export function observe(
  handler: ListenHandler,
  observers: readonly ClientHandler[],
  log: Logger,
): ListenHandler {
  if (observers.length === 0) return handler;
  const watch = (client: Source) => new Watched(client, observers, log);
  return (source, status) =>
    handler(status.kind === "segment_request" ? watchRequest(source, watch) : source, status);
}

/** A request as its handler sees it, except that the client is watched once it is taken. */
function watchRequest(request: ListenSource, watch: (client: Source) => void): ListenSource {
  const acceptTarget = (...args: Parameters<ListenSource["acceptTarget"]>) => {
    const client = request.acceptTarget(...args);
    watch(client);
    return client;
  };
  return {
    role: request.role,
    id: request.id,
    name: request.name,
    peer: request.peer,
    acceptTarget: acceptTarget as ListenSource["acceptTarget"],
    targetInput: (secret) => request.targetInput(secret),
    deleteImage: () => request.deleteImage(),
  };
}

/** A client whose own handler is set apart from what the library calls. */
class Watched {
  readonly #observers: readonly ClientHandler[];
  readonly #log: Logger;
  #handler: ClientHandler | undefined;
  #wantsFrames = false;

  constructor(client: Source, observers: readonly ClientHandler[], log: Logger) {
    this.#observers = observers;
    this.#log = log;
    this.#handler = client.handler;
    client.targetUpdatehandler((source, status, input) => this.#take(source, status, input));
    client.targetVerbose(true);
    this.#stayOn(client);
  }

  /** Redirects the verbs by which a handler could shake the observers off. */
  #stayOn(client: Source): void {
    const { acceptTarget, targetAlloc } = client;
    const watch = (opened: Source | undefined) => {
      if (opened !== undefined) new Watched(opened, this.#observers, this.#log);
      return opened;
    };
    client.targetUpdatehandler = (handler) => {
      this.#handler = handler;
    };
    client.targetVerbose = (on = true) => {
      this.#wantsFrames = on;
    };
    const accept = acceptTarget.bind(client) as (...args: unknown[]) => Source | undefined;
    client.acceptTarget = (...args: unknown[]) => {
      const isSized = typeof args[0] === "number";
      const [size, handler] = isSized ? [args.slice(0, 2), args[2]] : [[], args[0]];
      return watch(accept(...size, handler ?? this.#handler));
    };
    client.targetAlloc = (kind, handler = this.#handler) =>
      watch(targetAlloc.call(client, kind, handler));
  }

  #take(source: Source, status: Status, input: IoTable | undefined): void | Promise<void> {
    for (let index = 0; index < this.#observers.length; index++) {
      const pending = this.#observe(index, source, status, input);
      if (pending !== undefined) return this.#takeRest(index, pending, source, status, input);
    }
    return this.#hand(source, status, input);
  }

  async #takeRest(
    index: number,
    pending: Promise<void>,
    source: Source,
    status: Status,
    input: IoTable | undefined,
  ): Promise<void> {
    await pending;
    while (++index < this.#observers.length) await this.#observe(index, source, status, input);
    await this.#hand(source, status, input);
  }

  #observe(
    index: number,
    source: Source,
    status: Status,
    input: IoTable | undefined,
  ): Promise<void> | undefined {
    try {
      const pending = this.#observers[index]!(source, status, input);
      return pending instanceof Promise
        ? pending.catch((error) => this.#report(source, error))
        : undefined;
    } catch (error) {
      this.#report(source, error);
      return undefined;
    }
  }

  #hand(source: Source, status: Status, input: IoTable | undefined): void | Promise<void> {
    const isFrame = status.kind === "frame" || status.kind === "dropped_frame";
    if (isFrame && !this.#wantsFrames) return;
    return this.#handler?.(source, status, input);
  }

  #report(source: Source, error: unknown): void {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#log.log("error", "observer-failed", { source: source.id, error: text });
  }
}
