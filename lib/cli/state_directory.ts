/**
 * Where this user or service keeps what it needs again.
 *
 * @module
 */

import type { CliIo } from "./io.ts";

/** @returns `undefined` when the environment names no place. */
export function stateDirectory(env: CliIo["env"]): string | undefined {
  const service = env.get("STATE_DIRECTORY");
  if (service) return service;
  const state = env.get("XDG_STATE_HOME");
  if (state) return `${state}/net-listen`;
  const home = env.get("HOME");
  return home ? `${home}/.local/state/net-listen` : undefined;
}
