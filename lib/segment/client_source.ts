/**
 * What stands behind a {@linkcode Source}: the verbs, called on one segment of a client.
 *
 * @module
 */

import type { AudioChunk } from "../decoders/audio.ts";
import type { AccessUnit } from "../decoders/h264/access_units.ts";
import type { SurfaceView } from "../decoders/surface_view.ts";
import { ApiMisuseError } from "../errors.ts";
import type { EventInput } from "../wire/event/types.ts";
import type { FedContent } from "./fed_content.ts";
import { NOTHING } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import type { OutgoingTransfer } from "./outgoing_transfer.ts";
import type { Peer } from "./peer.ts";
import type { SegmentRequest } from "./request.ts";
import type { Segment } from "./segment.ts";
import type { Sent } from "./sent.ts";
import type { ClientHandler, LifeTarget, Source } from "./source.ts";
import { VERBS } from "./source.ts";
import type {
  BinaryOffer,
  BinaryTransfer,
  BinaryType,
  TransferOptions,
  TransferState,
} from "./transfer_types.ts";
import type { SegmentTree } from "./tree.ts";
import { refuseWrongTypes } from "./verbs/check.ts";
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

  constructor(client: ClientSources, segment: Segment) {
    this.segment = segment;
    this.#target = new Target(client, segment);
  }

  get id(): number {
    return this.segment.id;
  }

  get peer(): Peer {
    return this.#target.client.tree.peer;
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

  /**
   * Gives the client a file whose content comes while it is sent; see `openNonblock`.
   *
   * @returns The transfer; `false` once the client has ended.
   * @throws {ApiMisuseError} `queue-full`, `bad-argument`.
   */
  sendFed(content: FedContent, options: TransferOptions): BinaryTransfer | false {
    const transfer = this.#target.transfer("blob", content, options);
    if (transfer !== false) content.onFed = () => this.#target.client.wake();
    return transfer;
  }

  static {
    for (const [name, { on, run }] of Object.entries<Verb>(VERBS)) {
      const call = run as (target: LifeTarget, ...args: unknown[]) => unknown;
      const method = function (this: ClientSource, ...args: unknown[]): unknown {
        if (on === "primary") this.#target.requirePrimary();
        return refuseWrongTypes(() => call(this.#target, ...args));
      };
      Object.defineProperty(this.prototype, name, { value: method, writable: true });
    }
  }
}

/**
 * The sources of one client, and what came of calls and is not delivered yet.
 *
 * Each verb adds what came of it and wakes the client's connection, which delivers it later.
 */
export class ClientSources {
  readonly tree: SegmentTree;
  /** The source of the client's first segment. */
  readonly primary: ClientSource;
  readonly #wake: () => void;
  readonly #sources = new Map<Segment, ClientSource>();
  /** What came of the first call whose outcomes are not all taken, from `#at` on. */
  #first: readonly Outcome[] = NOTHING;
  #at = 0;
  /** What came of later calls. */
  readonly #later: (readonly Outcome[])[] = [];
  /** The request that the handler may grant now. */
  request: SegmentRequest | undefined;

  /** @param wake Called after each verb that sends or ends something; there may be outcomes then. */
  constructor(tree: SegmentTree, wake: () => void) {
    this.tree = tree;
    this.#wake = wake;
    this.primary = this.open(tree.primary);
  }

  /** The sources of all segments that are not forgotten. */
  get all(): readonly ClientSource[] {
    return [...this.#sources.values()];
  }

  /** The source of a segment until {@linkcode forget}. */
  sourceOf(segment: Segment): ClientSource {
    return this.#sources.get(segment)!;
  }

  open(segment: Segment): ClientSource {
    const source = new ClientSource(this, segment);
    this.#sources.set(segment, source);
    return source;
  }

  /** Forgets the source of a segment of which nothing more comes. */
  forget(segment: Segment): void {
    this.#sources.delete(segment);
  }

  /** Adds what came of a call. */
  add(outcomes: readonly Outcome[]): void {
    if (outcomes.length === 0) return;
    if (this.#at < this.#first.length) this.#later.push(outcomes);
    else this.#begin(outcomes);
  }

  /** Adds what came of a verb. */
  addOfVerb(outcomes: readonly Outcome[]): void {
    this.add(outcomes);
    this.wake();
  }

  /** Of how many calls the outcomes wait behind those of the first. */
  get waitingCalls(): number {
    return this.#later.length;
  }

  /** Whether no outcome waits. */
  get isEmpty(): boolean {
    return this.#first.length === 0;
  }

  /** Takes out the oldest outcome. */
  nextOutcome(): Outcome | undefined {
    const outcome = this.#first[this.#at];
    if (outcome === undefined) return undefined;
    this.#at++;
    if (this.#at === this.#first.length) this.#begin(this.#later.shift() ?? NOTHING);
    return outcome;
  }

  wake(): void {
    this.#wake();
  }

  #begin(outcomes: readonly Outcome[]): void {
    this.#first = outcomes;
    this.#at = 0;
  }
}

/** The segment as its verbs see it. */
class Target implements LifeTarget {
  readonly client: ClientSources;
  readonly segment: Segment;
  readonly observers: ClientHandler[] = [];
  handler: ClientHandler | undefined;
  wantsFrames = false;

  constructor(client: ClientSources, segment: Segment) {
    this.client = client;
    this.segment = segment;
  }

  get parent(): Source | undefined {
    const { parent } = this.segment;
    return parent === undefined || parent.state === "ended"
      ? undefined
      : this.client.sourceOf(parent);
  }

  get isClosed(): boolean {
    return this.client.tree.isClosed(this.segment);
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
    if (this.isClosed) return false;
    const sent = this.client.tree.output.sendEvents(0, events, units);
    this.client.wake();
    return sent;
  }

  transfer(
    type: BinaryType,
    content: Uint8Array | FedContent,
    options: TransferOptions,
    before?: EventInput,
  ): BinaryTransfer | false {
    if (this.isClosed) return false;
    const transfer = this.client.tree.output.transfer(type, content, options, before);
    if (transfer === undefined) return false;
    this.client.wake();
    return new Transfer(this.client, transfer);
  }

  accept(handler: ClientHandler | undefined): Source | undefined {
    const { request, tree } = this.client;
    if (request === undefined || request.segment !== this.segment || request.answered) {
      throw new ApiMisuseError("wrong-state", "acceptTarget outside a segment_request");
    }
    return this.#inherit(tree.accept(request), handler);
  }

  open(kind: number, handler: ClientHandler | undefined): Source | undefined {
    return this.#inherit(this.client.tree.push(this.segment, kind, 0), handler);
  }

  activate(): void {
    this.client.tree.activate(this.segment);
    this.client.wake();
  }

  close(lastWords: string): void {
    this.client.addOfVerb(this.client.tree.close(this.segment, lastWords));
  }

  /** Gives a new segment the handler and the observers of this one. */
  #inherit(
    segment: Segment | undefined,
    handler: ClientHandler | undefined,
  ): ClientSource | undefined {
    this.client.wake();
    if (segment === undefined) return undefined;
    const opened = this.client.open(segment);
    opened.targetUpdatehandler(handler ?? this.handler);
    for (const observer of this.observers) opened.addObserver(observer);
    return opened;
  }
}

/** A transfer to the client as its handler sees it. */
class Transfer implements BinaryTransfer {
  readonly #client: ClientSources;
  readonly #transfer: OutgoingTransfer;

  constructor(client: ClientSources, transfer: OutgoingTransfer) {
    this.#client = client;
    this.#transfer = transfer;
  }

  get identifier(): number {
    return this.#transfer.identifier;
  }

  get size(): number {
    return this.#transfer.content.length;
  }

  get sentBytes(): number {
    return this.#transfer.sentBytes;
  }

  get state(): TransferState {
    return this.#transfer.state;
  }

  cancel(): boolean {
    const outcomes = this.#client.tree.output.cancelTransfer(this.#transfer);
    this.#client.addOfVerb(outcomes);
    return outcomes.length > 0;
  }
}
