/**
 * The shapes that a handler may have.
 *
 * @module
 */

import type { ListenHandler, ListenSource, ListenStatus } from "../net/listen_types.ts";
import type { Source } from "../segment/source.ts";
import type { IoTable, Status } from "../segment/status.ts";

/**
 * One function for each kind of record that is wanted. It gets those of the listener and those of its
 * clients, which `source.role` tells apart. Clients are taken by this same object; with a
 * `segment_request` of its own it decides that, and about subsegments, by itself.
 */
export type HandlerObject = {
  readonly [K in Status["kind"]]?: (
    source: K extends ListenStatus["kind"] ? ListenSource | Source : Source,
    status: Extract<Status, { readonly kind: K }>,
    input?: IoTable,
  ) => void | Promise<void>;
};

/** What a handler module exports by default: a function as in Lua, or an object. */
export type Handler = ListenHandler | HandlerObject;

/**
 * Makes a function of a handler of either shape.
 *
 * @param handler The handler.
 */
export function asFunction(handler: Handler): ListenHandler {
  return typeof handler === "function" ? handler : fromObject(handler);
}

function fromObject(object: HandlerObject): ListenHandler {
  const handle = (
    source: ListenSource | Source,
    status: Status,
    input?: IoTable,
  ): void | Promise<void> => {
    const own = object[status.kind] as
      | ((source: ListenSource | Source, status: Status, input?: IoTable) => void | Promise<void>)
      | undefined;
    if (own !== undefined) return own.call(object, source, status, input);
    if (status.kind === "segment_request" && source.role === "listener") {
      source.acceptTarget(handle);
    }
  };
  return handle;
}
