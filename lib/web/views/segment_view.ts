/**
 * One segment as one viewer has it: what the viewer has got, and what it needs next.
 *
 * @module
 */

import type { Region } from "../../decoders/canvas.ts";
import type { CodedUnit } from "../../decoders/h264/coded_series.ts";
import { TextGrid } from "../../decoders/text_grid.ts";
import { MAX_VIEWER_COLS, MAX_VIEWER_ROWS, VIEWER_PIECE_BYTES } from "../../limits.ts";
import { GridPainter } from "../../handlers/grid_painter.ts";
import { widened } from "./pack.ts";
import { writeText } from "./protocol.ts";
import type { Body, SegmentFeed, Series } from "./segment_feed.ts";

export class SegmentView {
  readonly feed: SegmentFeed;
  /** The series and number of the picture that the viewer has got. */
  #series: Series | undefined;
  #revision = -1;
  #painter: GridPainter | undefined;
  /** The series of H.264 that the viewer decodes, and how many of its units it has got. */
  #codedNumber = 0;
  #units = 0;

  constructor(feed: SegmentFeed) {
    this.feed = feed;
  }

  /** Whether the viewer has got the latest picture. */
  get isCurrent(): boolean {
    return this.#series === this.feed.series && this.#revision === this.feed.revision;
  }

  /**
   * Whether the viewer needs a key picture to begin with, and there is none. One that has begun and
   * fallen too far behind waits as well, but does not count.
   */
  get needsKey(): boolean {
    return this.#codedNumber === 0 && !this.feed.coded.canBegin;
  }

  /**
   * The next access unit of H.264; those of an older series are left out.
   *
   * @param onlyKeys For a viewer that is to have few pictures.
   */
  nextUnit(onlyKeys: boolean): CodedUnit | undefined {
    const { coded } = this.feed;
    if (coded.number !== this.#codedNumber) {
      if (!coded.canBegin) return undefined;
      this.#codedNumber = coded.number;
      this.#units = 0;
    }
    const unit = onlyKeys && this.#units > 0 ? undefined : coded.at(this.#units);
    if (unit === undefined) return undefined;
    this.#units++;
    // It covers what the viewer had of pixels and text.
    this.forget();
    return unit;
  }

  /** What was sent last is lost; the next picture is a whole one. */
  forget(): void {
    this.#series = undefined;
  }

  /** The changes of the grid of text as the body of a message; `undefined` when there are none. */
  nextText(): Body | undefined {
    if (this.#series?.kind !== "text") this.#painter = new GridPainter();
    this.#advance();
    const grid = clipped(this.feed.grid!);
    const ansi = this.#painter!.paint(grid);
    return ansi === "" ? undefined : writeText({ cols: grid.cols, rows: grid.rows, ansi });
  }

  /**
   * The rectangles of pixels that the viewer needs, in batches that are copied in one go. They are those
   * of the latest picture, which counts as sent from here on.
   */
  nextPixels(): Region[][] {
    this.#painter = undefined;
    const { series } = this.feed;
    const { width, height } = series;
    const whole = { x: 0, y: 0, width, height };
    const regions = series === this.#series ? series.damage.since(this.#revision) : undefined;
    this.#advance();
    return batches((regions ?? [whole]).map((region) => widened(region, width)));
  }

  /** Counts the latest picture as sent. */
  nextTile(): void {
    this.#painter = undefined;
    this.#advance();
  }

  #advance(): void {
    this.#series = this.feed.series;
    this.#revision = this.feed.revision;
  }
}

/** Joins small regions and divides large ones. */
function batches(regions: readonly Region[]): Region[][] {
  const all: Region[][] = [];
  let batch: Region[] = [];
  let bytes = 0;
  for (const { x, y, width, height } of regions) {
    const rows = Math.max(1, Math.floor(VIEWER_PIECE_BYTES / (width * 4)));
    for (let top = 0; top < height; top += rows) {
      const part = { x, y: y + top, width, height: Math.min(rows, height - top) };
      const partBytes = part.width * part.height * 4;
      if (bytes + partBytes > VIEWER_PIECE_BYTES && batch.length > 0) {
        all.push(batch);
        batch = [];
        bytes = 0;
      }
      batch.push(part);
      bytes += partBytes;
    }
  }
  return batch.length === 0 ? all : [...all, batch];
}

/** The part of a grid that a page can show. */
function clipped(grid: TextGrid): TextGrid {
  if (grid.cols <= MAX_VIEWER_COLS && grid.rows <= MAX_VIEWER_ROWS) return grid;
  const part = new TextGrid(
    Math.min(grid.cols, MAX_VIEWER_COLS),
    Math.min(grid.rows, MAX_VIEWER_ROWS),
  );
  for (let row = 0; row < part.rows; row++) {
    const from = row * grid.cols;
    for (const name of ["codePoints", "foreground", "background", "attributes"] as const) {
      part[name].set(grid[name].subarray(from, from + part.cols), row * part.cols);
    }
  }
  const isOutside = grid.cursor.x >= part.cols || grid.cursor.y >= part.rows;
  Object.assign(part.cursor, grid.cursor, isOutside ? { state: "hidden" } : {});
  return part;
}
