/** Plays recordings of text on xterm.js, an independent emulator. */

import assert from "node:assert/strict";
import headless from "@xterm/headless";
import type { TextGrid } from "../../lib/decoders/text_grid.ts";

export interface XtermScreen {
  readonly cols: number;
  readonly rows: number;
  readonly text: string;
  /** 0xRRGGBB of each cell, row after row; -1 for the default. */
  readonly foreground: readonly number[];
  readonly background: readonly number[];
}

/** Plays an asciicast version 2 like `asciinema play`. */
export async function replay(cast: string): Promise<XtermScreen> {
  const [head, ...lines] = cast.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(head.version, 2);
  const terminal = new headless.Terminal({
    cols: head.width,
    rows: head.height,
    scrollback: 0,
    allowProposedApi: true,
  });
  try {
    for (const [, code, data] of lines) {
      if (code === "r") terminal.resize(...(data.split("x").map(Number) as [number, number]));
      else await new Promise<void>((resolve) => terminal.write(data, resolve));
    }
    return look(terminal);
  } finally {
    terminal.dispose();
  }
}

function look(terminal: InstanceType<typeof headless.Terminal>): XtermScreen {
  const { cols, rows, buffer: { active } } = terminal;
  const text: string[] = [];
  const foreground: number[] = [];
  const background: number[] = [];
  for (let row = 0; row < rows; row++) {
    const line = active.getLine(active.viewportY + row)!;
    text.push(line.translateToString().replace(/ +$/, ""));
    for (let col = 0; col < cols; col++) {
      const cell = line.getCell(col)!;
      foreground.push(cell.isFgRGB() ? cell.getFgColor() : -1);
      background.push(cell.isBgRGB() ? cell.getBgColor() : -1);
    }
  }
  return { cols, rows, text: text.join("\n"), foreground, background };
}

/** Compares size, characters and colours. */
export function assertReplays(screen: XtermScreen, grid: TextGrid): void {
  assert.deepEqual([screen.cols, screen.rows], [grid.cols, grid.rows]);
  assert.equal(screen.text, grid.text({ trimEnd: true }));
  for (let cell = 0; cell < grid.codePoints.length; cell++) {
    // The right half of a wide character looks like the left one.
    if (cell > 0 && grid.hasRightHalf(cell - 1)) continue;
    const where = `cell ${cell % grid.cols},${Math.floor(cell / grid.cols)}`;
    assert.equal(screen.background[cell], grid.background[cell], where);
    assert.equal(screen.foreground[cell], grid.foreground[cell], where);
  }
}
