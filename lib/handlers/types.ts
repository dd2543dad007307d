/**
 * The shapes that a handler may have.
 *
 * @module
 */

import { ApiMisuseError } from "../errors.ts";
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
 * @throws {ApiMisuseError} `bad-handler` for an object with something else than functions for kinds.
 */
export function asFunction(handler: Handler): ListenHandler {
  if (typeof handler === "function") return handler;
  const names = Object.keys(handler);
  const unknown = names.find((name) => !Object.hasOwn(STATUS_KINDS, name));
  if (names.length === 0 || unknown !== undefined) {
    const wrong = unknown === undefined
      ? "no function"
      : `a function for ${unknown}, which is no kind`;
    throw new ApiMisuseError("bad-handler", `the handler has ${wrong} of record`);
  }
  for (const [kind, value] of Object.entries(handler)) {
    if (typeof value === "function") continue;
    throw new ApiMisuseError(
      "bad-handler",
      `the handler has ${typeof value} for ${kind}, must be a function`,
    );
  }
  return fromObject(handler);
}

/** Every kind of record; a name that is none is a slip that would let everybody in. */
const STATUS_KINDS: { readonly [K in Status["kind"]]: true } = {
  alert: true,
  bchunkstate: true,
  content_state: true,
  coreopt: true,
  cursorhint: true,
  dropped_frame: true,
  failure: true,
  frame: true,
  ident: true,
  input: true,
  input_label: true,
  mask_input: true,
  message: true,
  preroll: true,
  privdrop: true,
  registered: true,
  resized: true,
  segment_request: true,
  state_size: true,
  streaminfo: true,
  streamstatus: true,
  terminated: true,
  unknown: true,
  viewport: true,
};

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
