/**
 * What one channel shows: pixels or a grid of text, presented frame by frame.
 *
 * Decoders draw into the base, which delta frames build on; readers see the last committed picture.
 * The two are the same memory until a frame arrives that is not to be presented yet; only then is
 * the base a copy, and what is presented stays in place for its borrowers.
 *
 * @module
 */

import { VIDEO_FLAG } from "../wire/constants.ts";
import { MemoryBudget } from "./memory_budget.ts";
import type { SurfaceContent, SurfaceView } from "./surface_view.ts";
import { CELL_MEMORY_BYTES, TextGrid, type TextOptions } from "./text_grid.ts";
import type { FrameHeader } from "./frame_header.ts";

/** Pixels that decoders write to. */
export class Canvas {
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** R, G, B, A bytes, row after row in the order in which the wire stores rows. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, one little-endian word a pixel. */
  readonly words: Int32Array<ArrayBuffer>;
  /** Whether a frame that needs no predecessor was drawn; delta frames need one. */
  hasBase = false;
  /** Whether every alpha byte is known to be 255. */
  opaque = false;

  /**
   * Wraps a block of pixels.
   *
   * @param width Width in pixels.
   * @param height Height in pixels.
   * @param bytes `width * height * 4` bytes, aligned to 4; owned from here on.
   */
  constructor(width: number, height: number, bytes: Uint8Array<ArrayBuffer>) {
    this.width = width;
    this.height = height;
    this.bytes = bytes;
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, width * height);
  }
}

/** The surface of one channel. */
export class Surface implements SurfaceView {
  readonly #budget: MemoryBudget;
  readonly #finish: () => void;
  #isUnfinished = false;
  #canvas: Canvas | undefined;
  #grid: TextGrid | undefined;
  #shownCanvas: Canvas | undefined;
  #shownGrid: TextGrid | undefined;
  #content: SurfaceContent = "none";
  #width = 0;
  #height = 0;
  #origoLl = false;
  #revision = 0;

  /**
   * Makes a surface that presents nothing yet.
   *
   * @param budget What the pixels of this and other surfaces of the client are counted against.
   * @param finish Finishes the frame that is drawn in pieces, when the presented pixels are read
   * while it changes them: readers never see half of a frame.
   */
  constructor(budget: MemoryBudget = new MemoryBudget(), finish: () => void = () => {}) {
    this.#budget = budget;
    this.#finish = finish;
  }

  /** Width of the presented picture in pixels, 0 before the first one. */
  get width(): number {
    return this.#width;
  }

  /** Height of the presented picture in pixels, 0 before the first one. */
  get height(): number {
    return this.#height;
  }

  /** What the last committed frame presented. */
  get content(): SurfaceContent {
    return this.#content;
  }

  /** Whether the presented rows are stored bottom up. */
  get origoLl(): boolean {
    return this.#origoLl;
  }

  /** How many frames were presented so far. */
  get revision(): number {
    return this.#revision;
  }

  /**
   * The presented pixels as R, G, B, A bytes in storage order (see {@linkcode origoLl}), without a
   * copy: read only, valid until the next frame of the channel begins. Undefined for text.
   */
  get pixels(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#isUnfinished) this.#finish();
    return this.#content === "pixels" ? this.#shownCanvas!.bytes : undefined;
  }

  /** The presented grid, read only, valid until the next frame begins. Undefined for pixels. */
  get grid(): TextGrid | undefined {
    return this.#content === "tpack" ? this.#shownGrid : undefined;
  }

