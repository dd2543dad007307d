/**
 * The state of a port as the listener of a worker sees it.
 *
 * @module
 */

import { Gate } from "../net/gate.ts";
import type { LimitLog } from "../net/limit_log.ts";
import { CurrentLimits } from "../net/listen_limits.ts";
import type { PortState } from "../net/port_state.ts";
import type { Link } from "./link.ts";
import { RemoteAdmission } from "./remote_admission.ts";
import type { MainService, PortSetup } from "./services.ts";
import type { RemoteWaiting } from "./remote_waiting.ts";
import { nextSharedId, SharedDecoders, SharedMemory } from "./shared_memory.ts";

/** Joins the port. @param waiting Tells the main thread of connections that have not logged in. */
export function workerState(
  main: Link<object, MainService>,
  setup: PortSetup,
  waiting: RemoteWaiting,
): PortState {
  const memory = new SharedMemory(setup.buffers, setup.held);
  const limits = new CurrentLimits();
  const limitLog: Pick<LimitLog, "reached" | "close"> = {
    reached: (limit, hostname, fields) => main.tell("limitReached", limit, hostname, fields),
    close() {},
  };
  const gate = new Gate({ limits, log: limitLog, buffer: setup.networks });
  if (setup.tellsLogins) {
    gate.watch = {
      failed: (network) => main.tell("loginFailed", network),
      trusted: (network) => main.tell("networkTrusted", network),
    };
  }
  return {
    id: setup.listenerId,
    memory,
    decoders: new SharedDecoders(setup.buffers, setup.held),
    waiting,
    limits,
    gate,
    limitLog,
    silent: {
      add: (hostname) => main.tell("silent", hostname),
      close() {},
    },
    all: {
      deleteImage: () => main.tell("closeAll", false),
      shutdown: () => main.tell("closeAll", true),
    },
    nextId: () => nextSharedId(setup.buffers),
    async openAdmission() {
      await main.ask("listening");
      return new RemoteAdmission(main, memory);
    },
  };
}
