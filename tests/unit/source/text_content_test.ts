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
