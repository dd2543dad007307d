/**
 * What the handlers of one client are called with, in order, and what follows from each call.
 *
 * `next()` gives one step after the other; the caller does it and reports by `done()` how it went, at
 * once or later. A record goes to the observers, then to the handler. When the handler is done with it,
 * a segment in its preroll is activated, and a request or a transfer that was not accepted is refused.
 * A handler that failed does not know the state of its client any more, so the client has to leave.
 *
 * @module
 */

import type { AudioChunk } from "../decoders/audio.ts";
import type { StreamError } from "../errors.ts";
import type { EventPacket } from "../session/event_packet.ts";
import type { ClientSource } from "./client_source.ts";
import { ClientSources } from "./client_source.ts";
import type { IncomingTransfer } from "./incoming_transfer.ts";
import type { Outcome, RecordOutcome } from "./outcome.ts";
import type { Segment } from "./segment.ts";
import type { IoTable, Status } from "./status.ts";
import type { BinaryOffer } from "./transfer_types.ts";
import type { SegmentTree } from "./tree.ts";

/** A handler or an observer to call. */
interface CallStep {
  readonly type: "call";
  readonly source: ClientSource;
  readonly callee: "handler" | "observer";
  /** Which of the observers, from 0. */
  readonly index?: number;
  /** What it is called for: the kind of the record, or the kind of content. */
  readonly kind: string;
  readonly call: () => void | PromiseLike<void>;
}

/** A transfer to offer to a handler; refused when it is not accepted by the end of the step. */
export interface OfferStep {
  readonly type: "offer";
  readonly source: ClientSource;
  readonly transfer: IncomingTransfer;
  readonly handler: (offer: BinaryOffer) => void | PromiseLike<void>;
}

/** Something to do, one step at a time. */
export type DeliveryStep =
  | CallStep
  | OfferStep
  /** A stream was refused. */
  | { readonly type: "fault"; readonly source: ClientSource; readonly error: StreamError }
  /** Nothing more comes from a segment. */
  | { readonly type: "ended"; readonly segment: Segment };

/** Looks at records from aside, for as long as there is a function. */
export interface RecordTap {
  /**
   * Gets every record but frames when the handler does.
   *
   * @param client The number of the client's first segment.
   * @param source The number of the segment.
   */
  onRecord?:
    | ((client: number, source: number, status: Status, input: IoTable | undefined) => void)
    | undefined;
  /**
   * Takes or refuses the transfers that a client offers, where its handler takes none.
   *
   * @param client The number of the client's first segment.
   */
  onOffer?: ((client: number, offer: BinaryOffer) => void) | undefined;
  /** Called when a client has ended. @param client The number of its first segment. */
  onEnded?: ((client: number) => void) | undefined;
}

/** Looks at one client from aside; its functions must not throw. */
export interface ClientTap {
  /** Gets every record of all segments but frames, when the handler does. */
  onRecord(source: ClientSource, status: Status): void;
  /** Gets the sound of all segments. @param chunk Borrowed for the call. */
  onAudio(source: ClientSource, chunk: AudioChunk): void;
}

/** The delivery to the handlers of one client. */
export class Delivery {
  readonly #tree: SegmentTree;
  readonly #sources: ClientSources;
  readonly #tap: RecordTap;
  readonly taps = new Set<ClientTap>();
  #current: Outcome | undefined;
  /** How far the current outcome is. */
  #stage: "observers" | "handler" | "ended" = "observers";
  #observed = 0;

  /** @param wake Called after each verb: there may be steps then, or something to send. */
  constructor(tree: SegmentTree, wake: () => void, tap: RecordTap = {}) {
    this.#tree = tree;
    this.#tap = tap;
    this.#sources = new ClientSources(tree, wake);
  }

  /** The source of the client's first segment. */
  get primary(): ClientSource {
    return this.#sources.primary;
  }

  /** The sources of all segments of the client. */
  get sources(): readonly ClientSource[] {
    return this.#sources.all;
  }

  /** How many events of the client wait until handlers are done with earlier ones. */
  get waitingEvents(): number {
    return this.#sources.waitingCalls;
  }

  /** Adds what came of a call to the segments. */
  add(outcomes: readonly Outcome[]): void {
    this.#sources.add(outcomes);
  }

  /** Whether nothing waits to be delivered, and no handler is under way. */
  get isIdle(): boolean {
    return this.#current === undefined && this.#sources.isEmpty;
  }

