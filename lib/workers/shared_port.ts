/**
 * A port that several workers will listen on, as the main thread prepares it.
 *
 * @module
 */

import type { KeyStorage } from "../../keystore/mod.ts";
import { DEFAULT_PORT, type SocketAddress } from "../address.ts";
import type { Logger } from "../log.ts";
import type { Admission } from "../net/admission.ts";
import { bind, holdPorts } from "../net/bind.ts";
import { KeyClients } from "../net/key_clients.ts";
import { CurrentLimits, type ListenLimits } from "../net/listen_limits.ts";
import { openAddresses } from "../net/open_addresses.ts";
import { openAdmission } from "../net_listen.ts";

/** Where workers listen, what decides about keys, and what clients may use. */
export interface SharedPort {
  /** The addresses of each socket. */
  readonly sockets: readonly (readonly SocketAddress[])[];
  /** Called when the first workers listen: until then the ports are kept from other programs. */
  readonly letGo: () => void;
  readonly admission: Admission;
  /** The clients of each key at all workers. */
  readonly clients: KeyClients;
  readonly limits: CurrentLimits;
  /** Our own private key. */
  readonly identity: () => Uint8Array;
}

/** Where to listen: at addresses of TCP, or at an interface and a port. */
export interface SharedPlace {
  readonly addresses: readonly string[] | undefined;
  readonly hostname: string | undefined;
  /** 0 for any. */
  readonly port: number | undefined;
}

/**
 * Finds a port that no other program uses, and keeps it for workers. Whether another program uses it, only
 * a socket that shares no port tells, and a socket of workers has to share it. So one follows the other,
 * and there are some microseconds in between; a program of this user that shares the same port by then
 * gets a part of the clients.
 *
 * @throws {ApiMisuseError} `bad-argument` for a limit that cannot be.
 * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
 * @throws {KeystoreError} When there is no key to answer with.
 */
export async function openSharedPort(
  { addresses, hostname, port = DEFAULT_PORT }: SharedPlace,
  keystore: KeyStorage,
  given: Partial<ListenLimits>,
  log: Logger,
): Promise<SharedPort> {
  const limits = new CurrentLimits(given);
  const clients = new KeyClients();
  const admission = await openAdmission(keystore, { limits, clients }, log);
  const bound = addresses === undefined ? bind(hostname, port) : await openAddresses(addresses);
  for (const { socket } of bound) socket.close();
  const sockets = bound.map(({ addresses }) => addresses);
  return {
    sockets,
    letGo: holdPorts(sockets),
    admission,
    clients,
    limits,
    identity: () => keystore.identity().privateKey,
  };
}
