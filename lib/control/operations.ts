/**
 * What can be asked of a listener from outside: the one description that server, client and
 * documentation follow.
 *
 * @module
 */

import type { Snapshot } from "../handlers/pictures/snapshot.ts";
import type { ArgumentsOf, Content, ValuesOf } from "./description.ts";
import { CLIENT_OPERATIONS } from "./operations/clients.ts";
import { FILE_OPERATIONS } from "./operations/files.ts";
import { KEY_OPERATIONS } from "./operations/keys.ts";
import { LINK_OPERATIONS } from "./operations/links.ts";
import { LISTENER_OPERATIONS } from "./operations/listener.ts";

export const OPERATIONS = {
  ...LISTENER_OPERATIONS,
  ...CLIENT_OPERATIONS,
  ...FILE_OPERATIONS,
  ...KEY_OPERATIONS,
  ...LINK_OPERATIONS,
} as const;

type Operations = typeof OPERATIONS;
export type OperationName = keyof Operations;

/** The arguments of an operation. */
export type Arguments<K extends OperationName> = ArgumentsOf<Operations[K]["params"]>;

/** An object with the fields of an operation. */
export type Row<K extends OperationName> = ValuesOf<Operations[K]["fields"]>;

/** What comes of an operation. */
export type Result<K extends OperationName> = Operations[K]["result"] extends "object" ? Row<K>
  : Operations[K]["result"] extends "rows" ? readonly Row<K>[]
  : Operations[K]["result"] extends "lines" ? ReadableStream<string>
  : Operations[K]["result"] extends "picture" ? Snapshot
  : Operations[K]["result"] extends "content" ? Content
  : string;

/** What performs all operations: a listener, or a way to one. */
export type Controlled = {
  readonly [K in OperationName]: (args: Arguments<K>) => Result<K> | Promise<Result<K>>;
};