  /**
   * Copies the presented pixels with the top row first.
   *
   * @returns `width * height * 4` bytes R, G, B, A, owned by the caller; undefined for text.
   */
  rgba(): Uint8Array<ArrayBuffer> | undefined {
    const pixels = this.pixels;
    if (pixels === undefined || !this.#origoLl) return pixels?.slice();
    const rowBytes = this.#width * 4;
    const flipped = new Uint8Array(pixels.length);
    for (let from = 0, to = pixels.length - rowBytes; to >= 0; from += rowBytes, to -= rowBytes) {
      flipped.set(pixels.subarray(from, from + rowBytes), to);
    }
    return flipped;
  }

  /**
   * The presented text.
   *
   * @param options Whether blanks at the end of lines are cut off.
   * @returns One line a row, joined by line feeds; empty unless text is presented.
   */
  gridText(options: TextOptions = {}): string {
    return this.grid?.text(options) ?? "";
  }

  /** Lets go of everything and gives its memory back to the budget. */
  close(): void {
    const canvas = this.#canvas;
    const shown = this.#shownCanvas;
    const grid = this.#grid;
    const shownGrid = this.#shownGrid;
    this.#canvas =
      this.#shownCanvas =
      this.#grid =
      this.#shownGrid =
        undefined;
    this.#content = "none";
    this.#width = this.#height = 0;
    this.#release(canvas);
    if (shown !== canvas) this.#release(shown);
    this.#releaseGrid(grid);
    if (shownGrid !== grid) this.#releaseGrid(shownGrid);
  }

  /**
   * The base of delta frames, for decoders alone.
   *
   * @param header The frame that is to be drawn.
   * @returns Whether a frame of this size that needs no predecessor was drawn before.
   */
  hasBase(header: FrameHeader): boolean {
    const canvas = this.#canvas;
    return canvas !== undefined && canvas.hasBase && this.#fits(canvas, header);
  }

  /** The grid that delta frames apply to, for decoders alone. */
  get baseGrid(): TextGrid | undefined {
    return this.#grid;
  }

  /**
   * Starts to draw a frame of pixels, for decoders alone. The payload must be known to be good.
   *
   * @param header The frame.
   * @returns The base in the size of the frame's surface; new ones are transparent black.
   * @throws {StreamError} `memory-limit`; nothing is changed then.
   */
  beginPixels(header: FrameHeader): Canvas {
    const canvas = this.#canvas;
    if (canvas === undefined || !this.#fits(canvas, header)) {
      const next = this.#newCanvas(header.surfaceWidth, header.surfaceHeight);
      this.#canvas = next;
      this.#release(canvas);
      return next;
    }
    if (!this.#mustCopy(header)) return canvas;
    const copy = this.#newCanvas(canvas.width, canvas.height);
    copy.bytes.set(canvas.bytes);
    return this.#continueOn(copy);
  }

  /**
   * The same as {@linkcode beginPixels} for a frame that is drawn in pieces; what is copied is copied
   * in pieces too.
   *
   * @param header The frame.
   * @param pieceBytes How much is copied at once.
   * @throws {StreamError} `memory-limit`; nothing is changed then.
   */
  *beginPixelsInPieces(header: FrameHeader, pieceBytes: number): Generator<void, Canvas> {
    if (this.#mustCopy(header)) {
      const { width, height, bytes } = this.#canvas!;
      const copy = this.#newCanvas(width, height);
      try {
        for (let at = 0; at < bytes.length; at += pieceBytes) {
          copy.bytes.set(bytes.subarray(at, at + pieceBytes), at);
          yield;
        }
        return this.#continueOn(copy);
      } finally {
        this.#release(copy);
      }
    }
    const canvas = this.beginPixels(header);
    this.#isUnfinished = canvas === this.#shownCanvas;
    return canvas;
  }

  /** Whether a frame that is drawn in pieces has begun to change what is presented. */
  get isUnfinished(): boolean {
    return this.#isUnfinished;
  }

  /**
   * How much memory is copied to draw a frame, for decoders alone.
   *
   * @param header The frame.
   * @returns Bytes.
   */
  copiedBytes(header: FrameHeader): number {
    return this.#mustCopy(header) ? this.#canvas!.bytes.length : 0;
  }

  /**
   * DEVIATION: the reference draws into the presented memory. Pinned by "a frame without commit
   * changes the base and not the presented picture".
   */
  #mustCopy(header: FrameHeader): boolean {
    const canvas = this.#canvas;
    return !header.commit && canvas !== undefined && canvas === this.#shownCanvas &&
      this.#fits(canvas, header);
  }

  /** Makes a copy of the base the base. */
  #continueOn(copy: Canvas): Canvas {
    const { hasBase, opaque } = this.#canvas!;
    return this.#canvas = Object.assign(copy, { hasBase, opaque });
  }

  /**
   * Ends what {@linkcode beginPixels} started.
   *
   * @param header The frame.
   */
  endPixels(header: FrameHeader): void {
    this.#isUnfinished = false;
    this.#canvas!.hasBase = true;
    if (!header.commit) return;
    this.#showCanvas(this.#canvas);
    this.#showGrid(undefined);
    this.#present("pixels", header);
  }

