/**
 * `listen --handler`: the module that handles clients.
 *
 * @module
 */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Handler } from "../mod.ts";
import { ApiMisuseError, messageOf } from "../errors.ts";

/**
 * Imports the default export of a module; `netListen` checks it further.
 *
 * @param path A file, relative to the current directory.
 * @throws {ApiMisuseError} `bad-handler` when it cannot be loaded or is no handler.
 */
export async function loadHandler(path: string): Promise<Handler> {
  let loaded: { default?: unknown };
  try {
    loaded = await import(pathToFileURL(resolve(path)).href);
  } catch (cause) {
    const text = messageOf(cause).replace(/\s+/g, " ");
    throw new ApiMisuseError("bad-handler", `cannot load the handler ${path}: ${text}`, { cause });
  }
  const handler = loaded.default;
  if (typeof handler === "function" || (typeof handler === "object" && handler !== null)) {
    return handler as Handler;
  }
  throw new ApiMisuseError(
    "bad-handler",
    `the handler ${path} has no default export that is a function or an object of functions`,
  );
}
