/**
 * One client for all its viewers: its segments, and the records that viewers are told of.
 *
 * @module
 */

import type { AudioChunk } from "../../decoders/audio.ts";
import type { ClientSource } from "../../segment/client_source.ts";
import type { ClientTap } from "../../segment/delivery.ts";
import type { Status } from "../../segment/status.ts";
import { ClipboardText } from "./clipboard.ts";
import type { Compressor } from "./compressor.ts";
import { SegmentFeed } from "./segment_feed.ts";

/** A client that can be viewed. */
export interface Viewable {
  /** The source of its first segment. */
  readonly source: ClientSource;
  /** The sources of all segments. */
  readonly segments: readonly ClientSource[];
  /** What looks at it. */
  readonly taps: Set<ClientTap>;
  /** Makes it send other video than H.264. @param reason Why, for the log. */
  refuseH264(reason: string): void;
}

/** Is told what a client does besides drawing. */
export interface ClientViewer {
  /** A segment has come. */
  opened(feed: SegmentFeed): void;
  closed(feed: SegmentFeed): void;
  /** What is said of the client may have changed. */
  described(): void;
  /** The place of a segment, or the mouse cursor over it, has changed. */
  placed(source: ClientSource): void;
  pointed(source: ClientSource): void;
  /** A segment makes sound. */
  heard(source: ClientSource, chunk: AudioChunk): void;
  /** The client offers text for the clipboard. */
  copied(text: string): void;
  /** The client has ended. */
  ended(lastWords: string): void;
}

/** The records that change what is said of a client. */
const DESCRIBING: readonly Status["kind"][] = ["registered", "ident", "resized", "terminated"];

export class ClientFeed implements ClientTap {
  readonly #client: Viewable;
  readonly #compressor: Compressor;
  readonly #segments = new Map<number, SegmentFeed>();
  readonly #clipboards = new Map<number, ClipboardText>();
  readonly viewers = new Set<ClientViewer>();

  constructor(client: Viewable, compressor: Compressor) {
    this.#client = client;
    this.#compressor = compressor;
    for (const source of client.segments) this.#open(source);
    client.taps.add(this);
  }

  get source(): ClientSource {
    return this.#client.source;
  }

  get segments(): readonly SegmentFeed[] {
    return [...this.#segments.values()];
  }

  /** The source of a segment. */
  sourceOf(id: number): ClientSource | undefined {
    return this.#segments.get(id)?.source;
  }

  /** The last viewer has left. */
  close(): void {
    this.#client.taps.delete(this);
    for (const feed of this.#segments.values()) feed.close();
    this.#segments.clear();
  }

  onRecord(source: ClientSource, status: Status): void {
    if (status.kind === "terminated") this.#end(source, status.last_words);
    else if (!this.#segments.has(source.id)) {
      const feed = this.#open(source);
      this.#tell((viewer) => viewer.opened(feed));
    }
    if (DESCRIBING.includes(status.kind)) this.described();
    if (status.kind === "viewport") this.#tell((viewer) => viewer.placed(source));
    else if (status.kind === "cursorhint") this.#tell((viewer) => viewer.pointed(source));
    else if (status.kind === "message" && source.segkind === "clipboard") {
      let clipboard = this.#clipboards.get(source.id);
      if (clipboard === undefined) this.#clipboards.set(source.id, clipboard = new ClipboardText());
      const text = clipboard.add(status);
      if (text !== undefined) this.#tell((viewer) => viewer.copied(text));
    }
  }

  /** What is said of the client may have changed. */
  described(): void {
    this.#tell((viewer) => viewer.described());
  }

  onAudio(source: ClientSource, chunk: AudioChunk): void {
    this.#tell((viewer) => viewer.heard(source, chunk));
  }

  refuseH264(reason: string): void {
    this.#client.refuseH264(reason);
  }

  #open(source: ClientSource): SegmentFeed {
    const feed = new SegmentFeed(source, this.#compressor);
    this.#segments.set(source.id, feed);
    return feed;
  }

  #end(source: ClientSource, lastWords: string): void {
    const feed = this.#segments.get(source.id);
    this.#segments.delete(source.id);
    this.#clipboards.delete(source.id);
    if (feed !== undefined) {
      this.#tell((viewer) => viewer.closed(feed));
      feed.close();
    }
    if (source === this.source) this.#tell((viewer) => viewer.ended(lastWords));
  }

  /** Viewers may leave meanwhile. */
  #tell(what: (viewer: ClientViewer) => void): void {
    for (const viewer of [...this.viewers]) what(viewer);
  }
}
