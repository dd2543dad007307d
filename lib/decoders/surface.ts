/**
 * The content of one channel: pixels or a grid of text, presented frame by frame.
 *
 * Decoders draw into the base, which delta frames build on. Readers see the presented content, that
 * of the last committed frame. Both are the same memory until a frame without commit arrives: then
 * the base becomes a copy, and the presented memory stays in place for its borrowers.
 *
 * @module
 */

import { VIDEO_FLAG } from "../wire/constants.ts";
import { Canvas, joined, type Region } from "./canvas.ts";
import { MemoryBudget } from "./memory_budget.ts";
import { markSeen } from "./simd/memory.ts";
import type { SurfaceContent, SurfaceView } from "./surface_view.ts";
import { PACKED_CELL_MEMORY_BYTES, PackedGrid } from "./packed_grid.ts";
import type { TextGrid, TextOptions } from "./text_grid.ts";
import type { FrameHeader } from "./frame_header.ts";

/** The surface of one channel. Its methods are for decoders, beside those of {@linkcode SurfaceView}. */
export class Surface implements SurfaceView {
  readonly #budget: MemoryBudget;
  readonly #finishPieces: () => void;
  #isUnfinished = false;
  #canvas: Canvas | undefined;
  #grid: PackedGrid | undefined;
  #shownCanvas: Canvas | undefined;
  #shownGrid: PackedGrid | undefined;
  #content: SurfaceContent = "none";
  #width = 0;
  #height = 0;
  #origoLl = false;
  #revision = 0;
  /** What frames without commit have changed. */
  #hidden: Region | undefined;
  /**
   * Called when a frame was presented, with the region in which it can differ from the one before, its
   * rows as they are stored. It must not read the surface.
   */
  onPresented: ((changed: Region) => void) | undefined;

  /**
   * @param budget The memory of all channels of the client.
   * @param finishPieces Called when a reader wants the presented pixels while a frame that is drawn
   * in pieces changes them: must draw the rest of it, as readers never see half of a frame.
   */
  constructor(budget: MemoryBudget = new MemoryBudget(), finishPieces: () => void = () => {}) {
    this.#budget = budget;
    this.#finishPieces = finishPieces;
  }

  get width(): number {
    return this.#width;
  }

  get height(): number {
    return this.#height;
  }

  get content(): SurfaceContent {
    return this.#content;
  }

  get origoLl(): boolean {
    return this.#origoLl;
  }

  get revision(): number {
    return this.#revision;
  }

  get pixels(): Uint8Array<ArrayBuffer> | undefined {
    const pixels = this.pixelsNow;
    if (pixels !== undefined) markSeen(pixels);
    return pixels;
  }

  /** The same for a reader that does not keep them beyond its call: their memory is used again. */
  get pixelsNow(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#isUnfinished) this.#finishPieces();
    return this.#content === "pixels" ? this.#shownCanvas!.bytes : undefined;
  }

  get grid(): TextGrid | undefined {
    return this.packedGrid?.open();
  }

  /** The presented grid, whose cells are not taken apart yet. */
  get packedGrid(): Pick<PackedGrid, "cols" | "rows" | "open"> | undefined {
    return this.#content === "tpack" ? this.#shownGrid : undefined;
  }

