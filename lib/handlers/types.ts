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
 * The functions of an object may be its own, inherited from a class, or given by getters; they are
 * called with the object as `this`. Every function of a plain object must be named after a kind. An
 * instance of a class may have helper methods, but not one whose name looks like a misspelled kind.
 *
 * @param handler The handler.
 * @throws {ApiMisuseError} `bad-handler` for a class instead of an instance, for an object without a
 *   function for any kind, and for a name that is no kind.
 */
export function asFunction(handler: Handler): ListenHandler {
  if (typeof handler === "function") {
    if (!isClass(handler)) return handler;
    refuse(`is the class ${handler.name}, must be an instance: new ${handler.name || "Handler"}()`);
  }
  const names = memberNames(handler);
  const value = (name: string) => (handler as Readonly<Record<string, unknown>>)[name];
  const kinds = names.filter(isKind);
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(handler));
  for (const name of names.filter((name) => !isKind(name))) {
    if (isPlain) refuse(`has ${name}, which is no kind of record; ${KNOWN_KINDS}`);
    const kind = KINDS.find((kind) => isAlmost(name, kind));
    if (kind === undefined || typeof value(name) !== "function") continue;
    refuse(`has a method ${name}, which is almost the kind ${kind}; make it ${kind} or #${name}`);
  }
  if (kinds.length === 0) refuse(`has no function for any kind of record; ${KNOWN_KINDS}`);
  for (const kind of kinds) {
    if (typeof value(kind) === "function") continue;
    refuse(`has ${typeof value(kind)} for ${kind}, must be a function`);
  }
  return fromObject(handler);
}

function refuse(what: string): never {
  throw new ApiMisuseError("bad-handler", `the handler ${what}`);
}

function isClass(value: ListenHandler): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

/** The names of an object's own members and of those that its classes give it. */
function memberNames(object: object): string[] {
  const names = new Set(Object.keys(object));
  for (
    let prototype = Object.getPrototypeOf(object);
    prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const name of Object.getOwnPropertyNames(prototype)) names.add(name);
  }
  names.delete("constructor");
  return [...names];
}

/** Whether a name differs from a kind in case, underscores, or one letter in four at most. */
function isAlmost(name: string, kind: string): boolean {
  const [a, b] = [name, kind].map((text) => text.replaceAll("_", "").toLowerCase());
  return editDistance(a!, b!) <= Math.floor(b!.length / 4);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...a].entries()) {
    const next = [at + 1];
    for (const [column, other] of [...b].entries()) {
      const replaced = row[column]! + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, row[column + 1]! + 1, next[column]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}

/** Every kind of record; a misspelled `segment_request` would let every client in. */
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

const KINDS = Object.keys(STATUS_KINDS);
const KNOWN_KINDS = `known kinds: ${KINDS.join(", ")}`;

function isKind(name: string): boolean {
  return Object.hasOwn(STATUS_KINDS, name);
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
