/**
 * The connection of this process to the servers of its fleet.
 *
 * @module
 */

import { jetstream, type JetStreamClient } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import {
  type Authenticator,
  connect,
  credsAuthenticator,
  errors,
  type NatsConnection,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";
import { FleetError } from "../errors.ts";
import {
  FLEET_CONNECT_TIMEOUT_MS,
  FLEET_LOST_MS,
  FLEET_PING_MS,
  FLEET_RECONNECT_MS,
  FLEET_REPLICAS,
} from "../limits.ts";
import { type FleetNames, fleetNames, type Role } from "./names.ts";
import { identityOf } from "./server_identity.ts";
import { openingError } from "./opening_error.ts";
import { ServerChoice } from "./server_choice.ts";
import { outliveSocketErrors } from "./socket_errors.ts";

/** Where a fleet is, and how this process proves to its servers that it may use it. */
export interface FleetPlace {
  /** Such as `nats://127.0.0.1:4222`; the connection uses these and no others that they tell of. */
  readonly servers: readonly string[];
  /** The name of the fleet: several can share servers. */
  readonly name: string;
  /** Demands TLS; each part is PEM. */
  readonly tls?: FleetTls | undefined;
  /** The content of a credentials file of NATS. */
  readonly credentials?: Uint8Array | undefined;
  readonly user?: { readonly name: string; readonly password: string } | undefined;
}

export interface FleetTls {
  /** The authorities whose certificates servers may have; those of the system when absent. */
  readonly ca?: string | undefined;
  /** The certificate of this client. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** `away` while no server can be reached. */
export type FleetState = "connected" | "away";

/** The open connections of this process. */
const ours = new Set<FleetConnection>();

/** Cuts them. */
let cut: ReturnType<typeof setTimeout> | undefined;

/** A connection that reconnects until it is closed. */
export class FleetConnection {
  readonly nats: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly buckets: Kvm;
  readonly names: FleetNames;
  /** How many servers are to keep a copy of each bucket and stream. */
  readonly replicas: number;
  /** Whether the user has named as many servers, so that fewer copies are a failure. */
  readonly mustReplicate: boolean;
  readonly #listeners = new Set<(state: FleetState) => void>();
  readonly #refusals = new Set<(subject: string) => void>();
  readonly #choice: ServerChoice;
  #state: FleetState = "connected";
  #sinceMs = performance.now();
  /** When it left a server last. */
  #leftMs = -Infinity;
  /** Of the last server; there is none between two connections. */
  #maxMessageBytes: number;

  private constructor(nats: NatsConnection, place: FleetPlace, choice: ServerChoice) {
    this.nats = nats;
    this.#choice = choice;
    choice.connected(nats.getServer());
    this.#maxMessageBytes = nats.info!.max_payload;
    this.jetstream = jetstream(nats);
    this.buckets = new Kvm(this.jetstream);
    this.names = fleetNames(place.name);
    this.mustReplicate = place.servers.length >= FLEET_REPLICAS;
    const isCluster = nats.info?.cluster !== undefined;
    this.replicas = this.mustReplicate || isCluster ? FLEET_REPLICAS : 1;
    ours.add(this);
    void this.#watch();
  }

  /**
   * Connects to one of the servers.
   *
   * @param place Where.
   * @param label What the servers show of this connection.
   * @param role By which permissions of NATS keep the servers' answers apart.
   * @throws {FleetError} `fleet-unreachable`, `fleet-refused`.
   */
  static async open(
    place: FleetPlace,
    label: string,
    role: Role = "listeners",
  ): Promise<FleetConnection> {
    outliveSocketErrors();
    const choice = new ServerChoice();
    try {
      const nats = await connect({
        servers: [...place.servers],
        name: label,
        inboxPrefix: fleetNames(place.name).inbox(role),
        // A server may tell of addresses that are reached without TLS.
        ignoreClusterUpdates: true,
        tls: place.tls === undefined ? null : tlsOptions(place.tls, place.servers),
        authenticator: authenticators(place),
        timeout: FLEET_CONNECT_TIMEOUT_MS,
        maxReconnectAttempts: -1,
        ignoreAuthErrorAbort: true,
        reconnectTimeWait: FLEET_RECONNECT_MS,
        reconnectJitter: FLEET_RECONNECT_MS / 2,
        reconnectJitterTLS: FLEET_RECONNECT_MS / 2,
        reconnectToServer: (pool) => choice.choose(pool),
        pingInterval: FLEET_PING_MS,
        // The stack of each request costs more than the request.
        noAsyncTraces: true,
      });
      // The client has dropped the servers that it could not reach, which may come back.
      nats.setServers([...place.servers]);
      return new FleetConnection(nats, place, choice);
    } catch (error) {
      throw openingError(error, {
        servers: place.servers,
        isEncrypted: place.tls !== undefined,
        hasCertificate: place.tls?.cert !== undefined,
      });
    }
  }

  get state(): FleetState {
    return this.#state;
  }

  /** When the state changed last, in ms of `performance.now()`. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** The longest message that the server takes. */
  get maxMessageBytes(): number {
    const { info } = this.nats;
    if (info !== undefined) this.#maxMessageBytes = info.max_payload;
    return this.#maxMessageBytes;
  }

  /** @throws {FleetError} `fleet-unreachable` while it is away. */
  requireConnected(): void {
    if (this.#state === "connected") return;
    throw new FleetError("fleet-unreachable", "no server of the fleet can be reached");
  }

  /** Calls back at each change of the state. @returns Ends it. */
  onState(listener: (state: FleetState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls back with each subject that the servers do not let this user publish to. @returns Ends it. */
  onRefused(listener: (subject: string) => void): () => void {
    this.#refusals.add(listener);
    return () => void this.#refusals.delete(listener);
  }

  /**
   * Takes this connection, and the others of this process to the same server, to another server. This one
   * answers for itself alone: it may have been cut off from the others. Servers that are all in that state
   * are not tried without a pause: nothing is done for a connection that has not held for
   * {@linkcode FLEET_LOST_MS}, or that has left a server within that time where the server says that it is
   * cut off.
   *
   * @param isCutOff Whether the server says so.
   */
  leaveServer(isCutOff = false): void {
    const server = this.nats.getServer();
    for (const each of ours) if (each.nats.getServer() === server) each.#leave(isCutOff);
  }

  #leave(isCutOff: boolean): void {
    const nowMs = performance.now();
    const lastMs = isCutOff ? this.#leftMs : this.#sinceMs;
    if (this.#state === "away" || nowMs - lastMs < FLEET_LOST_MS) return;
    this.#leftMs = nowMs;
    void this.nats.reconnect();
  }

  /**
   * Bounds the end of this process: its connections that are still open when the time is over are cut, so
   * that servers which do not answer hold up nothing.
   */
  static endWithin(ms: number): void {
    if (ours.size === 0) return;
    cut ??= setTimeout(() => {
      for (const { nats } of ours) void nats.close();
    }, ms);
  }

  /** Whether this process is about to end: what its connections lose then is no news. */
  static get isEnding(): boolean {
    return cut !== undefined;
  }

  /** Ends the connection; what it has not sent is lost. */
  async close(): Promise<void> {
    ours.delete(this);
    if (ours.size === 0) {
      clearTimeout(cut);
      cut = undefined;
    }
    await this.nats.close();
  }

  async #watch(): Promise<void> {
    for await (const status of this.nats.status()) {
      const { type } = status;
      if (type === "disconnect" || type === "close") this.#change("away");
      else if (type === "reconnect") {
        this.#choice.connected(this.nats.getServer());
        this.#change("connected");
      }
      if (type === "error" && status.error instanceof errors.PermissionViolationError) {
        const { operation, subject } = status.error;
        if (operation === "publish") { for (const each of [...this.#refusals]) each(subject); }
      }
    }
  }

  #change(state: FleetState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#sinceMs = performance.now();
    for (const listener of [...this.#listeners]) listener(state);
  }
}

function authenticators({ credentials, user }: FleetPlace): Authenticator[] {
  const all: Authenticator[] = [];
  if (credentials !== undefined) all.push(credsAuthenticator(credentials));
  if (user !== undefined) all.push(usernamePasswordAuthenticator(user.name, user.password));
  return all;
}

/** The client takes an option that is there and has no value for a file that it cannot read. */
function tlsOptions({ ca, cert, key }: FleetTls, servers: readonly string[]) {
  return {
    checkServerIdentity: identityOf(servers),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
