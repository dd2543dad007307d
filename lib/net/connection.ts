/**
 * One connection to a listener: the login, the handover to a handler, and the end.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { Share } from "../bytes/fair_share.ts";
import { formatAddress, type SocketAddress } from "../address.ts";
import { fingerprint } from "../crypto/fingerprint.ts";
import { type A12Error, AuthError, IncompatibleError } from "../errors.ts";
import type { DecoderPool } from "../decoders/h264/worker/decoder_pool.ts";
import type { LogFields, Logger } from "../log.ts";
import type { ClientSource } from "../segment/client_source.ts";
import type { RecordTap } from "../segment/delivery.ts";
import type { Peer } from "../segment/peer.ts";
import type { DisplayDefaults } from "../segment/preroll.ts";
import type { ClientHandler } from "../segment/source.ts";
import type { H264Mode } from "../decoders/h264/client_h264.ts";
import type { PeerAuthenticated, PeerOffered, SessionEvent } from "../session/events.ts";
import type { Session } from "../session/session.ts";
import type { Ticket } from "./admission.ts";
import { requireAuthorized } from "./authorize.ts";
import { ClientLimits } from "./client_limits.ts";
import { ClientLog } from "./client_log.ts";
import type { ConnectionState } from "./connection_state.ts";
import type { Counters } from "./counters.ts";
import { asError, internalError } from "./faults.ts";
import type { Authorize } from "./listen_types.ts";
import { type ClientView, LiveClient } from "./live_client.ts";
import type { CurrentLimits } from "./listen_limits.ts";
import {
  type ClientLimit,
  isCutOff,
  isEvicted,
  isFailedLogin,
  limitBehind,
} from "./login_failure.ts";
import { Pump, type Socket } from "./pump.ts";

/** What a connection needs of its listener. */
export interface ListenerPort {
  readonly log: Logger;
  /** The listening name, if any. */
  readonly name: string | undefined;
  /** Decides about a client that has proved its key. */
  readonly authorize?: Authorize | undefined;
  readonly display: DisplayDefaults;
  /** They see all records of clients before the handlers do. */
  readonly observers: readonly ClientHandler[];
  readonly h264: H264Mode;
  /** Where decoders of H.264 come from. */
  readonly decoders: DecoderPool;
  /** The memory of the pictures of all clients; that of the process when absent. */
  readonly memory: Share | undefined;
  /** Gives the next number by which handlers know a segment. */
  readonly nextId: () => number;
  readonly counters: Counters;
  readonly tap: RecordTap;
  /**
   * Decides about a claimed key.
   *
   * @param publicKey 32 bytes.
   * @param address Where the client connects from, without port.
   * @throws {AuthError} Why it may not log in; maybe as a rejection.
   */
  admit(publicKey: Uint8Array, address: string): Ticket | Promise<Ticket>;
  /** Whether limits of one network do not hold for the address of a connection. */
  isExempt(connection: Connection): boolean;
  /** The key is proved, and the client has a place. */
  arrived(connection: Connection): void;
  /** The client has logged in, and nothing refuses it any more but the handler. */
  letIn(connection: Connection): void;
  /** A login has failed, by the fault of the other end. */
  loginFailed(connection: Connection): void;
  /** A limit has refused a login or a segment. */
  limitReached(limit: ClientLimit, connection: Connection, fields: LogFields): void;
  /** What clients may use. */
  readonly limits: Pick<CurrentLimits, "all">;
  /**
   * Calls the listener's handler, which may {@linkcode Connection.takeOver} the client.
   *
   * @returns Settles when the handler is done; `undefined` when it is done already.
   */
  handOver(connection: Connection): Promise<void> | undefined;
  /** The connection has ended; the client may have sent nothing at all, or never logged in. */
  left(connection: Connection): void;
  /** The connection has ended before a byte was received, or in the middle of a packet of the login. */
  leftSilently(connection: Connection): void;
}

export class Connection {
  readonly #listener: ListenerPort;
  readonly #session: Session;
  readonly #pump: Pump;
  readonly #remote: SocketAddress;
  readonly #log: ClientLog;
  /** What the client may use. */
  readonly limits: ClientLimits;
  #state: ConnectionState = { phase: "connecting" };
  /** What the connection holds once a key is claimed. */
  #ticket: Ticket | undefined;
  /** The work between proof and handover. */
  #arrival: Promise<void> | undefined;