  rgba(): Uint8Array<ArrayBuffer> | undefined {
    const pixels = this.pixelsNow;
    if (pixels === undefined || !this.#origoLl) return pixels?.slice();
    const rowBytes = this.#width * 4;
    const flipped = new Uint8Array(pixels.length);
    for (let from = 0, to = pixels.length - rowBytes; to >= 0; from += rowBytes, to -= rowBytes) {
      flipped.set(pixels.subarray(from, from + rowBytes), to);
    }
    return flipped;
  }

  gridText(options: TextOptions = {}): string {
    return this.grid?.text(options) ?? "";
  }

  /** Releases all memory; the surface then presents nothing. */
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

  /** Whether there is a base of the frame's size for a delta frame of pixels. */
  hasBase(header: FrameHeader): boolean {
    const canvas = this.#canvas;
    return canvas !== undefined && canvas.hasBase && this.#fits(canvas, header);
  }

  /** The base of delta frames of text. */
  get baseGrid(): PackedGrid | undefined {
    return this.#grid;
  }

  /**
   * Begins a frame of pixels, whose payload must be known to be good; {@linkcode endPixels} follows.
   *
   * @returns The base in the size of the frame's surface; a new one is transparent black.
   * @throws {StreamError} `memory-limit`; nothing is changed.
   */
  beginPixels(header: FrameHeader): Canvas {
    const canvas = this.#canvas;
    if (canvas === undefined || !this.#fits(canvas, header)) {
      const next = this.#newCanvas(header.surfaceWidth, header.surfaceHeight);
      this.#canvas = next;
      this.#hide(wholeOf(header));
      this.#release(canvas);
      return next;
    }
    if (!this.#mustCopy(header)) return canvas;
    const copy = this.#newCanvas(canvas.width, canvas.height);
    copy.bytes.set(canvas.bytes);
    return this.#continueOn(copy);
  }

  /**
   * Does the same as {@linkcode beginPixels} for a frame that is drawn in pieces, and copies the base
   * in pieces too.
   *
   * @throws {StreamError} `memory-limit`; nothing is changed.
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

  /** Whether a frame that is drawn in pieces has begun to change the presented pixels. */
  get isUnfinished(): boolean {
    return this.#isUnfinished;
  }

  /** How many bytes {@linkcode beginPixels} copies for a frame. */
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

  /** Replaces the base by a copy of it. */
  #continueOn(copy: Canvas): Canvas {
    const { hasBase, opaque } = this.#canvas!;
    return this.#canvas = Object.assign(copy, { hasBase, opaque });
  }

  /** Ends a frame of pixels: presents it if it has commit. */
  endPixels(header: FrameHeader): void {
    this.#isUnfinished = false;
    this.#canvas!.hasBase = true;
    if (!header.commit) return this.#hide(header);
    this.#showCanvas(this.#canvas);
    this.#showGrid(undefined);
    this.#present("pixels", header);
  }

  /**
   * Draws a frame that covers the surface, without a copy.
   *
   * @param bytes Its R, G, B, A bytes, counted in the budget; owned by the surface from now on.
   * @returns An unused buffer of the same size, counted in the budget and owned by the caller, if
   * there is one.
   */
  swapPixels(
    header: FrameHeader,
    bytes: Uint8Array<ArrayBuffer>,
  ): Uint8Array<ArrayBuffer> | undefined {
    const old = this.#canvas;
    this.#canvas = new Canvas(header.surfaceWidth, header.surfaceHeight, bytes);
    const reusable = old !== undefined && old.bytes.length === bytes.length &&
      (old !== this.#shownCanvas || header.commit);
    // The returned buffer stays counted: forget it before anything releases it.
    if (reusable && old === this.#shownCanvas) this.#shownCanvas = undefined;
    if (!reusable) this.#release(old);
    this.#hide(wholeOf(header));
    this.endPixels(header);
    return reusable ? old.bytes : undefined;
  }

  /**
   * Begins a full frame of text; {@linkcode endText} follows.
   *
   * @returns A grid of that size, which may still have its old cells.
   * @throws {StreamError} `memory-limit`; nothing is changed.
   */
  beginFullText(header: FrameHeader, cols: number, rows: number): PackedGrid {
    const grid = this.#grid;
    if (
      grid === undefined || grid.cols !== cols || grid.rows !== rows ||
      (!header.commit && grid === this.#shownGrid)
    ) {
      this.#budget.reserve(cols * rows * PACKED_CELL_MEMORY_BYTES);
      const next = new PackedGrid(cols, rows);
      if (grid !== undefined) Object.assign(next.cursor, grid.cursor);
      this.#grid = next;
      this.#releaseGrid(grid);
      return next;
    }
    return grid;
  }

  /**
   * Begins a delta frame of text; {@linkcode endText} follows.
   *
   * @param base The {@linkcode baseGrid}.
   * @returns The grid to draw on.
   * @throws {StreamError} `memory-limit`; nothing is changed.
   */
  beginDeltaText(header: FrameHeader, base: PackedGrid): PackedGrid {
    if (header.commit || base !== this.#shownGrid) return base;
    this.#budget.reserve(base.memoryBytes);
    return this.#grid = base.clone();
  }

  /** Ends a frame of text: presents it if it has commit. */
  endText(header: FrameHeader): void {
    if (!header.commit) return this.#hide(header);
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
    const hidden = this.#hidden;
    this.#hidden = undefined;
    this.onPresented?.(hidden === undefined ? header : joined(hidden, header));
  }

  #hide(region: Region): void {
    this.#hidden = this.#hidden === undefined ? region : joined(this.#hidden, region);
  }

  #showCanvas(canvas: Canvas | undefined): void {
    const old = this.#shownCanvas;
    this.#shownCanvas = canvas;
    this.#release(old);
  }

  #showGrid(grid: PackedGrid | undefined): void {
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

  /** Stops counting a canvas unless the surface still uses it. */
  #release(canvas: Canvas | undefined): void {
    if (canvas === undefined || canvas === this.#canvas || canvas === this.#shownCanvas) return;
    this.#budget.free(canvas.bytes);
  }

  #releaseGrid(grid: PackedGrid | undefined): void {
    if (grid === undefined || grid === this.#grid || grid === this.#shownGrid) return;
    this.#budget.release(grid.memoryBytes);
  }
}

function wholeOf({ surfaceWidth, surfaceHeight }: FrameHeader): Region {
  return { x: 0, y: 0, width: surfaceWidth, height: surfaceHeight };
}
