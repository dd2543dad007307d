/**
 * Listeners in several threads that share a port.
 *
 * @module
 */

export { Gate } from "../net/gate.ts";
export { LimitLog } from "../net/limit_log.ts";
export { limitsOfWorkers } from "../net/listen_limits.ts";
export type { PortCounts } from "../net/port_state.ts";
export { SilentCount } from "../net/silent_count.ts";
export { roomLimits, WaitingRoom } from "../net/waiting_room.ts";
export { AdmissionDesk } from "./admission_desk.ts";
export { Forwarding } from "./forward.ts";
export { fromPlain, type Letters, Link, toPlain } from "./link.ts";
export { RemoteClients } from "./remote_clients.ts";
export type { WorkerPort } from "./remote_client.ts";
export { RemoteWaiting } from "./remote_waiting.ts";
export type { ClientInfo, MainService, PortSetup, WorkerService } from "./services.ts";
export { openSharedPort, type SharedPort } from "./shared_port.ts";
export {
  giveBack,
  makeSharedBuffers,
  makeTable,
  nextSharedId,
  OwnerSlots,
} from "./shared_memory.ts";
export { WaitingDesk } from "./waiting_desk.ts";
export { openWorkerListener } from "./worker_listener.ts";
