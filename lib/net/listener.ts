/**
 * A listening socket, and the clients that it lets in.
 *
 * @module
 */

import type { SocketAddress } from "../address.ts";
import { type A12Error, ApiMisuseError, LimitError } from "../errors.ts";
import { DecoderPool } from "../decoders/h264/worker/decoder_pool.ts";
import type { RecordTap } from "../segment/delivery.ts";
import type { Share } from "../bytes/fair_share.ts";
import { TurnoverSet } from "../bytes/turnover.ts";
import { encodeUtf8 } from "../bytes/text.ts";
import { DEFAULT_SECRET } from "../wire/constants.ts";
import { type Accepted, remoteOf } from "./accepted.ts";
import { Acceptor } from "./acceptor.ts";
import type { Admission } from "./admission.ts";
import type { EnrolmentPlaces } from "./authority.ts";
import { callHandler } from "./call_handler.ts";
import { Connection, type ListenerPort } from "./connection.ts";
import { Counters } from "./counters.ts";
import { internalError } from "./faults.ts";
import type { ClientView } from "./live_client.ts";
import { HANDOVER_REQUEST, HandoverSource } from "./handover.ts";
import {
  LIMIT_ROWS,
  type LimitInForce,
  limitsInForce,
  type ListenLimits,
} from "./listen_limits.ts";
import type { ListenSource, ListenStatus } from "./listen_types.ts";
import type { Source } from "../segment/source.ts";
import type { ListenerOptions } from "./listener_options.ts";
import { Logins } from "./logins.ts";
import { Patrol } from "./patrol.ts";
import type { PortCounts, PortState } from "./port_state.ts";
import { Revocations } from "./revocations.ts";
import { parseSecret } from "./secret.ts";
import { ProxyArrivals } from "./proxy/arrivals.ts";
import { Signal } from "./signal.ts";
import { serverSession } from "./server_session.ts";
import { roomLimits, WaitingRoom } from "./waiting_room.ts";

/** What the control interface sees of a listener. */
export interface ListenerView {
  /** What was counted since it began. */
  readonly counters: Counters;
  /** Looks at the records of the listener and of its clients. */
  readonly tap: RecordTap;
  /** The memory of the pictures of all clients; that of the process when absent. */
  readonly memory: Share | undefined;
  /** See {@linkcode PortState.counts}. */
  readonly counts: PortCounts | undefined;
  /** How many connections have not logged in. */
  unauthenticated(): number;
  /** Describes the clients that were handed over and have not left. */
  clients(): ClientView[];
}

/** Gives the view of a listener, which is no part of its public face. */
export let viewOf: (listener: Listener) => ListenerView;

/** A listener: lets clients in until it is closed; those that it let in live on. */
export class Listener implements ListenSource {
  /** Tells it apart from a client's source. */
  readonly role = "listener" as const;
  /** Always `undefined`: the source of each request has the peer of that request. */
  readonly peer: undefined = undefined;
  /** A number that no other source of this process has. */
  readonly id: number;
  /** The listening name, if any. */
  readonly name: string | undefined;
  /** Where it listens; with the real port also when 0 was asked for. */
  readonly addresses: readonly SocketAddress[];
  readonly #options: ListenerOptions;
  readonly #acceptor: Acceptor;
  readonly #state: PortState;
  readonly #waiting: WaitingRoom;
  readonly #proxies: ProxyArrivals;
  readonly #logins = new Logins();
  readonly #connections = new TurnoverSet<Connection>();
  /** Those that have logged in. */
  readonly #clients = new TurnoverSet<Connection>();
  readonly #patrol: Patrol;
  /** Connections, and headers of proxies, that have not ended. */
  #running = 0;
  readonly #ended = new Signal();
  readonly #stopped: Promise<void>;
  readonly #finished: Promise<void>;
  readonly #decoders: DecoderPool;
  readonly #counters = new Counters();
  readonly #tap: RecordTap = {};
  #places: EnrolmentPlaces;
  #admission: Admission | undefined;
  #failure: A12Error | undefined;
  #revocations: Revocations | undefined;
  #hasLetIn = false;
  #isClosed = false;

