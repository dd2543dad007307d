/**
 * A client that a handler has accepted: its segments, their delivery to handlers, and the work and the
 * timers that they need.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import type { DecodeJob } from "../decoders/frame_decoder.ts";
import type { DecoderPool } from "../decoders/h264/worker/decoder_pool.ts";
import type { VideoDecoder } from "../decoders/h264/worker/decoder_pool.ts";
import { BINARY_STALL_TIMEOUT_MS, DRAIN_TIMEOUT_MS, MAX_RECORDS_AHEAD } from "../limits.ts";
import type { ClientSource } from "../segment/client_source.ts";
import type { DeliveryStep, OfferStep } from "../segment/delivery.ts";
import { type ClientTap, Delivery, type RecordTap } from "../segment/delivery.ts";
import { type EventHandler, TAKE_EVENT } from "../segment/event_handler.ts";
import type { Outcome } from "../segment/outcome.ts";
import type { TreeOptions } from "../segment/tree_options.ts";
import { SegmentTree } from "../segment/tree.ts";
import type { EventPacket } from "../session/event_packet.ts";
import type { SessionEvent } from "../session/events.ts";
import type { Session } from "../session/session.ts";
import { Offers } from "./binary_offer.ts";
import { callHandler, logFailure } from "./call_handler.ts";
import type { ClientLog } from "./client_log.ts";
import type { Counters } from "./counters.ts";
import { internalError } from "./faults.ts";
import type { Pump } from "./pump.ts";
import { Signal } from "./signal.ts";
import { type DecodedPicture, decodeSeries } from "../decoders/h264/worker/decode_series.ts";
import { drawInTurns } from "./turns.ts";
import { VerbWaits } from "./verb_waits.ts";

type Timer = ReturnType<typeof setTimeout>;

interface LiveClientOptions
  extends Pick<TreeOptions, "nextId" | "memory" | "peer" | "display" | "h264" | "segments"> {
  readonly session: Session;
  readonly pump: Pump;
  /** Where decoders of H.264 come from. */
  readonly decoders: DecoderPool;
  readonly log: ClientLog;
  readonly counters: Counters;
  readonly tap: RecordTap;
}

/** What can be said of a client from outside. */
export interface ClientView {
  /** The source of its first segment. */
  readonly source: ClientSource;
  /** The sources of all segments, the first one included. */
  readonly segments: readonly ClientSource[];
  /** What looks at it from aside. */
  readonly taps: Set<ClientTap>;
  /** Makes it send other video than H.264 that is passed on. @param reason Why, for the log. */
  refuseH264(reason: string): void;
  /** Decodes what a segment shows in H.264 that is passed on. @throws {StreamError} It is not decoded here. */
  decode(source: ClientSource): Promise<DecodedPicture>;
  /** When a handler has taken it, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Whether it was asked to exit. */
  readonly isLeaving: boolean;
  /** Bytes that wait to be sent. */
  readonly waitingBytes: number;
  /** Events that wait for handlers. */
  readonly waitingEvents: number;
}

/** A client that a handler has accepted. */
export class LiveClient {
  readonly #session: Session;
  readonly #pump: Pump;
  readonly #decoders: DecoderPool;
  readonly #log: ClientLog;
  readonly #counters: Counters;
  readonly #sinceMs = Date.now();
  readonly #tree: SegmentTree;
  readonly #delivery: Delivery;
  readonly #offers: Offers;
  /** Notified when transfers were read. */
  readonly #read = new Signal();
  readonly #verbs = new VerbWaits();
  #delivering: Promise<void> | undefined;
  #decoder: VideoDecoder | undefined;
  #isWoken = false;
  #exitTimer: Timer | undefined;
  #paceTimer: Timer | undefined;
  #paceAtMs = Infinity;

