/**
 * What the main thread and the workers of a port call of each other.
 *
 * @module
 */

import type { SocketAddress } from "../address.ts";
import type { ViewsHere, ViewsThere } from "../control/remote_views.ts";
import type { ClientsControl, ThreadFigures, WatchedLine } from "../control/clients.ts";
import type { SurfaceContent } from "../decoders/surface_view.ts";
import type { TextGrid } from "../decoders/text_grid.ts";
import type { LogFields, LogLevel } from "../log.ts";
import type { NetworkNumber } from "../net/address.ts";
import type { LimitInForce, ListenLimits } from "../net/listen_limits.ts";
import type { EnrolmentPlaces } from "../net/authority.ts";
import type { Peer } from "../segment/peer.ts";
import type { IoTable, Status } from "../segment/status.ts";
import type { Admitted } from "./admission_desk.ts";
import type { PlainError } from "./link.ts";
import type { SharedBuffers } from "./shared_memory.ts";

/** How a worker takes part in a port. */
export interface PortSetup {
  /** The number by which handlers know the listener. */
  readonly listenerId: number;
  /** The listening name, if any. */
  readonly name: string | undefined;
  /** Where to listen: the addresses of each socket. */
  readonly sockets: readonly (readonly SocketAddress[])[];
  readonly buffers: SharedBuffers;
  /** What is counted for each network, by all workers. */
  readonly networks: SharedArrayBuffer;
  /** Whether the main thread wants to learn what {@linkcode LoginWatch} does. */
  readonly tellsLogins: boolean;
  /** The table of what this worker holds. */
  readonly held: SharedArrayBuffer;
}

/** What a handler is shown of a client in a worker, besides its records. */
export interface ClientInfo {
  readonly id: number;
  readonly segkind: string;
  readonly title: string;
  readonly peer: Peer;
}

/** What a client shows, copied. */
export interface SurfaceCopy {
  readonly width: number;
  readonly height: number;
  readonly content: SurfaceContent;
  readonly origoLl: boolean;
  readonly revision: number;
  readonly pixels: Uint8Array<ArrayBuffer> | undefined;
  readonly grid: GridCopy | undefined;
}

/** A grid of text, copied. */
export type GridCopy = Pick<
  TextGrid,
  | "cols"
  | "rows"
  | "codePoints"
  | "foreground"
  | "background"
  | "attributes"
  | "cursor"
  | "backgroundColor"
  | "backgroundAlpha"
>;

/** What workers call of the main thread. */
export interface MainService extends ViewsHere {
  /** The port is bound. The worker is told secret and limits. Returns when clients may come. */
  listening(): Promise<void>;
  /** The worker cannot listen, or has no handler. */
  failed(error: PlainError): void;
  /**
   * The listener has ended, its clients have left and their records are delivered.
   *
   * @param figures The last ones, if any were asked for at all.
   */
  finished(figures: ThreadFigures | undefined): void;
  /** A handler ends the worker by itself. @param exitCode Given when it ends the process. */
  ends(figures: ThreadFigures | undefined, exitCode?: number): void;
  /** A handler closes the listener. @param clients Whether the clients are asked to leave, too. */
  closeAll(clients: boolean): void;
  /** See {@linkcode AdmissionDesk.admit}. */
  admit(
    id: number,
    publicKey: Uint8Array,
    address: string,
    places: EnrolmentPlaces,
  ): Promise<Admitted>;
  /** See {@linkcode Admission.revoked}. */
  revoked(): readonly string[] | Promise<readonly string[]>;
  /** See {@linkcode Admission.revocation}. Never settles where only looking tells. */
  revocation(): Promise<void>;
  /** See {@linkcode AdmissionDesk.arrive}. */
  arrive(id: number): Promise<number>;
  /** See {@linkcode AdmissionDesk.enrol}. */
  enrol(id: number): Promise<number | undefined>;
  /** See {@linkcode AdmissionDesk.leave}. */
  leave(id: number): void;
  /** A connection has not logged in; a number that is known has sent a valid packet since. */
  waits(id: number, hostname: string, isExempt: boolean, hasVerified: boolean): void;
  /** It has logged in, or ended. */
  waitsNoMore(id: number): void;
  /** See {@linkcode SilentCount.add}. */
  silent(hostname: string | undefined): void;
  /** See {@linkcode LoginWatch.failed}. */
  loginFailed(network: NetworkNumber): void;
  /** See {@linkcode LoginWatch.trusted}. */
  networkTrusted(network: NetworkNumber): void;
  /** See {@linkcode LimitLog.reached}. */
  limitReached(limit: string, hostname: string | undefined, fields: LogFields | undefined): void;
  log(level: LogLevel, event: string, fields: LogFields | undefined): void;
  /** Prints lines on standard output. Returns when the worker may send more. */
  print(lines: string): Promise<void> | undefined;
  /** Prints text on standard error. */
  printError(text: string, sender: number | undefined): void;
  /** The first record of a source was printed. */
  opened(id: number): void;
  /** The last record of a source was printed. */
  ended(id: number): void;
  /** A recording or picture may have been stored. */
  stored(): void;
  /** Asks the handler of the main thread about a client. Returns when it has decided. */
  request(request: number, peer: Peer | undefined): Promise<void> | void;
  /** Gives records to those that watch. @param lost How many were left out behind them. */
  watched(lines: readonly WatchedLine[], lost: number): void;
  /** Gives the handler of the main thread a record. Returns when it is done. */
  record(
    client: ClientInfo,
    status: Status,
    input: IoTable | undefined,
  ): Promise<void> | void;
}

/** What the main thread calls of a worker. */
export interface WorkerService extends ViewsThere {
  /** Sets the secret, as {@linkcode ListenSource.targetInput}. */
  setSecret(secret: string): void;
  /** See {@linkcode Listener.setLimits}. */
  setLimits(limits: ListenLimits): void;
  /** See {@linkcode Listener.limits}. */
  limits(): readonly LimitInForce[];
  /**
   * Ends a connection that has not logged in.
   *
   * @param hadVerified What is known here; one that has sent a valid packet since may wait again.
   */
  evict(id: number, detail: string, hadVerified: boolean): void;
  /** See {@linkcode Listener.closePort}. */
  closePort(): Promise<void> | void;
  /** Takes no more clients. */
  close(): void;
  /** Asks the clients to leave, and holds up none any more. @param lastWords Why. */
  closeClients(lastWords: string): void;
  /** Writes a picture of each client. */
  snapshot(): void;
  /** Accepts the client of a request. Returns the number of its source. */
  accept(request: number, size: readonly number[]): ClientInfo;
  /** Calls a method of {@linkcode ClientsControl}. */
  control(method: keyof ClientsControl, args: readonly unknown[]): unknown;
  /** Calls a verb of a client. */
  call(id: number, verb: string, args: readonly unknown[]): unknown;
  /** Copies what a client shows; `undefined` when that has the revision, or the client has left. */
  surface(id: number, revision: number): SurfaceCopy | undefined;
}