  /** @param socket The accepted socket; closed by the connection. */
  constructor(listener: ListenerPort, socket: Socket, remote: SocketAddress, session: Session) {
    this.#listener = listener;
    this.#session = session;
    this.#remote = remote;
    this.#log = new ClientLog(listener.log, formatAddress(remote));
    this.#pump = new Pump(socket, session, {
      counters: listener.counters,
      refill: () => {
        if (this.#state.phase === "live") this.#state.client.refill();
      },
      // A source ignores the acknowledgement of nothing.
      probe: () => {
        if (!session.isOver) session.send({ command: "ping", channel: 0, stream: 0 });
      },
    });
    this.limits = this.#makeLimits();
  }

  #makeLimits(): ClientLimits {
    return new ClientLimits({
      session: this.#session,
      pump: this.#pump,
      limits: this.#listener.limits,
      segments: () => this.view()?.segments.length ?? 0,
      segmentRefused: () =>
        this.#listener.limitReached("maxSegments", this, { comment: this.#log.comment }),
      exit: (lastWords) => this.exitClient(lastWords),
    });
  }

  /** Where it comes from. */
  get hostname(): string {
    return this.#remote.hostname;
  }

  /** Whether limits of one network do not hold for it. */
  get isExempt(): boolean {
    return this.#listener.isExempt(this);
  }

  /** Whether it has sent a valid packet. */
  get hasVerified(): boolean {
    return this.#session.hasVerified;
  }

  /** The client, once it has claimed a key; the key is proved when the client is handed over. */
  get peer(): Peer | undefined {
    return this.#state.phase === "connecting" ? undefined : this.#state.peer;
  }

  /** The client's primary segment, once a handler has taken it. */
  get source(): ClientSource | undefined {
    return "client" in this.#state ? this.#state.client.source : undefined;
  }

  /** Describes the client while a handler has it. */
  view(): ClientView | undefined {
    return this.#state.phase === "live" ? this.#state.client.view() : undefined;
  }

  /** Takes the client that {@linkcode ListenerPort.handOver} is about, once. */
  takeOver(): ClientSource {
    const { peer, exits } = this.#state as Extract<ConnectionState, { phase: "arriving" }>;
    const { memory } = this.#listener;
    const client = new LiveClient({
      session: this.#session,
      pump: this.#pump,
      decoders: this.#listener.decoders,
      log: this.#log,
      nextId: this.#listener.nextId,
      counters: this.#listener.counters,
      tap: this.#listener.tap,
      ...(memory && { memory }),
      peer,
      display: this.#listener.display,
      h264: this.#listener.h264,
      segments: this.limits,
    });
    this.#state = { phase: "live", peer, client };
    this.#listener.counters.loginEnded("accepted");
    for (const observer of this.#listener.observers) client.source.addObserver(observer);
    if (exits !== undefined) client.source.deleteImage(exits);
    return client.source;
  }

  /**
   * Makes the client exit, now or when a handler takes it.
   *
   * @param lastWords Why, for the client.
   */
  exitClient(lastWords = ""): void {
    if (this.#state.phase === "arriving") this.#state.exits = lastWords;
    else if (this.#state.phase === "live") this.#state.client.source.deleteImage(lastWords);
  }

  /** Runs the connection to its end; never rejects. */
  async run(): Promise<void> {
    let failed: A12Error | undefined;
    try {
      await this.#pump.run((event) => this.#take(event));
    } catch (error) {
      failed = error as A12Error;
      if (failed.code === "internal-error") this.#log.internalError(failed);
    }
    this.#ticket?.leave();
    this.#session.free();
    this.#listener.left(this);
    try {
      await this.#finish(failed);
    } catch (error) {
      this.#log.internalError(internalError(error));
    }
  }

  /** Does what is due; see {@linkcode Pump.check} and {@linkcode ClientLimits.check}. */
  check(nowMs: number): void {
    this.#pump.check(nowMs);
    this.limits.check(nowMs);
  }

  /**
   * Ends the connection at once.
   *
   * @param reason Why; a plain close when absent.
   */
  end(reason?: A12Error): void {
    this.#pump.end(reason);
  }

  #take(event: SessionEvent): Promise<void> | undefined {
    switch (event.type) {
      case "peer-offered":
        return this.#offered(event);
      case "peer-authenticated":
        return this.#arrival = this.#authenticated(event);
      case "closed":
        return undefined;
      default:
        if (this.limits.takes(event)) return undefined;
        return this.#state.phase === "live" ? this.#state.client.take(event) : undefined;
    }
  }

  #offered({ publicKey, role }: PeerOffered): Promise<void> | undefined {
    const peer = {
      publicKey: publicKey.toBase64(),
      fingerprint: fingerprint(publicKey),
      address: formatAddress(this.#remote),
      name: this.#listener.name,
    };
    this.#log.key = peer.fingerprint;
    this.#state = { phase: "offered", peer, role };
    try {
      const ticket = this.#listener.admit(publicKey, this.hostname);
      if (ticket instanceof Promise) return this.#admittedLater(ticket);
      this.#admitted(ticket);
    } catch (error) {
      this.#reject(error as A12Error);
    }
    return undefined;
  }

  async #admittedLater(pending: Promise<Ticket>): Promise<void> {
    try {
      const ticket = await pending;
      if (this.#session.isOver) ticket.leave();
      else this.#admitted(ticket);
    } catch (error) {
      if (!this.#session.isOver) this.#reject(error as A12Error);
    }
  }

  #admitted(ticket: Ticket): void {
    const { identity, comment } = ticket;
    this.#ticket = ticket;
    if (this.#state.phase === "offered" && comment !== undefined) {
      this.#log.comment = comment;
      this.#state = { ...this.#state, peer: { ...this.#state.peer, comment } };
    }
    this.#session.accept(identity);
  }

  #reject(reason: A12Error): void {
    if (reason instanceof AuthError) this.#log.comment = reason.comment;
    this.#session.reject();
    this.#pump.end(reason);
  }

  async #authenticated({ role }: PeerAuthenticated): Promise<void> {
    if (role === "probe") {
      this.#pump.end(new IncompatibleError("role-refused", "a probe went on after its answer"));
      return;
    }
    const { peer } = this.#state as Extract<ConnectionState, { phase: "offered" }>;
    const arriving: ConnectionState = { phase: "arriving", peer, exits: undefined };
    this.#state = arriving;
    const ticket = this.#ticket!;
    const pending = ticket.arrive();
    if (pending !== undefined) await pending;
    if (this.#session.isOver) return;
    this.#listener.arrived(this);
    const { authorize } = this.#listener;
    if (authorize !== undefined) {
      await requireAuthorized(authorize, peer);
      // What the connection held is given back.
      if (this.#session.isOver) return;
      // The key may have been removed meanwhile.
      await ticket.arrive();
      if (this.#session.isOver) return;
    }
    const placesLeft = await ticket.enrol();
    if (placesLeft !== undefined) this.#log.keyEnrolled(placesLeft);
    if (this.#session.isOver) return;
    this.#log.authenticated(this.#session.peer!.mode);
    this.#listener.letIn(this);
    this.limits.begin();
    const handedOver = this.#listener.handOver(this);
    if (handedOver !== undefined) {
      // The REKEY proves our key, and must not wait for a handler that takes its time.
      setImmediate(() => this.#pump.flush());
      await handedOver;
    }
    if (this.#state !== arriving || this.#session.isOver) return;
    this.#state = { phase: "refused", peer };
    this.#log.refused();
    this.#listener.counters.loginEnded("declined");
    this.#session.sendEvent(0, { category: "target", kind: "reqfail", id: 0 });
    this.#pump.flush();
    this.#session.close();
  }

  /** Ends what the client had, and delivers its last records once the handler is done with the others. */
  async #finish(failed: A12Error | undefined): Promise<void> {
    this.#leave(failed);
    await this.#arrival?.catch((error) => failed ??= asError(error));
    // The handler may have taken a client that had left.
    this.#leave(failed);
    if (this.#state.phase === "leaving") await this.#state.client.deliver();
    else this.#logEndOfLogin(failed);
  }

  #leave(failed: A12Error | undefined): void {
    if (this.#state.phase !== "live") return;
    const { peer, client } = this.#state;
    failed ??= this.limits.failure;
    this.#state = { phase: "leaving", peer, client };
    client.end(failed === undefined || failed.code === "connection-lost" ? "" : failed.code);
    this.#log.left(client.source.id, failed);
  }

  #logEndOfLogin(failed: A12Error | undefined): void {
    const { phase } = this.#state;
    const { counters } = this.#listener;
    if (phase === "refused") return;
    if (!this.#session.hasReceived) {
      this.#log.leftBeforeLogin(failed?.code);
      counters.loginEnded("silent");
      this.#listener.leftSilently(this);
    } else if (failed !== undefined && failed.code !== "connection-lost") {
      this.#loginFailed(failed);
    } else if (phase === "arriving") {
      counters.loginEnded("left");
      this.#log.leftBeforeHandover(failed?.code);
    } else if (phase === "connecting" && !this.#session.hasVerified) {
      counters.loginEnded("left");
      this.#log.leftBeforeLogin();
    } else if (phase === "connecting") {
      this.#refused("not-proven", "the client left without showing its key");
    } else if (this.#state.phase === "offered" && this.#state.role === "probe") {
      counters.loginEnded("probed");
      this.#log.probeAnswered();
    } else {
      this.#refused("not-proven", "the client left without using its key");
    }
  }

  #loginFailed(reason: A12Error): void {
    const limit = limitBehind(reason);
    if (limit !== undefined) {
      const { comment } = this.#log;
      this.#listener.limitReached(limit, this, { comment, detail: reason.message });
    }
    if (isFailedLogin(reason)) this.#listener.loginFailed(this);
    const isCut = isCutOff(reason);
    if (isCut) this.#listener.leftSilently(this);
    this.#refused(reason.code, reason.message, isCut || limit !== undefined || isEvicted(reason));
  }

  #refused(reason: A12Error["code"], detail: string, isReported = false): void {
    this.#listener.counters.loginEnded("refused", reason);
    this.#log.loginRefused(reason, detail, isReported);
  }
}