  constructor(
    { session, pump, decoders, log, counters, tap, ...options }: LiveClientOptions,
  ) {
    this.#counters = counters;
    this.#session = session;
    this.#pump = pump;
    this.#decoders = decoders;
    this.#log = log;
    const tree = this.#tree = new SegmentTree(session, {
      ...options,
      pacing: {
        nowMs: () => performance.now(),
        takenMs: () => pump.takenMs,
        waiter: this.#verbs.waiter,
      },
    });
    this.#delivery = new Delivery(tree, this.#wake, tap);
    this.#offers = new Offers({
      read: (transfer) => {
        const piece = tree.readTransfer(transfer);
        if (piece !== undefined) this.#wake();
        return piece;
      },
      cancel: (transfer) => {
        this.#wake();
        this.#delivery.add(tree.refuseTransfer(transfer));
      },
    });
  }

  /** The source of the client's first segment. */
  get source(): ClientSource {
    return this.#delivery.primary;
  }

  /** Describes the client as it is now. */
  view(): ClientView {
    return {
      source: this.source,
      segments: this.#delivery.sources,
      taps: this.#delivery.taps,
      refuseH264: (reason) => {
        this.#tree.refuseH264(reason);
        this.#wake();
      },
      decode: ({ segment }) => decodeSeries(segment.video.coded, this.#decoders),
      sinceMs: this.#sinceMs,
      isLeaving: this.#tree.isLeaving,
      waitingBytes: this.#session.outputBytes,
      waitingEvents: this.#delivery.waitingEvents,
    };
  }

  /**
   * Takes an event of the session.
   *
   * @returns A promise when nothing more should be taken from the client until it settles.
   */
  take(event: SessionEvent): Promise<void> | undefined {
    if (event.type === "event") {
      this.#counters.events++;
      const source = this.#delivery.readyFor(event);
      if (source !== undefined) return this.#deliverAtOnce(source, event);
    }
    this.#add(this.#tree.take(event));
    const { work } = this.#tree.video;
    if (work === undefined) return this.#deliverAndWait();
    return work.type === "job" ? this.#decode(work) : this.#draw();
  }

  /** Puts what waits for its turn into the output of the session. */
  refill(): void {
    const outcomes = this.#tree.output.fill();
    if (outcomes.length > 0) {
      this.#add(outcomes);
      this.#wake();
    }
    const { wakeAtMs } = this.#tree.output;
    if (wakeAtMs >= this.#paceAtMs) return;
    clearTimeout(this.#paceTimer);
    this.#paceAtMs = wakeAtMs;
    this.#paceTimer = setTimeout(() => {
      this.#paceAtMs = Infinity;
      this.#pump.flush();
    }, Math.max(wakeAtMs - performance.now(), 1));
  }

  /**
   * Ends all segments and gives back what they hold; their last records are still to be delivered.
   */
  end(lastWords: string): void {
    clearTimeout(this.#exitTimer);
    clearTimeout(this.#paceTimer);
    this.#decoder?.close();
    this.#add(this.#tree.end(lastWords));
    this.#read.notify();
  }

  /**
   * Delivers all records, one after the other.
   *
   * @returns A promise only if a handler has returned one. A delivery under way includes later records.
   */
  deliver(): Promise<void> | undefined {
    if (this.#delivering !== undefined) return this.#delivering;
    for (let step = this.#delivery.next(); step; step = this.#delivery.next()) {
      const done = this.#do(step);
      if (done instanceof Promise) return this.#deliverLater(done);
      this.#delivery.done(done);
    }
    if (this.#tree.isOver) this.#session.close();
    return undefined;
  }

  /** Calls the handler for the record of an event, without the steps that other records need. */
  #deliverAtOnce(source: ClientSource, event: EventPacket): Promise<void> | undefined {
    this.#tree.output.observe(event);
    const { segment } = source;
    const handler: EventHandler = source.handler!;
    if (handler[TAKE_EVENT]?.(segment, event)) return undefined;
    const status = segment.statusOf(event);
    if (status === undefined) return undefined;
    const done = callHandler(
      () => source.handler!(source, status),
      () => this.#log.call(source.id, status),
    );
    if (done === true) return undefined;
    this.#delivery.called(segment, status);
    if (typeof done === "boolean") this.#delivery.done(done);
    else void this.#deliverLater(done);
    return this.#deliverAndWait();
  }

  #deliverLater(pending: Promise<boolean>): Promise<void> {
    // What was caused until here does not wait for the handler.
    this.#pump.flush();
    this.#delivering = this.#deliverRest(pending);
    this.#delivering.catch((error) => this.#pump.end(internalError(error)));
    return this.#delivering;
  }

  async #deliverRest(pending: Promise<boolean>): Promise<void> {
    try {
      this.#delivery.done(await pending);
    } finally {
      this.#delivering = undefined;
    }
    await this.deliver();
  }

  #do(step: DeliveryStep): boolean | Promise<boolean> {
    switch (step.type) {
      case "call":
        return callHandler(step.call, () => this.#log.call(step.source.id, step));
      case "offer":
        return this.#offer(step);
      case "fault":
        this.#log.streamRefused(step.source.id, step.error);
        if (this.#tree.h264.failure !== undefined) this.#decoder?.close();
        return true;
      case "ended":
        this.#decoder?.forget(step.segment.channel);
        this.#counters.endedFrames += step.segment.frames;
        return true;
    }
  }

  #offer({ source, transfer, handler }: OfferStep): boolean | Promise<boolean> {
    const context = () => this.#log.call(source.id, { kind: "binary" });
    return callHandler(() =>
      this.#offers.offer(transfer, handler, (error) => {
        // A fault of the transfer itself was logged when it arose.
        if (!(error instanceof StreamError)) logFailure(error, context());
        this.#delivery.add(this.#tree.refuseTransfer(transfer));
        this.#wake();
      }), context);
  }

  /** Draws a large frame; nothing more is taken from the client meanwhile. */
  async #draw(): Promise<void> {
    this.#pump.flush();
    await drawInTurns(() => {
      if (this.#session.isOver) return true;
      const startMs = performance.now();
      this.#add(this.#tree.drawPiece());
      const workMs = performance.now() - startMs;
      this.#counters.workMs += workMs;
      this.#pump.worked(workMs);
      return this.#tree.video.work === undefined;
    });
    if (!this.#session.isOver) await this.#deliverAndWait();
  }

  /** Decodes a picture; nothing more is taken from the client meanwhile. */
  async #decode(job: DecodeJob): Promise<void> {
    this.#pump.flush();
    this.#decoder ??= this.#decoders.open();
    const result = await this.#decoder.decode(job);
    if (this.#session.isOver) return;
    this.#add(this.#tree.finishJob(result));
    await this.#deliverAndWait();
  }

  #deliverAndWait(): Promise<void> | undefined {
    const delivered = this.deliver();
    const held = delivered && this.#hold(delivered);
    if (!this.#tree.isBlocked || this.#tree.isOver) return held;
    this.#pump.flush();
    return this.#untilRead().then(() => held);
  }

  /** Takes nothing from the client while a handler is busy, unless the handler waits for the client. */
  #hold(delivered: Promise<void>): Promise<void> | undefined {
    if (this.#delivery.waitingEvents < MAX_RECORDS_AHEAD) return this.#verbs.hold(delivered);
    const { output } = this.#tree;
    output.isReadingPaused = true;
    return delivered.finally(() => output.isReadingPaused = false);
  }

  /** Waits until handlers have read enough of their transfers, or cancels these after a long time. */
  async #untilRead(): Promise<void> {
    const timer = setTimeout(() => {
      this.#add(this.#tree.cancelStalled());
      this.#wake();
    }, BINARY_STALL_TIMEOUT_MS);
    await this.#read.until(() => !this.#tree.isBlocked || this.#tree.isOver);
    clearTimeout(timer);
  }

  #add(outcomes: readonly Outcome[]): void {
    this.#delivery.add(outcomes);
    this.#offers.update();
  }

  /** Looks at what verbs have changed once the current turn is over. */
  readonly #wake = (): void => {
    if (this.#isWoken) return;
    this.#isWoken = true;
    queueMicrotask(() => void this.#afterVerbs());
  };

  async #afterVerbs(): Promise<void> {
    this.#isWoken = false;
    try {
      this.#offers.update();
      this.#read.notify();
      if (this.#tree.isLeaving && !this.#tree.isOver) {
        this.#exitTimer ??= setTimeout(() => this.#pump.end(), DRAIN_TIMEOUT_MS);
      }
      const delivered = this.deliver();
      this.#pump.flush();
      if (delivered === undefined) return;
      await delivered;
      this.#pump.flush();
    } catch (error) {
      this.#pump.end(internalError(error));
    }
  }
}