  /**
   * Takes a whole frame of R, G, B, A bytes over without a copy, for decoders alone.
   *
   * @param header A frame that covers the surface.
   * @param bytes Exactly the pixels; counted in the budget, owned by the surface from here on.
   * @returns A buffer of the same size in exchange, counted likewise, or undefined.
   */
  swapPixels(
    header: FrameHeader,
    bytes: Uint8Array<ArrayBuffer>,
  ): Uint8Array<ArrayBuffer> | undefined {
    const old = this.#canvas;
    this.#canvas = new Canvas(header.surfaceWidth, header.surfaceHeight, bytes);
    const reusable = old !== undefined && old.bytes.length === bytes.length &&
      (old !== this.#shownCanvas || Boolean(header.commit));
    // The count of a buffer that is handed back goes with it: forget it before the release.
    if (reusable && old === this.#shownCanvas) this.#shownCanvas = undefined;
    if (!reusable) this.#release(old);
    this.endPixels(header);
    return reusable ? old.bytes : undefined;
  }

  /**
   * Starts to draw a full frame of text, for decoders alone.
   *
   * @param header The frame.
   * @param cols Columns of the grid.
   * @param rows Rows of the grid.
   * @returns A grid of that size whose content is to be cleared.
   * @throws {StreamError} `memory-limit`; nothing is changed then.
   */
  beginFullText(header: FrameHeader, cols: number, rows: number): TextGrid {
    const grid = this.#grid;
    if (
      grid === undefined || grid.cols !== cols || grid.rows !== rows ||
      (!header.commit && grid === this.#shownGrid)
    ) {
      this.#budget.reserve(cols * rows * CELL_MEMORY_BYTES);
      const next = new TextGrid(cols, rows);
      if (grid !== undefined) Object.assign(next.cursor, grid.cursor);
      this.#grid = next;
      this.#releaseGrid(grid);
      return next;
    }
    return grid;
  }

  /**
   * Starts to draw a delta frame of text on {@linkcode baseGrid}, for decoders alone.
   *
   * @param header The frame.
   * @param base The grid that it applies to.
   * @returns The grid to draw on.
   * @throws {StreamError} `memory-limit`; nothing is changed then.
   */
  beginDeltaText(header: FrameHeader, base: TextGrid): TextGrid {
    if (header.commit || base !== this.#shownGrid) return base;
    this.#budget.reserve(base.sizeBytes);
    return this.#grid = base.clone();
  }

  /**
   * Ends what one of the two above started.
   *
   * @param header The frame.
   */
  endText(header: FrameHeader): void {
    if (!header.commit) return;
    this.#showGrid(this.#grid);
    this.#showCanvas(undefined);
    this.#present("tpack", header);
  }

  #present(content: SurfaceContent, header: FrameHeader): void {
    this.#content = content;
    this.#width = header.surfaceWidth;
    this.#height = header.surfaceHeight;
    this.#origoLl = (header.flags & VIDEO_FLAG.origoLowerLeft) !== 0;
    this.#revision++;
  }

  #showCanvas(canvas: Canvas | undefined): void {
    const old = this.#shownCanvas;
    this.#shownCanvas = canvas;
    this.#release(old);
  }

  #showGrid(grid: TextGrid | undefined): void {
    const old = this.#shownGrid;
    this.#shownGrid = grid;
    this.#releaseGrid(old);
  }

  #fits(canvas: Canvas, header: FrameHeader): boolean {
    return canvas.width === header.surfaceWidth && canvas.height === header.surfaceHeight;
  }

  #newCanvas(width: number, height: number): Canvas {
    return new Canvas(width, height, this.#budget.allocate(width * height * 4));
  }

  /** Stops counting a canvas once nothing here refers to it any more. */
  #release(canvas: Canvas | undefined): void {
    if (canvas === undefined || canvas === this.#canvas || canvas === this.#shownCanvas) return;
    this.#budget.release(canvas.bytes.length);
  }

  #releaseGrid(grid: TextGrid | undefined): void {
    if (grid === undefined || grid === this.#grid || grid === this.#shownGrid) return;
    this.#budget.release(grid.sizeBytes);
  }
}
