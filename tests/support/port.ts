import { KeyAdmission } from "../../lib/net/key_admission.ts";
import type { KeyClients } from "../../lib/net/key_clients.ts";
import type { Logger } from "../../lib/log.ts";
import { CurrentLimits } from "../../lib/net/listen_limits.ts";
import { localState, type PortState } from "../../lib/net/port_state.ts";
import { SERVER_KEY } from "./pair.ts";

/** The state of a port that lets in all keys, without a keystore. */
export function acceptAll(log: Logger, maxClients: number): PortState {
  const authority = {
    identity: () => SERVER_KEY,
    accepts: () => ({ accepted: true } as const),
    enrolment: () => ({ reserve: () => undefined }),
  };
  const limits = new CurrentLimits({ maxClients });
  const open = (clients: KeyClients) =>
    Promise.resolve(new KeyAdmission(authority, limits, clients));
  return localState(open, limits, log);
}
