/**
 * The pictures of a client on their way to one viewer: the newest one of each segment, as soon as the
 * viewer has drawn earlier ones.
 *
 * @module
 */

import type { AudioChunk } from "../../decoders/audio.ts";
import {
  KEY_PICTURE_WAIT_MS,
  TILE_GAP_MS,
  VIEWER_GAP_MS,
  VIEWER_PICTURES_AHEAD,
  VIEWER_SOUND_BYTES,
  VIEWER_UNITS_AHEAD,
} from "../../limits.ts";
import type { ClientSource } from "../../segment/client_source.ts";
import {
  type Ack,
  BINARY_KIND,
  BOTTOM_UP,
  KEY_PICTURE,
  LAST_RECTANGLE,
  type ViewMode,
  writeBinary,
  writeSound,
  writeVideo,
} from "./protocol.ts";
import type { Body, SegmentFeed, SegmentViewer } from "./segment_feed.ts";
import { SegmentView } from "./segment_view.ts";
import type { Turns } from "./turns.ts";
import { Window } from "./window.ts";

interface PicturesOptions {
  readonly mode: ViewMode;
  readonly turns: Turns;
  send(message: Uint8Array<ArrayBuffer>): void;
  /** Asks for other video than H.264. @param reason Why, for the log. */
  refuseH264(reason: string): void;
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
  /** Whether the viewer decodes H.264. */
  decodesH264 = false;
  #keyTimer: ReturnType<typeof setTimeout> | undefined;
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

  /** Sends sound, unless so much of it is on the way that more would be late. */
  sound({ id }: ClientSource, chunk: AudioChunk): void {
    if (this.#window.soundBytes > VIEWER_SOUND_BYTES) return;
    const body = writeSound(chunk);
    const seq = this.#window.sentSound(id, body.length);
    const head = { kind: BINARY_KIND.audio, flags: 0, segment: id, seq };
    this.#options.send(writeBinary(head, [body]));
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
    clearTimeout(this.#keyTimer);
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
    return [...this.#changed].filter((view) => this.#mayBegin(view));
  }

  #mayBegin({ feed }: SegmentView): boolean {
    const isStream = feed.isVideo && this.#options.mode === "full";
    return this.#window.mayBegin(feed.id, isStream ? VIEWER_UNITS_AHEAD : VIEWER_PICTURES_AHEAD);
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
      if (!this.#changed.delete(view)) continue;
      // What cannot be read yet tells when it can.
      if (view.feed.isVideo || (!view.isCurrent && view.feed.isReadable)) await this.#drawNow(view);
    }
  }

  #drawNow(view: SegmentView): Promise<void> | undefined {
    const { feed } = view;
    const startMs = performance.now();
    try {
      if (feed.isVideo) return this.#sendUnits(view);
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

  /** Sends the access units that the viewer has not got. */
  #sendUnits(view: SegmentView): undefined {
    const { mode, refuseH264 } = this.#options;
    const { feed } = view;
    if (!this.decodesH264) return void refuseH264("a viewer does not decode H.264");
    if (view.needsKey) this.#awaitKey(view);
    while (this.#mayBegin(view)) {
      const unit = view.nextUnit(mode === "tile");
      if (unit === undefined) return;
      const flags = (unit.isKey ? KEY_PICTURE : 0) | (unit.bottomUp ? BOTTOM_UP : 0);
      this.#send(feed, BINARY_KIND.video, writeVideo(unit), true, flags);
    }
    this.#changed.add(view);
  }

  #awaitKey(view: SegmentView): void {
    this.#keyTimer ??= setTimeout(() => {
      this.#keyTimer = undefined;
      const isWaiting = this.#views.has(view.feed) && view.feed.isVideo && view.needsKey;
      if (isWaiting) this.#options.refuseH264("a viewer has waited for a key picture in vain");
    }, KEY_PICTURE_WAIT_MS);
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

  #send(
    feed: SegmentFeed,
    kind: number,
    body: Body,
    isLast: boolean,
    flags = kind === BINARY_KIND.pixels && isLast ? LAST_RECTANGLE : 0,
  ): void {
    if (!this.#views.has(feed)) return;
    const bytes = body.reduce((sum, { length }) => sum + length, 0);
    const seq = this.#window.sent(feed.id, bytes, isLast);
    this.#options.send(writeBinary({ kind, flags, segment: feed.id, seq }, body));
  }
}
