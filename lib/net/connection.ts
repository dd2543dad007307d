/**
 * One client of a listener, from its first byte to `terminated`.
 *
 * @module
 */

import { formatAddress, type SocketAddress } from "../address.ts";
import { fingerprint } from "../crypto/fingerprint.ts";
import type { PrivateKey } from "../crypto/x25519.ts";
import { type A12Error, IncompatibleError, StreamError } from "../errors.ts";
import { DRAIN_TIMEOUT_MS } from "../limits.ts";
import type { VideoDecoder } from "../decoders/h264/worker/decoder_pool.ts";
import type { LogFields, LogLevel } from "../log.ts";
import { SinkEndpoint } from "../segment/endpoint.ts";
import type { FaultNotice, Notice, OfferNotice } from "../segment/notices.ts";
import type { Peer } from "../segment/peer.ts";
import type { DecodeJob } from "../decoders/frame_decoder.ts";
import type { PeerOffered, SessionEvent } from "../session/events.ts";
import type { Session } from "../session/session.ts";
import type { Reservation } from "./authority.ts";
import { offerTransfer } from "./binary_offer.ts";
import type { Host } from "./connection_host.ts";
import { type CallContext, callObservers, deliver, logFailure } from "./deliver.ts";
import { asError, internalError } from "./faults.ts";
import type { Socket } from "./pump.ts";
import { Pump } from "./pump.ts";
import { ReaderGate } from "./reader_gate.ts";
import { nextSourceId } from "./source_ids.ts";
import { Tally } from "./tally.ts";
import { drawInTurns } from "./turns.ts";

/** One client of a listener. */
export class Connection {
  readonly #host: Host;
  readonly #session: Session;
  readonly #pump: Pump;
  readonly #remote: SocketAddress;
  readonly #gate = new ReaderGate();
  #reservation: Reservation | undefined;
  #drain: ReturnType<typeof setTimeout> | undefined;
  #pace: ReturnType<typeof setTimeout> | undefined;
  #decoder: VideoDecoder | undefined;
  #endpoint: SinkEndpoint | undefined;
  #peer: Peer | undefined;
  #arriving: Promise<void> | undefined;
  #delivering: Promise<void> | undefined;
  #failed: A12Error | undefined;
  readonly #refusedStreams = new Tally();
  readonly #failures = new Tally();
  /** Whether the handler did not take the client. */
  #isRefused = false;
  #isAskedToLeave = false;
  #hasLeft = false;

