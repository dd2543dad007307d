/**
 * Text as asciicast version 2, one JSON value a line, which `asciinema play` plays.
 *
 * @module
 */

import type { TextGrid } from "../../decoders/text_grid.ts";
import { escapeControls } from "../../log.ts";
import { GridPainter } from "../grid_painter.ts";

interface AsciicastHead {
  readonly started: Date;
  /** The client's title; empty for none. */
  readonly title: string;
}

export class Asciicast {
  readonly #head: AsciicastHead;
  readonly #painter = new GridPainter();
  #cols = 0;
  #rows = 0;

  constructor(head: AsciicastHead) {
    this.#head = head;
  }

  /**
   * The lines for the next grid: the head before the first one, a resize, and what has changed.
   *
   * @param grid Borrowed for the call.
   * @param seconds The time since the start.
   * @returns Lines with their line feeds; empty when nothing has changed.
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
    // `cat` prints the title as it is, so it must be harmless there too.
    return `${escapeControls(JSON.stringify(head))}\n`;
  }
}

function eventLine(seconds: number, code: "o" | "r", data: string): string {
  // Microseconds, as asciinema writes them.
  return `[${Math.max(seconds, 0).toFixed(6)}, "${code}", ${JSON.stringify(data)}]\n`;
}
