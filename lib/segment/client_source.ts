/**
 * What stands behind a {@linkcode Source}: the verbs, called on one segment of a connection.
 *
 * @module
 */

import type { AudioChunk } from "../decoders/audio.ts";
import type { AccessUnit } from "../decoders/h264/access_units.ts";
import type { SurfaceView } from "../decoders/surface_view.ts";
import { ApiMisuseError } from "../errors.ts";
import type { EventInput } from "../wire/event/types.ts";
import type { SinkEndpoint } from "./endpoint.ts";
import type { Peer } from "./peer.ts";
import type { Segment } from "./segment.ts";
import type { Sent } from "./sent.ts";
import type { ClientHandler, LifeTarget, Source } from "./source.ts";
import { VERBS } from "./source.ts";
import type { BinaryOffer, BinaryTransfer, BinaryType, TransferOptions } from "./transfer_types.ts";
import type { Verb } from "./verbs/verb.ts";

/** One segment of a client; its methods are the verbs of the table. */
export interface ClientSource extends Source {}

/** One segment of a client. */
export class ClientSource {
  readonly #target: Target;
  readonly role = "client" as const;
  /** The state behind it. */
  readonly segment: Segment;
  onAudio: ((chunk: AudioChunk) => void | Promise<void>) | undefined;
  onH264: ((unit: AccessUnit) => void | Promise<void>) | undefined;
  onBinary: ((offer: BinaryOffer) => void | Promise<void>) | undefined;

  /**
   * @param endpoint The connection.
   * @param segment The segment.
   */
  constructor(endpoint: SinkEndpoint, segment: Segment) {
    this.segment = segment;
    this.#target = new Target(endpoint, segment);
  }

  get id(): number {
    return this.segment.id;
  }

  get peer(): Peer {
    return this.#target.endpoint.peer;
  }

  get segkind(): string {
    return this.segment.kindName;
  }

  get title(): string {
    return this.segment.title;
  }

  get isEnded(): boolean {
    return this.segment.state === "ended";
  }

  get surface(): SurfaceView {
    return this.segment.video.surface;
  }

  get handler(): ClientHandler | undefined {
    return this.#target.handler;
  }

  /** See the records before the handler does. */
  get observers(): readonly ClientHandler[] {
    return this.#target.observers;
  }

  /** Whether the handler gets frames; observers always do. */
  get wantsFrames(): boolean {
    return this.#target.wantsFrames;
  }

  static {
    for (const [name, { on, run }] of Object.entries<Verb>(VERBS)) {
      const call = run as (target: LifeTarget, ...args: unknown[]) => unknown;
      const method = function (this: ClientSource, ...args: unknown[]): unknown {
        if (on === "primary") this.#target.requirePrimary();
        return call(this.#target, ...args);
      };
      Object.defineProperty(this.prototype, name, { value: method, writable: true });
    }
  }
}

/** The segment as its verbs see it. */
class Target implements LifeTarget {
  readonly endpoint: SinkEndpoint;
  readonly segment: Segment;
  readonly observers: ClientHandler[] = [];
  handler: ClientHandler | undefined;
  wantsFrames = false;

  constructor(endpoint: SinkEndpoint, segment: Segment) {
    this.endpoint = endpoint;
    this.segment = segment;
  }

  get parent(): Source | undefined {
    return this.segment.parent && this.endpoint.sourceOf(this.segment.parent);
  }

  get isClosed(): boolean {
    return this.endpoint.isClosed(this.segment);
  }

  requirePrimary(): void {
    // A real source gives every event to its primary segment, whatever the channel.
    if (this.segment.channel === 0) return;
    throw new ApiMisuseError(
      "unsafe-verb",
      `source ${this.segment.id} is a subsegment; its events would reach the primary segment`,
    );
  }

  send(events: Iterable<EventInput>, units = 1): Sent {
    return !this.isClosed && this.endpoint.output.sendEvents(0, events, units);
  }

  transfer(
    type: BinaryType,
    content: Uint8Array,
    options: TransferOptions,
    before?: EventInput,
  ): BinaryTransfer | false {
    if (this.isClosed) return false;
    return this.endpoint.output.transfer(type, content, options, before) ?? false;
  }

  accept(handler: ClientHandler | undefined): Source | undefined {
    const { request } = this.endpoint;
    if (request === undefined || request.segment !== this.segment || request.answered) {
      throw new ApiMisuseError("wrong-state", "acceptTarget outside a segment_request");
    }
    return this.#inherit(this.endpoint.accept(request), handler);
  }

  open(kind: number, handler: ClientHandler | undefined): Source | undefined {
    return this.#inherit(this.endpoint.push(this.segment, kind, 0), handler);
  }

  activate(): void {
    this.endpoint.activate(this.segment);
  }

  close(lastWords: string): void {
    this.endpoint.close(this.segment, lastWords);
  }

  /** Gives a new segment the handler and the observers of this one. */
  #inherit(
    opened: ClientSource | undefined,
    handler: ClientHandler | undefined,
  ): ClientSource | undefined {
    opened?.targetUpdatehandler(handler ?? this.handler);
    for (const observer of this.observers) opened?.addObserver(observer);
    return opened;
  }
}
