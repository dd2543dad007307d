/**
 * The listener of a worker.
 *
 * @module
 */

import type { Handler } from "../handlers/types.ts";
import { bindShared } from "../net/bind.ts";
import type { Listener } from "../net/listener.ts";
import { makeListener, type NetListenOptions } from "../net_listen.ts";
import type { Link } from "./link.ts";
import type { MainService, PortSetup } from "./services.ts";
import type { RemoteWaiting } from "./remote_waiting.ts";
import { workerState } from "./worker_state.ts";

/**
 * Binds the port beside the other workers and begins to listen.
 *
 * @throws {ApiMisuseError} `bad-handler`, `bad-argument`.
 * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
 */
export function openWorkerListener<Local extends object>(
  main: Link<Local, MainService>,
  setup: PortSetup,
  waiting: RemoteWaiting,
  handler: Handler,
  options: NetListenOptions,
): Listener {
  return makeListener(setup.name, handler, options, {
    state: workerState(main, setup, waiting),
    sockets: () => bindShared(setup.sockets),
  });
}
