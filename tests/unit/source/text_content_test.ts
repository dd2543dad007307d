import assert from "node:assert/strict";
import { VideoStream } from "../../../lib/decoders/video_stream.ts";
import { Display } from "../../../lib/source/display.ts";
import { PictureContent } from "../../../lib/source/picture_content.ts";
import { TextContent } from "../../../lib/source/text_content.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { decodeEvent, encodeEvent } from "../../../lib/wire/event/event.ts";
import type { EventInput, WireEvent } from "../../../lib/wire/event/types.ts";
import { receive } from "./helpers.ts";

const NONE = { permissions: "none" } as const;

function wire(event: EventInput): WireEvent {
  const bytes = new Uint8Array(128);
  encodeEvent(event, bytes);
  return decodeEvent(bytes);
}

const key = (utf8: string): WireEvent =>
  wire({ category: "input", kind: "translated", utf8, active: true });

function window(
  width: number,
  height: number,
  cells: { cellWidth?: number; cellHeight?: number } = {},
): Display {
  const display = new Display();
  display.take(wire({ category: "target", kind: "displayhint", width, height, ...cells }));
  return display;
}

Deno.test("what is typed is shown below the bar, with the cursor behind it", NONE, () => {
  const content = new TextContent("demo");
  const stream = new VideoStream();
  content.resize(window(330, 80));
  receive(stream, content.next()!);
  assert.equal(content.isDirty, false);
  for (const letter of ["h", "é", "\r", "y", "o"]) content.take(key(letter));
  assert.equal(content.isDirty, true);
  receive(stream, content.next()!);
  const { surface } = stream;
  assert.equal(surface.gridText({ trimEnd: true }), " demo  41x5\nhé\nyo\n\n");
  assert.deepEqual([surface.width, surface.height], [328, 80], "whole cells only");
  const { x, y, state } = surface.grid!.cursor;
  assert.deepEqual([x, y, state], [2, 2, "active"]);
});

Deno.test("wide characters take two cells, at the edges whole or not at all", NONE, () => {
  const content = new TextContent("日本");
  const stream = new VideoStream();
  content.resize(window(80, 80));
  const show = () => {
    receive(stream, content.next()!);
    const { codePoints, cols, cursor } = stream.surface.grid!;
    const row = (at: number) =>
      [...codePoints.subarray(at * cols, (at + 1) * cols)]
        .map((code) => code === 0 ? "." : String.fromCodePoint(code)).join("");
    return { bar: row(0), line: row(1), second: row(2), cursor: cursor.x };
  };
  for (const letter of "a日本b😀") content.take(key(letter));
  assert.deepEqual(show(), {
    bar: " 日.本.  10x",
    line: "a日.本.b😀...",
    second: "..........",
    cursor: 8,
  });
  for (const letter of ["\t", "x"]) content.take(key(letter));
  // A tab from cell 8 ends at cell 12: the line is scrolled by 4 cells and cuts a character there.
  assert.deepEqual(show(), {
    bar: " 日.本.  10x",
    line: ".b😀.    x.",
    second: "..........",
    cursor: 9,
  });
  for (const letter of "\rx日日日日日日") content.take(key(letter));
  // The second wide character begins at cell 3 and is cut off.
  assert.equal(show().second, ".日.日.日.日..");
  for (const letter of "\b\b\b\b") content.take(key(letter));
  assert.equal(show().cursor, 1);
});

Deno.test("the text scrolls with the cursor", NONE, () => {
  const content = new TextContent("demo");
  const stream = new VideoStream();
  content.resize(window(40, 48));
  for (const letter of "one\rtwo\rthree four") content.take(key(letter));
  receive(stream, content.next()!);
  const cursor = () => [stream.surface.grid!.cursor.x, stream.surface.grid!.cursor.y];
  assert.equal(stream.surface.gridText({ trimEnd: true }), " demo\n\nfour");
  assert.deepEqual(cursor(), [4, 2]);
  const up = wire({ category: "input", kind: "translated", keysym: 273, active: true });
  const home = wire({ category: "input", kind: "translated", keysym: 278, active: true });
  for (const event of [home, up, up]) content.take(event);
  receive(stream, content.next()!);
  assert.equal(stream.surface.gridText({ trimEnd: true }), " demo\none\ntwo");
  assert.deepEqual(cursor(), [0, 1]);
});

Deno.test("reset empties the text; focus changes the cursor", NONE, () => {
  const content = new TextContent("demo");
  const stream = new VideoStream();
  const display = window(80, 48);
  content.take(key("a"));
  content.take(wire({ category: "target", kind: "reset" }));
  display.take(wire({ category: "target", kind: "displayhint", flags: 4 }));
  content.resize(display);
  receive(stream, content.next()!);
  assert.equal(stream.surface.gridText({ trimEnd: true }), " demo  10x\n\n");
  assert.equal(stream.surface.grid!.cursor.state, "inactive");
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
    const content = new TextContent("demo");
    const stream = new VideoStream();
    content.resize(window(width, height, { cellWidth, cellHeight }));
    receive(stream, content.next()!);
    const { grid } = stream.surface;
    assert(grid!.cols * grid!.rows <= 65_535);
    content.take(key("a"));
    // In a single cell the cursor hides what was typed.
    const next = content.next();
    if (next === undefined) assert.equal(grid!.cols * grid!.rows, 1);
    else receive(stream, next);
  });
}

Deno.test("the picture follows the window, and reset starts it over", NONE, () => {
  const content = new PictureContent("zstd");
  const stream = new VideoStream();
  const formats: number[] = [];
  const draw = () => {
    const frame = content.next();
    formats.push(frame.format);
    receive(stream, frame);
    return stream.surface.rgba()!;
  };
  const first = draw();
  draw();
  content.resize(window(100, 50));
  draw();
  assert.deepEqual([stream.surface.width, stream.surface.height], [100, 50]);
  content.resize(window(640, 480));
  assert.deepEqual(draw(), first);
  draw();
  content.take(wire({ category: "target", kind: "reset" }));
  assert.deepEqual(draw(), first);
  const { zstd, zstdDelta } = VIDEO_FORMAT;
  assert.deepEqual(formats, [zstd, zstdDelta, zstd, zstd, zstdDelta, zstdDelta]);
});
