/**
 * Recordings of text: asciicast version 2, one JSON value a line, played by asciinema.
 *
 * @module
 */

import type { TextGrid } from "../../decoders/text_grid.ts";
import { escapeControls } from "../../log.ts";
import { GridPainter } from "../grid_painter.ts";

/** What a recording says about itself in its first line. */
export interface AsciicastHead {
  /** When it began. */
  readonly started: Date;
  /** The title that the client gave; empty for none. */
  readonly title: string;
}

/** Turns grids, one after the other, into the lines of one recording. */
export class Asciicast {
  readonly #head: AsciicastHead;
  readonly #painter = new GridPainter();
  #cols = 0;
  #rows = 0;

  /**
   * Begins a recording.
   *
   * @param head What the first line says.
   */
  constructor(head: AsciicastHead) {
    this.#head = head;
  }

  /**
   * The lines of one more grid: the head before the first one, a resize, and what has changed.
   *
   * @param grid The grid; borrowed for the call.
   * @param seconds The time since the recording began.
   * @returns Whole lines, each with its line feed; empty when nothing has changed.
   */
  lines(grid: TextGrid, seconds: number): string {
    let lines = "";
    if (this.#cols === 0) lines = this.#headLine(grid);
    else if (grid.cols !== this.#cols || grid.rows !== this.#rows) {
      lines = eventLine(seconds, "r", `${grid.cols}x${grid.rows}`);
    }
    this.#cols = grid.cols;
    this.#rows = grid.rows;
    const output = this.#painter.paint(grid);
    return output === "" ? lines : lines + eventLine(seconds, "o", output);
  }

  #headLine({ cols, rows }: TextGrid): string {
    const { started, title } = this.#head;
    const head = {
      version: 2,
      width: cols,
      height: rows,
      timestamp: Math.floor(started.getTime() / 1000),
      ...(title === "" ? {} : { title }),
      env: { TERM: "xterm-256color" },
    };
    // Who looks at the file with a pager sees the title before any player does.
    return `${escapeControls(JSON.stringify(head))}\n`;
  }
}

function eventLine(seconds: number, code: "o" | "r", data: string): string {
  // Microseconds, as asciinema itself writes them.
  return `[${Math.max(seconds, 0).toFixed(6)}, "${code}", ${JSON.stringify(data)}]\n`;
}
