/**
 * The control socket of `listen`.
 *
 * @module
 */

import {
  type Controlled,
  ControlSocket,
  type ControlTarget,
  HttpControl,
  ListenerControl,
  makeSocketDirectory,
  socketName,
} from "../control/mod.ts";
import type { KeyStorage } from "../../keystore/mod.ts";
import { MAX_SOCKET_NAMES } from "../limits.ts";
import { ControlError, messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { CliIo } from "./io.ts";
import type { Served, Serving } from "./serving.ts";
import type { Shutdown } from "./shutdown.ts";

/** An open control socket. */
export interface OpenControl {
  /** Removes the socket. */
  close(): Promise<void>;
}

/** The control interface of a listener. */
export function makeControl(
  served: Served,
  keystore: KeyStorage,
  shutdown: Pick<Shutdown, "isDraining" | "drain">,
  { log, links }: Pick<ControlTarget, "log" | "links">,
): ListenerControl {
  const { listener, threads, limits } = served;
  const control: ListenerControl = new ListenerControl({
    id: listener.id,
    name: listener.name,
    addresses: listener.addresses,
    get isClosed() {
      return listener.isClosed;
    },
    get isDraining() {
      return shutdown.isDraining;
    },
    close: () => listener.close(),
    drain: (seconds) => shutdown.drain(seconds),
    limits,
    recordings: served.recordings,
    threads: () => threads(control),
    get ended() {
      return served.ended;
    },
    get elsewhere() {
      return served.counts.clients.elsewhere;
    },
    log,
    links,
  }, keystore);
  // From now on the threads give what they are asked for, such as the files that clients have offered.
  threads(control);
  return control;
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
  control: Controlled,
  listener: Serving,
  env: CliIo["env"],
  log: Logger,
): Promise<OpenControl | undefined> {
  if (path === false) return undefined;
  const http = new HttpControl(control, log);
  return path === undefined
    ? await openDefault(listener, http, env, log)
    : await ControlSocket.open(path, http);
}

async function openDefault(
  { name, addresses }: Serving,
  http: HttpControl,
  env: CliIo["env"],
  log: Logger,
): Promise<ControlSocket | undefined> {
  try {
    const directory = makeSocketDirectory(env, Deno.uid() ?? 0);
    return await openFree(
      (attempt) => `${directory}/${socketName(name, addresses, attempt)}`,
      http,
    );
  } catch (error) {
    log.log("warn", "control-unavailable", { detail: messageOf(error) });
    return undefined;
  }
}

/** Listeners on several interfaces may have the same name and port. */
async function openFree(
  pathOf: (attempt: number) => string,
  http: HttpControl,
): Promise<ControlSocket> {
  for (let attempt = 1;; attempt++) {
    try {
      return await ControlSocket.open(pathOf(attempt), http);
    } catch (error) {
      const isTaken = error instanceof ControlError && error.code === "control-in-use";
      if (!isTaken || attempt === MAX_SOCKET_NAMES) throw error;
    }
  }
}
