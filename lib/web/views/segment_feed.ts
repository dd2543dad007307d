/**
 * What one segment shows, for all its viewers: what has changed, and the pieces of its latest picture
 * that were made for one of them.
 *
 * @module
 */

import type { Region } from "../../decoders/canvas.ts";
import type { CodedSeries } from "../../decoders/h264/coded_series.ts";
import type { Surface } from "../../decoders/surface.ts";
import { TILE_HEIGHT, TILE_WIDTH, VIEWER_SHARED_BYTES } from "../../limits.ts";
import type { ClientSource } from "../../segment/client_source.ts";
import { codecFor, type Compressed, type Line } from "./compress.ts";
import type { Compressor } from "./compressor.ts";
import { Damage } from "./damage.ts";
import { pack, type Pixels } from "./pack.ts";
import { writePixels } from "./protocol.ts";
import { scaledDown } from "./scale.ts";

/** A rectangle as the body of a message, in parts. */
export type Body = readonly Uint8Array[];

/** The promise rejects when the worker has failed. */
export type Piece = Body | Promise<Body>;

/** Is told that a segment shows something new. */
export interface SegmentViewer {
  changed(feed: SegmentFeed): void;
}

/** Pictures of the same size, orientation and kind, one after the other. */
export interface Series {
  readonly kind: "pixels" | "text" | "none";
  readonly width: number;
  readonly height: number;
  readonly bottomUp: boolean;
  readonly damage: Damage;
}

export class SegmentFeed {
  readonly source: ClientSource;
  readonly viewers = new Set<SegmentViewer>();
  readonly #surface: Surface;
  readonly #compressor: Compressor;
  #series: Series;
  /** Pieces of the latest picture, the oldest first. */
  readonly #shared = new Map<string, { readonly piece: Piece; readonly bytes: number }>();
  #sharedBytes = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(source: ClientSource, compressor: Compressor) {
    this.source = source;
    this.#surface = source.segment.video.surface;
    this.#compressor = compressor;
    this.#series = this.#newSeries();
    this.#surface.onPresented = (changed) => this.#presented(changed);
    this.coded.onUnit = () => this.#changed();
  }

  /** The H.264 that is shown; empty when something else is. */
  get coded(): CodedSeries {
    return this.source.segment.video.coded;
  }

  get isVideo(): boolean {
    return this.coded.number > 0;
  }

  get id(): number {
    return this.source.id;
  }

  /** How many pictures were presented. */
  get revision(): number {
    return this.#surface.revision;
  }

  get series(): Series {
    return this.#series;
  }

  /**
   * Whether the latest picture can be read: not before the first one, after the end, and while a large
   * frame is half drawn, as reading would draw the rest at once and block the thread.
   */
  get isReadable(): boolean {
    return this.#surface.content !== "none" && !this.#surface.isUnfinished;
  }

  /** The grid of text; borrowed until the next frame. */
  get grid() {
    return this.#surface.grid;
  }

  /** Settles when the next frame was presented, or the segment has ended. */
  presented(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /**
   * Gives a rectangle of the latest picture, which must be of pixels.
   *
   * @param region As its rows are stored.
   * @param line That of the viewer.
   */
  piece(region: Region, line: Line): Piece {
    const { x, y, width, height } = region;
    return this.#share(`${x} ${y} ${width} ${height} ${line}`, width * height * 4, () => {
      const pixels = this.#pixels();
      const fromTop = pixels.bottomUp ? pixels.height - y - height : y;
      return this.#make(pixels, { x, y: fromTop, width, height }, line);
    });
  }

  /** Gives the latest picture, which must be of pixels, scaled down. */
  tile(): Piece {
    return this.#share("tile", TILE_WIDTH * TILE_HEIGHT * 4, () => {
      const small = scaledDown(this.#pixels(), TILE_WIDTH, TILE_HEIGHT);
      return this.#make(small, { x: 0, y: 0, width: small.width, height: small.height }, "slow");
    });
  }

  /** Its last viewer has left, or the segment has ended. */
  close(): void {
    this.#surface.onPresented = undefined;
    this.coded.onUnit = undefined;
    this.#forgetPieces();
    this.#wake();
  }

  #presented(changed: Region): void {
    const { kind, width, height, bottomUp } = this.#series;
    const next = this.#newSeries();
    const isSame = next.kind === kind && next.width === width && next.height === height &&
      next.bottomUp === bottomUp;
    if (isSame) this.#series.damage.add(this.revision, changed);
    else this.#series = next;
    this.#forgetPieces();
    this.#changed();
    this.#wake();
  }

  #changed(): void {
    for (const viewer of this.viewers) viewer.changed(this);
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #newSeries(): Series {
    const { content, width, height, origoLl, revision } = this.#surface;
    const kind = content === "tpack" ? "text" : content;
    return { kind, width, height, bottomUp: origoLl, damage: new Damage(revision) };
  }

  #pixels(): Pixels {
    const { pixelsNow, width, height, origoLl } = this.#surface;
    return { rgba: pixelsNow!, width, height, bottomUp: origoLl };
  }

  /** @param bytes The size of the pixels. */
  #share(key: string, bytes: number, make: () => Piece): Piece {
    const known = this.#shared.get(key);
    if (known !== undefined) return known.piece;
    const piece = make();
    if (this.viewers.size < 2) return piece;
    this.#shared.set(key, { piece, bytes });
    this.#sharedBytes += bytes;
    for (const [oldest, { bytes }] of this.#shared) {
      if (this.#sharedBytes <= VIEWER_SHARED_BYTES) break;
      this.#shared.delete(oldest);
      this.#sharedBytes -= bytes;
    }
    return piece;
  }

  #forgetPieces(): void {
    this.#shared.clear();
    this.#sharedBytes = 0;
  }

  #make(pixels: Pixels, region: Region, line: Line): Piece {
    const { channels, bytes } = pack(pixels, region);
    const stride = region.width * channels;
    const codec = codecFor(bytes, stride, line);
    const compressed = this.#compressor.compress({ bytes, stride, codec });
    const { width: surfaceWidth, height: surfaceHeight } = pixels;
    const body = (compressed: Compressed) =>
      writePixels({ surfaceWidth, surfaceHeight, ...region, channels, ...compressed });
    return compressed instanceof Promise ? compressed.then(body) : body(compressed);
  }
}
