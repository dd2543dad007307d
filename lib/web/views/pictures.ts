/**
 * The pictures of a client on their way to one viewer: the newest one of each segment, as soon as the
 * viewer has drawn earlier ones.
 *
 * @module
 */

import { TILE_GAP_MS, VIEWER_GAP_MS } from "../../limits.ts";
import { type Ack, BINARY_KIND, LAST_RECTANGLE, type ViewMode, writeBinary } from "./protocol.ts";
import type { Body, SegmentFeed, SegmentViewer } from "./segment_feed.ts";
import { SegmentView } from "./segment_view.ts";
import type { Turns } from "./turns.ts";
import { Window } from "./window.ts";

interface PicturesOptions {
  readonly mode: ViewMode;
  readonly turns: Turns;
  send(message: Uint8Array<ArrayBuffer>): void;
  /** Something went wrong that is no fault of the viewer. */
  failed(error: unknown): void;
}

export class Pictures implements SegmentViewer {
  readonly #options: PicturesOptions;
  readonly #views = new Map<SegmentFeed, SegmentView>();
  /** Segments that may show something new, the one that waits longest first. */
  readonly #changed = new Set<SegmentView>();
  readonly #window = new Window();
  readonly #gapMs: number;
  #lastMs = -Infinity;
  #isPaused = true;
  #isDrawing = false;
  #isDue = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #roomMade: (() => void) | undefined;

  /** It is paused at first. */
  constructor(options: PicturesOptions) {
    this.#options = options;
    this.#gapMs = options.mode === "tile" ? TILE_GAP_MS : VIEWER_GAP_MS;
  }

  add(feed: SegmentFeed): void {
    const view = new SegmentView(feed);
    this.#views.set(feed, view);
    feed.viewers.add(this);
    this.changed(feed);
  }

  remove(feed: SegmentFeed): void {
    feed.viewers.delete(this);
    const view = this.#views.get(feed);
    this.#views.delete(feed);
    if (view !== undefined) this.#changed.delete(view);
  }

  changed(feed: SegmentFeed): void {
    this.#changed.add(this.#views.get(feed)!);
    this.#schedule();
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#schedule();
  }

  /** The viewer has drawn a message. */
  acknowledged(ack: Ack): void {
    this.#window.acknowledged(ack);
    this.#wake();
    this.#schedule();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const feed of [...this.#views.keys()]) this.remove(feed);
    this.#wake();
  }

  #wake(): void {
    this.#roomMade?.();
    this.#roomMade = undefined;
  }

  #schedule(): void {
    if (this.#isDue || this.#isDrawing || this.#ready().length === 0) return;
    this.#isDue = true;
    const atMs = Math.max(this.#lastMs + this.#gapMs, this.#options.turns.freeAtMs);
    const waitMs = atMs - performance.now();
    // At the end of the turn, as several frames may arrive in one.
    if (waitMs <= 0) queueMicrotask(() => this.#draw());
    else this.#timer = setTimeout(() => this.#draw(), waitMs);
  }

  /** The segments of which a new picture may be sent. */
  #ready(): SegmentView[] {
    if (this.#isPaused || this.#isClosed) return [];
    return [...this.#changed].filter(({ feed }) => this.#window.mayBegin(feed.id));
  }

  #draw(): void {
    this.#isDue = false;
    this.#lastMs = performance.now();
    this.#isDrawing = true;
    this.#drawAll(this.#ready()).then(
      () => {
        this.#isDrawing = false;
        this.#schedule();
      },
      (error) => this.#options.failed(error),
    );
  }

  /** Draws one segment after the other, so that one picture at a time is being made. */
  async #drawAll(views: readonly SegmentView[]): Promise<void> {
    for (const view of views) {
      if (!this.#changed.delete(view) || view.isCurrent) continue;
      // What cannot be read yet tells when it can.
      if (view.feed.isReadable) await this.#drawNow(view);
    }
  }

  #drawNow(view: SegmentView): Promise<void> | undefined {
    const { feed } = view;
    const startMs = performance.now();
    try {
      if (feed.series.kind === "pixels") {
        return this.#options.mode === "tile" ? this.#drawTile(view) : this.#drawPixels(view);
      }
      const body = view.nextText();
      if (body !== undefined) this.#send(feed, BINARY_KIND.text, body, true);
      return undefined;
    } finally {
      this.#options.turns.spent(startMs);
    }
  }

  async #drawTile(view: SegmentView): Promise<void> {
    view.nextTile();
    this.#send(view.feed, BINARY_KIND.pixels, await view.feed.tile(), true);
  }

  /** The first batch is copied at once, so that viewers in step share it. */
  async #drawPixels(view: SegmentView): Promise<void> {
    const { feed } = view;
    const { series } = feed;
    const batches = view.nextPixels();
    for (const [index, batch] of batches.entries()) {
      if (index > 0) {
        await this.#room(feed);
        if (!this.#views.has(feed)) return;
        if (feed.series !== series) return view.forget();
      }
      const startMs = performance.now();
      const made = batch.map((region) => feed.piece(region, this.#window.line));
      if (index > 0) this.#options.turns.spent(startMs);
      let pieces: Body[];
      try {
        pieces = await Promise.all(made);
      } catch {
        // The worker has failed, and what was copied is lost; the next try goes without it.
        view.forget();
        this.#changed.add(view);
        return;
      }
      const isEnd = index === batches.length - 1;
      for (const [at, piece] of pieces.entries()) {
        this.#send(feed, BINARY_KIND.pixels, piece, isEnd && at === pieces.length - 1);
      }
    }
  }

  /** Waits until a further batch of a picture may be made. */
  async #room(feed: SegmentFeed): Promise<void> {
    while (!this.#isClosed && !this.#window.hasRoom) {
      await new Promise<void>((resolve) => this.#roomMade = resolve);
    }
    while (this.#views.has(feed) && !feed.isReadable) await feed.presented();
  }

  #send(feed: SegmentFeed, kind: number, body: Body, isLast: boolean): void {
    if (!this.#views.has(feed)) return;
    const bytes = body.reduce((sum, { length }) => sum + length, 0);
    const seq = this.#window.sent(feed.id, bytes, isLast);
    const flags = kind === BINARY_KIND.pixels && isLast ? LAST_RECTANGLE : 0;
    this.#options.send(writeBinary({ kind, flags, segment: feed.id, seq }, body));
  }
}