  /**
   * Whether the record of an event can go to the handler at once, without steps: nothing is in front of
   * it, nothing but the record comes of the event, and nothing else looks at it.
   *
   * @returns The source to call the handler of.
   */
  readyFor(event: EventPacket): ClientSource | undefined {
    if (!this.isIdle || this.#tap.onRecord !== undefined || this.taps.size > 0) return undefined;
    const segment = this.#tree.segmentOfRecord(event);
    if (segment === undefined) return undefined;
    const source = this.#sources.sourceOf(segment);
    return source.handler === undefined || source.observers.length > 0 ? undefined : source;
  }

  /** The handler was called at once; {@linkcode done} has to follow. */
  called(segment: Segment, status: Status): void {
    this.#current = { type: "record", segment, status };
    this.#stage = "handler";
  }

  /** Gives the next step; the one before must be done. */
  next(): DeliveryStep | undefined {
    for (;;) {
      const outcome = this.#current ??= this.#sources.nextOutcome();
      if (outcome === undefined) return undefined;
      const step = outcome.type === "record" ? this.#nextOfRecord(outcome) : this.#stepOf(outcome);
      if (step !== undefined) return step;
      this.#settle(outcome);
    }
  }

  /**
   * Goes on after a step.
   *
   * @param succeeded Whether the handler neither threw nor rejected.
   */
  done(succeeded: boolean): void {
    const outcome = this.#current;
    if (outcome === undefined || this.#stage === "observers") return;
    if (this.#stage === "ended") return this.#forget();
    this.#settle(outcome);
    const isLast = outcome.type === "record" && outcome.status.kind === "terminated";
    if (!succeeded && !isLast) this.#sources.addOfVerb(this.#tree.close(this.#tree.primary));
  }

  #nextOfRecord({ segment, status, input, request }: RecordOutcome): DeliveryStep | undefined {
    if (this.#stage === "ended") return { type: "ended", segment };
    if (request !== undefined) this.#sources.request = request;
    const source = this.#sources.sourceOf(segment);
    const { kind } = status;
    const index = this.#observed;
    const observer = source.observers[index];
    if (observer !== undefined) {
      this.#observed++;
      const call = () => observer(source, status, input);
      return { type: "call", source, callee: "observer", index, kind, call };
    }
    this.#stage = "handler";
    const isFrame = kind === "frame" || kind === "dropped_frame";
    if (!isFrame) {
      this.#tap.onRecord?.(this.primary.id, source.id, status, input);
      for (const tap of this.taps) tap.onRecord(source, status);
    }
    if (source.handler === undefined || isFrame && !source.wantsFrames) return undefined;
    const call = () => source.handler?.(source, status, input);
    return { type: "call", source, callee: "handler", kind, call };
  }

  #stepOf(outcome: Exclude<Outcome, RecordOutcome>): DeliveryStep | undefined {
    this.#stage = "handler";
    switch (outcome.type) {
      case "fault": {
        const source = this.#sources.sourceOf(outcome.segment);
        return { type: "fault", source, error: outcome.error };
      }
      case "audio": {
        const source = this.#sources.sourceOf(outcome.segment);
        const { onAudio } = source;
        for (const tap of this.taps) tap.onAudio(source, outcome.chunk);
        return onAudio && handlerCall(source, "audio", () => onAudio(outcome.chunk));
      }
      case "unit": {
        const source = this.#sources.sourceOf(outcome.segment);
        const { onH264 } = source;
        return onH264 && handlerCall(source, "h264", () => onH264(outcome.unit));
      }
      case "offer": {
        const source = this.#sources.sourceOf(outcome.segment);
        const { onOffer } = this.#tap;
        const tapped = onOffer && ((offer: BinaryOffer) => onOffer(this.primary.id, offer));
        const handler = source.onBinary ?? tapped;
        return handler && { type: "offer", source, transfer: outcome.transfer, handler };
      }
      case "progress": {
        const { content, options: { onProgress } } = outcome.transfer;
        const call = () => onProgress?.(outcome.sentBytes, content.length);
        return onProgress && handlerCall(this.primary, "transfer", call);
      }
      case "transfer-ended": {
        const { onEnd } = outcome.transfer.options;
        return onEnd && handlerCall(this.primary, "transfer", () => onEnd(outcome.state));
      }
    }
  }

  /** Does what follows once the handler is done with something. */
  #settle(outcome: Outcome): void {
    if (outcome.type === "offer" && outcome.transfer.state === "offered") {
      this.add(this.#tree.refuseTransfer(outcome.transfer));
    }
    if (outcome.type !== "record") return this.#forget();
    const { segment, status, request } = outcome;
    if (request !== undefined) {
      this.#sources.request = undefined;
      if (!request.answered) this.#tree.refuse(request);
    }
    if (status.kind === "preroll" && !segment.suspended) this.#tree.activate(segment);
    if (status.kind !== "terminated") return this.#forget();
    this.#sources.forget(segment);
    if (segment === this.#tree.primary) this.#tap.onEnded?.(this.primary.id);
    this.#stage = "ended";
  }

  #forget(): void {
    this.#current = undefined;
    this.#stage = "observers";
    this.#observed = 0;
  }
}

function handlerCall(
  source: ClientSource,
  kind: string,
  call: () => void | PromiseLike<void>,
): CallStep {
  return { type: "call", source, callee: "handler", kind, call };
}
