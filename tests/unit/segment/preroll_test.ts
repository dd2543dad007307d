import assert from "node:assert/strict";
import { DISPLAY_DEFAULTS, prerollEvents } from "../../../lib/segment/preroll.ts";
import type { EventInput } from "../../../lib/wire/event/types.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const NONE = { output: false, display: undefined, font: false };
const HINT = { category: "target", kind: "displayhint", width: 800, height: 600 } as const;

/** The kinds, and of sizes the numbers. */
function summary(events: readonly EventInput[]): string[] {
  return events.map((event) => {
    if (event.category !== "target") assert.fail("a sink sends target events");
    if (event.kind === "outputhint") return `output ${event.maxWidth}x${event.maxHeight}`;
    if (event.kind !== "displayhint") return event.kind;
    return `display ${event.width}x${event.height} cell ${event.cellWidth}x${event.cellHeight}`;
  });
}

test("a client with pixels is told output, size and font, and may draw then", () => {
  assert.deepEqual(summary(prerollEvents(false, DISPLAY_DEFAULTS, NONE)), [
    "output 640x480",
    "display 640x480 cell 8x16",
    "fonthint",
    "activate",
  ]);
});

test("a terminal is told another size first, so that it keeps the cell size of the second", () => {
  assert.deepEqual(summary(prerollEvents(true, DISPLAY_DEFAULTS, NONE)), [
    "output 640x400",
    "display 648x416 cell 8x16",
    "fonthint",
    "activate",
    "display 640x400 cell 8x16",
  ]);
});

test("a size that was asked for is told to all kinds of clients", () => {
  const display = { ...DISPLAY_DEFAULTS, width: 1_000, height: 700 };
  for (const isText of [false, true]) {
    const told = summary(prerollEvents(isText, display, NONE));
    assert.equal(told.filter((line) => line.includes("1000x700")).length, 2);
  }
});

test("what the handler has sent by itself is not sent again", () => {
  const all = { output: true, display: HINT, font: true };
  assert.deepEqual(summary(prerollEvents(false, DISPLAY_DEFAULTS, all)), ["activate"]);
});

test("a terminal whose size the handler has told keeps its cells all the same", () => {
  assert.deepEqual(summary(prerollEvents(true, DISPLAY_DEFAULTS, { ...NONE, display: HINT })), [
    "output 640x400",
    "display 808x616 cell 8x16",
    "fonthint",
    "activate",
    "display 800x600 cell 8x16",
  ]);
});

test("no descriptor of this machine is named to a client", () => {
  const [font] = prerollEvents(true, DISPLAY_DEFAULTS, NONE).filter(({ kind }) =>
    kind === "fonthint"
  );
  assert.ok(font?.category === "target" && font.kind === "fonthint");
  assert.equal(font.fd, -1);
});
