/** Plays recordings of text on the small terminal emulator. */

import assert from "node:assert/strict";
import type { AnsiScreen } from "./ansi_screen.ts";

/** Plays an asciicast version 2; every line must be complete. */
export function playCast(screen: AnsiScreen, text: string): void {
  const lines = text.split("\n");
  assert.equal(lines.pop(), "", "the last line is complete");
  const { version, width, height } = JSON.parse(lines.shift()!);
  assert.equal(version, 2);
  screen.resize(width, height);
  let last = 0;
  for (const line of lines) {
    const [time, code, data] = JSON.parse(line);
    assert(time >= last, "times ascend");
    last = time;
    if (code === "r") {
      const [cols, rows] = data.split("x").map(Number);
      screen.resize(cols, rows);
    } else {
      assert.equal(code, "o");
      screen.write(data);
    }
  }
}
