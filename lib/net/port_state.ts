/**
 * What the listeners of one port share. Usually there is one listener, and all is local; where several
 * threads listen on the port, their listeners reach it by messages and shared memory.
 *
 * @module
 */

import type { Share } from "../bytes/fair_share.ts";
import type { DecoderCount } from "../decoders/h264/worker/decoder_pool.ts";
import type { Logger } from "../log.ts";
import type { Admission } from "./admission.ts";
import { Gate } from "./gate.ts";
import { LimitLog } from "./limit_log.ts";
import { KeyClients } from "./key_clients.ts";
import type { CurrentLimits } from "./listen_limits.ts";
import type { ListenSource } from "./listen_types.ts";
import { SilentCount } from "./silent_count.ts";
import type { WaitingWatch } from "./waiting_room.ts";

/** The state of one port, as one of its listeners sees it. */
export interface PortState {
  /** The number by which handlers know the listener. */
  readonly id: number;
  /** The memory of the pictures of all clients; that of the process when absent. */
  readonly memory?: Share;
  /** The decoders of H.264 of all listeners; those of this one when absent. */
  readonly decoders?: DecoderCount;
  /** Learns which connections have not logged in, and ends them when all listeners have too many. */
  readonly waiting?: WaitingWatch;
  /** What clients and strangers may use. */
  readonly limits: CurrentLimits;
  /** Decides about new connections. */
  readonly gate: Gate;
  /** What other hosts of a fleet may count together with it; absent where another thread has it. */
  readonly counts?: PortCounts;
  /** Learns when limits are reached. */
  readonly limitLog: Pick<LimitLog, "reached" | "close">;
  /** Counts connections that end without having sent a byte. */
  readonly silent: Pick<SilentCount, "add" | "close">;
  /** Closes all listeners for a handler; absent where there is one. */
  readonly all?: Pick<ListenSource, "deleteImage" | "shutdown">;
  /** Gives the next number by which handlers know a segment. */
  nextId(): number;
  /** Opens what decides about keys, once the port is bound; clients wait until it is there. */
  openAdmission(): Promise<Admission>;
}

/** What is counted at a port. */
export interface PortCounts {
  readonly gate: Gate;
  readonly clients: KeyClients;
}

let lastSourceId = 0;

/** Gives the next number by which handlers know a listener or a segment of this process, from 1. */
export function nextSourceId(): number {
  return ++lastSourceId;
}

/** Makes the state of a port that has one listener. */
export function localState(
  openAdmission: (clients: KeyClients) => Promise<Admission>,
  limits: CurrentLimits,
  log: Logger,
): PortState {
  const limitLog = new LimitLog(log);
  const gate = new Gate({ limits, log: limitLog });
  const clients = new KeyClients();
  return {
    id: nextSourceId(),
    limits,
    gate,
    counts: { gate, clients },
    limitLog,
    silent: new SilentCount(log),
    nextId: nextSourceId,
    openAdmission: () => openAdmission(clients),
  };
}