  /**
   * Begins to listen.
   *
   * @param options Name, sockets, keys and handler.
   */
  constructor(options: ListenerOptions) {
    this.#options = options;
    this.name = options.name;
    const { sockets, state } = options;
    this.#state = state;
    this.#patrol = new Patrol(this.#connections, this.#clients, state.gate);
    this.id = state.id;
    this.#places = { name: this.name, secret: encodeUtf8(DEFAULT_SECRET), count: 0 };
    this.#waiting = new WaitingRoom(roomLimits(state.limits), state.limitLog, state.waiting);
    this.#decoders = options.decoders ??
      new DecoderPool(state.decoders && { count: state.decoders });
    this.addresses = sockets.flatMap(({ addresses }) => addresses);
    const port = this.#makePort();
    this.#proxies = new ProxyArrivals(options.proxies ?? [], {
      log: options.log,
      counters: this.#counters,
      silent: state.silent,
      welcome: (socket, remote) => this.#welcome(socket, remote, port),
    });
    this.#acceptor = new Acceptor(sockets, {
      log: options.log,
      take: (socket, { addresses: [local] }) => {
        const from = remoteOf(socket, local!);
        if (!this.#proxies.isProxy(from.hostname)) return this.#welcome(socket, from, port);
        this.#logins.begin(socket);
        this.#track(this.#proxies.receive(socket, from).finally(() => this.#logins.end(socket)));
      },
      lost: (error) => {
        options.log.log("debug", "lost-before-accept", { detail: String(error) });
        this.#counters.loginEnded("silent");
        state.silent.add(undefined);
      },
      makeRoom: () => this.#waiting.makeRoom(),
    });
    this.#stopped = this.#run();
    this.#finished = this.#finish();
  }

  static {
    viewOf = (listener) => ({
      counters: listener.#counters,
      tap: listener.#tap,
      memory: listener.#state.memory,
      counts: listener.#state.counts,
      unauthenticated: () => listener.#waiting.size,
      clients: () => [...listener.#clients].flatMap((connection) => connection.view() ?? []),
    });
  }

  /** The first of {@linkcode addresses}. */
  get address(): SocketAddress {
    return this.addresses[0]!;
  }

  /** The clients that were handed over and have not left. */
  get clients(): Source[] {
    return [...this.#clients].flatMap(({ source }) => source ?? []);
  }

  /** Whether it takes no more clients. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What ended it; `undefined` before its end, and when it was closed. */
  get failure(): A12Error | undefined {
    return this.#failure;
  }

  /** Settles when it has ended and its handler has got `terminated`. */
  get stopped(): Promise<void> {
    return this.#stopped;
  }

  /** Settles when it has ended and all its clients have left. */
  finished(): Promise<void> {
    return this.#finished;
  }

  /**
   * Replaces all limits, for connections and clients that come then; time limits also end clients that
   * are there. Limits that are absent get their defaults.
   *
   * @param limits The new limits.
   * @throws {ApiMisuseError} `bad-argument`; then the limits stay as they were.
   */
  setLimits(limits: Partial<ListenLimits>): void {
    this.#state.limits.replace(limits);
  }

  /** The limits in force, and how much of each is used. */
  get limits(): LimitInForce[] {
    const { limits, gate } = this.#state;
    const { all, perNetwork } = this.#waiting.used;
    return limitsInForce(limits.all, {
      maxClients: this.#clients.size,
      maxClientsPerKey: 0,
      ...this.#admission?.used,
      maxUnauthenticated: all,
      maxUnauthenticatedPerNetwork: perNetwork,
      ...gate.used,
      ...this.#patrol.used,
    });
  }

  acceptTarget(): never {
    throw new ApiMisuseError("wrong-state", "acceptTarget outside a segment_request");
  }

  targetInput(secret: string): void {
    if (this.#hasLetIn) {
      throw new ApiMisuseError(
        "too-late",
        "the secret must be set before the first client is let in; close this listener and open another",
      );
    }
    const parsed = parseSecret(secret);
    this.#places = { name: this.name, secret: parsed.secret, count: parsed.enrolments };
    // Logins under way were begun under the old secret.
    this.#waiting.clear(new LimitError("secret-changed", "the secret was set during the login"));
  }

  deleteImage(): void {
    if (this.#state.all !== undefined) this.#state.all.deleteImage();
    else this.close();
  }

  /** Takes no more connections; settles, and closes, when the logins that are under way have ended. */
  closePort(): Promise<void> {
    this.#acceptor.close();
    return this.#logins.over();
  }

  /** Takes no more clients and ends logins; clients that were handed over live on. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#acceptor.close();
    this.#state.silent.close();
    this.#state.limitLog.close();
    const reason = new LimitError("listener-closed", "the listener was closed");
    this.#waiting.clear(reason);
    this.#proxies.clear(reason);
    this.#logins.clear();
  }

  /**
   * Asks every client that has logged in to exit; those that have not left after a short time are cut
   * off. Clients that log in later stay.
   *
   * @param lastWords Why, for the clients; the reference does not show them.
   */
  closeClients(lastWords = ""): void {
    for (const connection of this.#clients) connection.exitClient(lastWords);
  }

  shutdown(): void {
    if (this.#state.all !== undefined) return this.#state.all.shutdown();
    this.close();
    this.closeClients();
  }

  /** Closes the listener and cuts every client off at once. */
  abort(): void {
    this.close();
    for (const connection of this.#clients) connection.end();
  }

  async #run(): Promise<void> {
    try {
      const admission = await this.#state.openAdmission();
      // A handler that is slow with this record must not delay clients.
      void this.#call(this, { kind: "preroll", segkind: "network-server", source_audio: this.id });
      this.#admission = admission;
      this.#revocations = new Revocations(admission, this.#clients);
      await this.#acceptor.run();
      await this.#logins.over();
    } catch (error) {
      const { code, message } = this.#failure = internalError(error);
      this.#options.log.log("error", "listener-failed", { reason: code, detail: message });
    } finally {
      this.close();
    }
    await this.#call(this, { kind: "terminated", last_words: this.#failure?.code ?? "" });
  }

  async #finish(): Promise<void> {
    await this.#stopped;
    await this.#ended.until(() => this.#running === 0);
    this.#revocations?.close();
    this.#patrol.close();
    await this.#admission?.close?.();
  }

  /** @param remote The address that limits, conditions of keys and log lines are about. */
  #welcome(socket: Accepted, remote: SocketAddress, port: ListenerPort): void {
    if (!this.#state.gate.admits(remote.hostname)) {
      this.#counters.loginEnded("closed_out");
      return socket.close();
    }
    try {
      socket.setNoDelay?.(true);
      socket.setKeepAlive?.(true);
    } catch {
      // The other end has gone.
      socket.close();
      this.#counters.loginEnded("silent");
      this.#state.silent.add(remote.hostname);
      return;
    }
    const session = serverSession(this.#options, this.#places.secret);
    const connection = new Connection(port, socket, remote, session);
    this.#connections.add(connection);
    this.#logins.begin(connection);
    this.#waiting.enter(connection);
    this.#track(connection.run());
  }

  /** @param work Does not reject. */
  #track(work: Promise<void>): void {
    this.#running++;
    void work.then(() => {
      this.#running--;
      this.#ended.notify();
    });
  }

  #makePort(): ListenerPort {
    const { log, display, observers = [], h264 } = this.#options;
    const { gate, limits, limitLog } = this.#state;
    return {
      log,
      name: this.name,
      authorize: this.#options.authorize,
      display,
      observers,
      h264,
      decoders: this.#decoders,
      memory: this.#state.memory,
      nextId: () => this.#state.nextId(),
      counters: this.#counters,
      tap: this.#tap,
      // Clients connect only once the keys are there.
      admit: (publicKey, address) => this.#admission!.admit(publicKey, address, this.#places),
      isExempt: ({ hostname }) => gate.isExempt(hostname),
      arrived: (connection) => {
        this.#waiting.leave(connection);
        this.#clients.add(connection);
        this.#hasLetIn = true;
      },
      limits,
      letIn: ({ hostname }) => gate.trust(hostname),
      loginFailed: ({ hostname }) => gate.loginFailed(hostname),
      limitReached: (limit, { hostname, peer }, fields) =>
        limitLog.reached(LIMIT_ROWS[limit].name, limit === "maxClients" ? undefined : hostname, {
          // A key may have a number of its own, which the detail says.
          value: limit === "maxClientsPerKey" ? undefined : limits.all[limit],
          key: peer?.fingerprint,
          ...fields,
        }),
      handOver: (connection) => this.#handOver(connection),
      leftSilently: ({ hostname }) => this.#state.silent.add(hostname),
      left: (connection) => {
        this.#waiting.leave(connection);
        this.#logins.end(connection);
        this.#clients.delete(connection);
        this.#connections.delete(connection);
      },
    };
  }

  #handOver(connection: Connection): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    this.#logins.end(connection);
    const request = new HandoverSource(this, connection);
    const answered = (succeeded: boolean) => {
      request.close();
      if (!succeeded) connection.exitClient();
    };
    const result = this.#call(request, HANDOVER_REQUEST);
    if (result instanceof Promise) return result.then(answered);
    answered(result);
    return undefined;
  }

  #call(source: ListenSource, status: ListenStatus): boolean | Promise<boolean> {
    const { handler, log } = this.#options;
    // Where several listeners act as one, each has requests of its own; the other records come once.
    if (this.#state.all === undefined || status.kind === "segment_request") {
      this.#tap.onRecord?.(this.id, this.id, status, undefined);
    }
    const context = () => ({ log, source: this.id, kind: status.kind });
    return callHandler(() => handler(source, status), context);
  }
}
