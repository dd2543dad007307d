import assert from "node:assert/strict";
import { MAX_ECHO_CHARACTERS } from "../../../lib/limits.ts";
import { VideoStream } from "../../../lib/decoders/video_stream.ts";
import type { Display } from "../../../lib/cli/connect_content.ts";
import { FIRST_DISPLAY } from "../../../lib/cli/connect_content.ts";
import { TextEcho } from "../../../lib/cli/text_echo.ts";
import type { InputEventInput } from "../../../lib/wire/event/types.ts";
import { KEYSYMS } from "../../../lib/wire/keysyms.ts";
import { receive, wire } from "../../support/source.ts";

const NONE = { permissions: "none" } as const;

/** An echo of some size in cells of 8x16, and a sink that shows it. */
class Screen {
  readonly echo = new TextEcho();
  readonly stream = new VideoStream();

  constructor(cols: number, rows: number) {
    this.resize({ width: cols * 8, height: rows * 16 });
  }

  resize(display: Partial<Display>): void {
    this.echo.resize({ ...FIRST_DISPLAY, ...display });
  }

  press(event: Partial<InputEventInput<"translated">>): this {
    this.echo.take(wire({ category: "input", kind: "translated", active: true, ...event }));
    return this;
  }

  type(text: string): this {
    for (const utf8 of text) this.press({ utf8 });
    return this;
  }

  /** Draws. @returns The rows below the title without blanks at their ends. */
  rows(): string[] {
    const frame = this.echo.next();
    if (frame !== undefined) receive(this.stream, frame);
    return this.stream.surface.gridText({ trimEnd: true })!.split("\n").slice(1);
  }

  get cursor(): [x: number, y: number] {
    const { x, y } = this.stream.surface.grid!.cursor;
    return [x, y];
  }
}

Deno.test("typed text is shown below the title, with the cursor behind it", NONE, () => {
  const screen = new Screen(41, 5);
  assert.equal(screen.echo.isDirty, true);
  screen.rows();
  assert.equal(screen.echo.isDirty, false);
  screen.type("hé\ryo");
  assert.equal(screen.echo.isDirty, true);
  assert.deepEqual(screen.rows(), ["hé", "yo", "", ""]);
  assert.deepEqual(screen.cursor, [2, 2]);
  const { surface } = screen.stream;
  assert.match(surface.gridText()!, /^ net-listen: type something {2}41x5 /);
  assert.equal(surface.grid!.cursor.state, "active");
});

Deno.test("the window has whole cells only", NONE, () => {
  const screen = new Screen(10, 5);
  screen.resize({ width: 83, height: 81 });
  screen.rows();
  assert.deepEqual([screen.stream.surface.width, screen.stream.surface.height], [80, 80]);
});

Deno.test("Return and Backspace work with and without their control character", NONE, () => {
  const { a, backspace, kp_enter, escape } = KEYSYMS;
  for (const enter of [{ utf8: "\r" }, { utf8: "\n" }, { keysym: kp_enter }, { keysym: 13 }]) {
    for (const erase of [{ utf8: "\b" }, { utf8: "\x7f" }, { keysym: backspace }]) {
      const screen = new Screen(10, 4).press(erase).type("ab").press(enter).type("x");
      assert.deepEqual(screen.press(erase).rows(), ["ab", "", ""]);
      assert.deepEqual(screen.press(erase).press(erase).rows(), ["a", "", ""]);
    }
  }
  const screen = new Screen(10, 3).press({ utf8: "ä", keysym: a }).press({ utf8: "b", keysym: 13 });
  screen.press({ keysym: a }).press({ utf8: "c", active: false });
  screen.press({ utf8: "\x1b", keysym: escape });
  assert.deepEqual(screen.rows(), ["äb", ""], "text counts before the symbol");
});

Deno.test("long lines are wrapped, and the last rows are shown", NONE, () => {
  const screen = new Screen(10, 4).type("0123456789");
  assert.deepEqual(screen.rows(), ["0123456789", "", ""]);
  assert.deepEqual(screen.cursor, [0, 2]);
  assert.deepEqual(screen.type("\rnext").rows(), ["0123456789", "next", ""]);
  assert.deepEqual(screen.type("\rthird\rfourth").rows(), ["next", "third", "fourth"]);
  assert.deepEqual(screen.cursor, [6, 3]);
});

Deno.test("wide characters take two cells, and are not split at the edge", NONE, () => {
  const screen = new Screen(5, 4).type("a日本b😀c");
  assert.deepEqual(screen.rows(), ["a日本", "b😀c", ""]);
  const { codePoints } = screen.stream.surface.grid!;
  const cells = [...codePoints.subarray(5, 15)].map((code) => String.fromCodePoint(code));
  assert.equal(cells.join("").replaceAll("\0", "."), "a日.本.b😀.c.");
  assert.deepEqual(screen.cursor, [4, 2]);
  assert.deepEqual(new Screen(4, 3).type("a日本").rows(), ["a日", "本"]);
});

Deno.test("a long text loses its beginning", NONE, () => {
  const rest = MAX_ECHO_CHARACTERS - "irst\r".length;
  const screen = new Screen(20, 4).type("first\r" + "x".repeat(rest)).type("\b".repeat(rest));
  assert.deepEqual(screen.rows(), ["irst", "", ""]);
});

Deno.test("reset empties the text; focus changes the cursor", NONE, () => {
  const screen = new Screen(10, 3).type("a");
  screen.echo.take(wire({ category: "target", kind: "reset" }));
  screen.resize({ width: 80, height: 48, isFocused: false });
  assert.deepEqual(screen.rows(), ["", ""]);
  assert.equal(screen.stream.surface.grid!.cursor.state, "inactive");
});

const ODD: readonly [width: number, height: number, cellWidth: number, cellHeight: number][] = [
  [1, 1, 8, 16],
  [1, 1, 1, 1],
  [8_192, 8_192, 1, 1],
  [8_192, 8_192, 6, 12],
  [8_192, 1, 4, 4],
  [20, 20, 4, 8_192],
];

for (const [width, height, cellWidth, cellHeight] of ODD) {
  Deno.test(`text in ${width}x${height} with cells of ${cellWidth}x${cellHeight}`, NONE, () => {
    const screen = new Screen(10, 10);
    screen.resize({ width, height, cellWidth, cellHeight });
    screen.rows();
    const { grid } = screen.stream.surface;
    assert(grid!.cols * grid!.rows <= 65_535);
    screen.type("a日").rows();
  });
}
