/**
 * The two shapes of a handler: a function as in Lua, or an object with a function for each kind of
 * record.
 *
 * @module
 */

import { ApiMisuseError } from "../errors.ts";
import type { Authorize, ListenHandler, ListenSource, ListenStatus } from "../net/listen_types.ts";
import type { Source } from "../segment/source.ts";
import { type IoTable, RECORDS, type Status } from "../segment/status.ts";

/**
 * A function for each kind of record that the handler needs, for records of the listener and of its
 * clients; `source.role` tells them apart. Clients are accepted automatically and handled by the same
 * object. A `segment_request` function replaces that, and decides about subsegments too. `authorize`
 * comes before all of them and may refuse a client, see {@linkcode Authorize}.
 */
export type HandlerObject =
  & { readonly authorize?: Authorize }
  & {
    readonly [K in Status["kind"]]?: (
      source: K extends ListenStatus["kind"] ? ListenSource | Source : Source,
      status: Extract<Status, { readonly kind: K }>,
      input?: IoTable,
    ) => void | Promise<void>;
  };

/** The default export of a handler module: a function as in Lua, or an object. */
export type Handler = ListenHandler | HandlerObject;

const KINDS: readonly string[] = RECORDS.map(({ kind }) => kind).sort();
/** The names that mean something in an object. */
const MEMBERS: readonly string[] = ["authorize", ...KINDS];
const KNOWN_KINDS = `known kinds: ${KINDS.join(", ")}`;

/**
 * Turns a handler of either shape into a function.
 *
 * The functions of an object may be its own, inherited from a class, or given by getters; they are
 * called with the object as `this`. Names are checked, because a misspelled `segment_request` would
 * accept every client: a plain object has only names of kinds; an instance of a class may have helper
 * methods, but none whose name looks like a misspelled kind.
 *
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
  const members = names.filter((name) => MEMBERS.includes(name));
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(handler));
  for (const name of names.filter((name) => !MEMBERS.includes(name))) {
    if (isPlain) refuse(`has a member "${name}", which is no kind of record; ${KNOWN_KINDS}`);
    const member = MEMBERS.find((member) => isAlmost(name, member));
    if (member === undefined || typeof value(name) !== "function") continue;
    refuse(
      `has a method "${name}", which looks like "${member}"; rename it to ${member} or #${name}`,
    );
  }
  if (members.length === 0) refuse(`has no function for a kind of record; ${KNOWN_KINDS}`);
  for (const member of members) {
    if (typeof value(member) === "function") continue;
    refuse(`has a ${typeof value(member)} as "${member}", must be a function`);
  }
  return fromObject(handler);
}

/** The function `authorize` of a handler that is an object, checked by {@linkcode asFunction}. */
export function authorizeOf(handler: Handler): Authorize | undefined {
  if (typeof handler === "function" || handler.authorize === undefined) return undefined;
  return (peer) => handler.authorize!(peer);
}

function refuse(what: string): never {
  throw new ApiMisuseError("bad-handler", `the handler ${what}`);
}

function isClass(value: ListenHandler): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

/** Includes inherited members, except those of `Object`. */
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

/** Whether a name differs from a kind only in case, underscores, and at most one letter in four. */
function isAlmost(name: string, kind: string): boolean {
  const [a, b] = [name, kind].map((text) => text.replaceAll("_", "").toLowerCase());
  return editDistance(a!, b!) <= Math.floor(b!.length / 4);
}

/** Levenshtein distance; a dependency would need more upkeep than these lines. */
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
