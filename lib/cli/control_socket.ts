/**
 * The control socket of `listen`.
 *
 * @module
 */

import type { HttpControl } from "../control/mod.ts";
import { ControlSocket, makeSocketDirectory, socketName } from "../control/start.ts";
import { MAX_SOCKET_NAMES } from "../limits.ts";
import { ControlError, messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { CliIo } from "./io.ts";
import type { Serving } from "./serving.ts";

/** Answers requests. */
export type ControlService = Pick<HttpControl, "respond">;

/** An open control socket. */
export interface OpenControl {
  /** Removes the socket. */
  close(): Promise<void>;
}

/**
 * Opens the control socket of a listener.
 *
 * Without a path of its own it is nothing that the listener needs: a failure is logged.
 *
 * @param path Where; `false` for none, absent for one in the directory of this user.
 * @throws {ControlError} `control-in-use`, `control-failed` for a given path.
 */
export async function openControl(
  path: string | false | undefined,
  service: ControlService,
  listener: Serving,
  env: CliIo["env"],
  log: Logger,
): Promise<OpenControl | undefined> {
  if (path === false) return undefined;
  return path === undefined
    ? await openDefault(listener, service, env, log)
    : await ControlSocket.open(path, service);
}

async function openDefault(
  { name, addresses }: Serving,
  service: ControlService,
  env: CliIo["env"],
  log: Logger,
): Promise<ControlSocket | undefined> {
  try {
    const directory = makeSocketDirectory(env, Deno.uid() ?? 0);
    return await openFree(
      (attempt) => `${directory}/${socketName(name, addresses, attempt)}`,
      service,
    );
  } catch (error) {
    log.log("warn", "control-unavailable", { detail: messageOf(error) });
    return undefined;
  }
}

/** Listeners on several interfaces may have the same name and port. */
async function openFree(
  pathOf: (attempt: number) => string,
  service: ControlService,
): Promise<ControlSocket> {
  for (let attempt = 1;; attempt++) {
    try {
      return await ControlSocket.open(pathOf(attempt), service);
    } catch (error) {
      const isTaken = error instanceof ControlError && error.code === "control-in-use";
      if (!isTaken || attempt === MAX_SOCKET_NAMES) throw error;
    }
  }
}