  /**
   * @param host The listener.
   * @param socket The accepted socket; closed by the connection.
   * @param remote Where it comes from.
   * @param session A new session of this end.
   */
  constructor(host: Host, socket: Socket, remote: SocketAddress, session: Session) {
    this.#host = host;
    this.#session = session;
    this.#remote = remote;
    this.#pump = new Pump(socket, session, {
      refill: () => this.#endpoint?.output.fill(),
      // A source ignores the acknowledgement of nothing.
      probe: () => {
        if (!session.isOver) session.send({ command: "ping", channel: 0, stream: 0 });
      },
    });
  }

  /** Where it comes from. */
  get hostname(): string {
    return this.#remote.hostname;
  }

  /** Whether it has sent a valid packet. */
  get hasVerified(): boolean {
    return this.#session.hasVerified;
  }

  /** Who the client is, once it has claimed a key; proved when it is handed over. */
  get peer(): Peer | undefined {
    const publicKey = this.#session.peer?.publicKey;
    if (publicKey === undefined) return undefined;
    return this.#peer ??= {
      publicKey: publicKey.toBase64(),
      fingerprint: fingerprint(publicKey),
      address: formatAddress(this.#remote),
    };
  }

  /** The client's segments, once it was handed over. */
  get endpoint(): SinkEndpoint | undefined {
    return this.#endpoint;
  }

  /** Makes the client's segments; the handler takes the client by that. @returns The endpoint. */
  takeOver(): SinkEndpoint {
    this.#endpoint = new SinkEndpoint(this.#session, {
      nextId: nextSourceId,
      peer: this.peer!,
      display: this.#host.display,
      h264: this.#host.h264,
      onOutput: () => this.#pump.flushSoon(),
      onNotice: () => queueMicrotask(() => void this.#deliverAside()),
      onExit: () => this.#drainSoon(),
      onUnblocked: () => this.#gate.open(),
      pacing: {
        nowMs: () => performance.now(),
        wakeIn: (delayMs) => {
          clearTimeout(this.#pace);
          this.#pace = setTimeout(() => this.#endpoint!.output.tick(), delayMs);
        },
        waiter: () => {
          const { promise, resolve } = Promise.withResolvers<boolean>();
          return { promise, settle: resolve };
        },
      },
    });
    for (const observer of this.#host.observers) this.#endpoint.primary.addObserver(observer);
    if (this.#isAskedToLeave) this.askToLeave();
    return this.#endpoint;
  }

  /** Asks the client to exit, or once the handler takes it. */
  askToLeave(): void {
    this.#isAskedToLeave = true;
    this.#endpoint?.primary.deleteImage();
  }

  /** Carries the connection to its end; never rejects. */
  async run(): Promise<void> {
    try {
      await this.#pump.run((event) => this.#take(event));
    } catch (error) {
      this.#failed = error as A12Error;
      if (this.#failed.code === "internal-error") this.#logInternal(this.#failed);
    }
    clearTimeout(this.#drain);
    clearTimeout(this.#pace);
    this.#decoder?.close();
    this.#reservation?.release();
    this.#gate.open();
    this.#session.free();
    this.#host.left(this);
    try {
      await this.#finish();
    } catch (error) {
      this.#logInternal(internalError(error));
    }
  }

  /**
   * Ends the connection at once.
   *
   * @param reason Why; a plain close when absent.
   */
  end(reason?: A12Error): void {
    this.#pump.end(reason);
    this.#gate.open();
    this.#decoder?.close();
  }

  #take(event: SessionEvent): Promise<void> | undefined {
    switch (event.type) {
      case "peer-offered":
        this.#offered(event);
        return undefined;
      case "peer-authenticated":
        return this.#arriving = this.#authenticated();
      case "closed":
        return undefined;
      default: {
        const endpoint = this.#endpoint!;
        endpoint.take(event);
        const { work } = endpoint.video;
        if (work === undefined) return this.#untilRead(this.#deliverAll());
        return work.type === "job" ? this.#decode(work) : this.#draw();
      }
    }
  }

  /** Nothing more is taken from the client while a large frame is drawn. */
  async #draw(): Promise<void> {
    this.#pump.flush();
    await drawInTurns(() => {
      if (this.#session.isOver) return true;
      const startMs = performance.now();
      const isLast = this.#endpoint!.video.drawPiece();
      this.#pump.worked(performance.now() - startMs);
      return isLast;
    });
    if (!this.#session.isOver) await this.#untilRead(this.#deliverAll());
  }

  /** Nothing more is taken from the client while a picture of its is decoded. */
  async #decode(job: DecodeJob): Promise<void> {
    this.#pump.flush();
    this.#decoder ??= this.#host.decoders.open();
    const result = await this.#decoder.decode(job);
    if (this.#session.isOver) return;
    this.#endpoint!.video.finishJob(result);
    await this.#untilRead(this.#deliverAll());
  }

  /** Holds the client up while a handler has much to read. */
  #untilRead(delivered: Promise<void> | undefined): Promise<void> | undefined {
    const endpoint = this.#endpoint!;
    if (!endpoint.isBlocked || endpoint.isOver) return delivered;
    return this.#gate.wait(() => endpoint.cancelStalled()).then(() => delivered);
  }

  #offered(offer: PeerOffered): void {
    let identity: PrivateKey;
    try {
      this.#reservation = this.#host.admit(offer.publicKey);
      identity = this.#host.identity();
    } catch (error) {
      this.#session.reject();
      this.#pump.end(error as A12Error);
      return;
    }
    this.#session.accept(identity);
  }

  async #authenticated(): Promise<void> {
    const { role, publicKey } = this.#session.peer!;
    if (role === "probe") {
      this.#pump.end(new IncompatibleError("role-refused", "a probe went on after its answer"));
      return;
    }
    this.#reservation = this.#host.arrived(this, publicKey, this.#reservation);
    await this.#enrol();
    if (this.#session.isOver) return;
    // The REKEY that waits proves our key, and must not wait for the handler.
    this.#pump.flush();
    this.#log("info", "client-authenticated", { mode: this.#session.peer!.mode });
    if (await this.#host.handover(this)) return;
    if (this.#session.isOver) return;
    this.#isRefused = true;
    this.#log("info", "client-refused", { reason: "not accepted by the handler" });
    this.#session.sendEvent(0, { category: "target", kind: "reqfail", id: 0 });
    this.#pump.flush();
    this.#session.close();
  }

  /** Writes an unknown key to the keystore. */
  async #enrol(): Promise<void> {
    const reservation = this.#reservation;
    const isNew = await reservation?.commit();
    this.#reservation = undefined;
    if (isNew) this.#log("info", "key-enrolled", { places_left: reservation!.placesLeft });
  }

  /**
   * Hands on all records, one after the other; without a promise while handlers return at once.
   *
   * @returns The delivery that is under way, which takes later records along.
   */
  #deliverAll(): Promise<void> | undefined {
    if (this.#delivering !== undefined) return this.#delivering;
    const endpoint = this.#endpoint!;
    for (let notice = endpoint.nextNotice(); notice; notice = endpoint.nextNotice()) {
      const done = this.#deliver(notice);
      if (done instanceof Promise) {
        this.#delivering = this.#deliverRest(notice, done);
        return this.#delivering;
      }
      this.#settle(notice, done);
    }
    if (endpoint.isOver) this.#session.close();
    return undefined;
  }

  async #deliverRest(notice: Notice, pending: Promise<boolean>): Promise<void> {
    try {
      this.#settle(notice, await pending);
    } finally {
      this.#delivering = undefined;
    }
    await this.#deliverAll();
  }

  /** Hands on records while nothing arrives; a fault ends the connection as it would in between. */
  async #deliverAside(): Promise<void> {
    try {
      await this.#deliverAll();
    } catch (error) {
      this.end(internalError(error));
    }
  }

  #deliver(notice: Notice): boolean | Promise<boolean> {
    if (notice.type === "fault") {
      this.#logRefusedStream(notice);
      if (this.#endpoint!.h264.failure !== undefined) this.#decoder?.close();
      return true;
    }
    const { source } = notice;
    if (notice.type === "offer") return this.#deliverOffer(notice);
    if (notice.type === "call") return deliver(notice.call, this.#context(source.id, notice.kind));
    const { status, input } = notice;
    const context = this.#context(source.id, status.kind);
    const observed = callObservers(
      source.observers,
      (observer) => observer(source, status, input),
      context,
    );
    const isFrame = status.kind === "frame" || status.kind === "dropped_frame";
    const call = () => {
      if (!isFrame || source.wantsFrames) return source.handler?.(source, status, input);
    };
    return observed?.then(() => deliver(call, context)) ?? deliver(call, context);
  }

  #deliverOffer({ source, transfer }: OfferNotice): boolean | Promise<boolean> {
    const handler = source.onBinary;
    if (handler === undefined) return true;
    const context = this.#context(source.id, "binary");
    return deliver(() =>
      offerTransfer(transfer, handler, (error) => {
        // What befell the transfer itself was reported when it did.
        if (!(error instanceof StreamError)) logFailure(error, context);
        transfer.cancel();
      }), context);
  }

  #settle(notice: Notice, succeeded: boolean): void {
    this.#endpoint!.settle(notice);
    // A handler that has lost track of its client must not go on half-blind.
    const isLast = notice.type === "status" && notice.status.kind === "terminated";
    if (isLast) this.#decoder?.forget(notice.source.segment.channel);
    if (!succeeded && !isLast) this.#endpoint!.close(this.#endpoint!.primary.segment);
  }

  #context(source: number, kind: string): CallContext {
    return { log: this.#host.log, source, kind, failures: this.#failures };
  }

  #drainSoon(): void {
    this.#drain ??= setTimeout(() => this.end(), DRAIN_TIMEOUT_MS);
  }

  /** Tells the handler of the end, once it is done with what came before; that may be never. */
  async #finish(): Promise<void> {
    this.#leave();
    await this.#arriving?.catch((error) => this.#failed ??= asError(error));
    // It may have taken a client that had gone.
    this.#leave();
    if (this.#endpoint === undefined) this.#logEndOfLogin(this.#failed);
    else await this.#deliverAll();
  }

  /** Ends the client's segments: what they had is given back. */
  #leave(): void {
    if (this.#endpoint === undefined || this.#hasLeft) return;
    this.#hasLeft = true;
    const fault = this.#fault;
    this.#endpoint.end(fault?.code ?? "");
    this.#log(fault ? "warn" : "info", "client-left", {
      source: this.#endpoint.primary.id,
      reason: this.#failed?.code,
      detail: fault?.message,
      handler_failures: this.#failures.count || undefined,
      refused_streams: this.#refusedStreams.count || undefined,
    });
  }

  /** What ended the connection, unless it was lost. */
  get #fault(): A12Error | undefined {
    return this.#failed?.code === "connection-lost" ? undefined : this.#failed;
  }

  #logEndOfLogin(failed: A12Error | undefined): void {
    const { peer } = this.#session;
    if (this.#isRefused) return;
    if (!this.#session.hasReceived) {
      this.#log("debug", "left-before-login", { reason: failed?.code });
      this.#host.leftSilently(this);
      return;
    }
    if (failed !== undefined && failed.code !== "connection-lost") {
      this.#logRefusal(failed.code, failed.message);
    } else if (this.#arriving !== undefined) {
      this.#log("info", "client-left", { reason: failed?.code });
    } else if (peer === undefined && this.#session.hasVerified) {
      this.#logRefusal("not-proven", "the client left without showing its key");
    } else if (peer === undefined) this.#log("debug", "left-before-login");
    else if (peer.role === "probe") this.#log("info", "probe-answered");
    else this.#logRefusal("not-proven", "the client left without using its key");
  }

  /** Each reason is one line a client: a source may go on and on with what it was told to stop. */
  #logRefusedStream({ source, error: { code, message } }: FaultNotice): void {
    if (!this.#refusedStreams.add(code)) return;
    this.#log("warn", "stream-refused", { source: source.id, reason: code, detail: message });
  }

  #logRefusal(reason: A12Error["code"], detail: string): void {
    this.#log("warn", "login-refused", { reason, detail });
  }

  #logInternal(error: A12Error): void {
    const { cause } = error;
    const stack = cause instanceof Error ? cause.stack : undefined;
    this.#log("error", "internal-error", { detail: error.message, stack });
  }

  #log(level: LogLevel, event: string, fields: LogFields = {}): void {
    this.#host.log.log(level, event, {
      client: formatAddress(this.#remote),
      key: this.peer?.fingerprint,
      ...fields,
    });
  }
}
