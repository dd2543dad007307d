import assert from "node:assert/strict";
import { encodeUtf8 } from "../../../../lib/bytes/text.ts";
import { ControlError } from "../../../../lib/errors.ts";
import {
  MAX_RECEIVED_MESSAGE_BYTES,
  MAX_VIEWER_COLS,
  MAX_VIEWER_ROWS,
  VIEWER_STATE_GAP_MS,
} from "../../../../lib/limits.ts";
import { cssCursor } from "../../../../lib/web/views/cursor.ts";
import type { Fixture } from "../../../support/segment_fixture.ts";
import { settle, StillTime } from "../../../support/still_time.ts";
import { ViewedFixture } from "../../../support/viewed_fixture.ts";
import { Viewing } from "../../../support/viewing.ts";
import { draw, frameHeader, noise, tpackFrame } from "../../decoders/frames.ts";

const [CLIPBOARD, POPUP, TUI] = [21, 16, 24];
const SIZE = { surfaceWidth: 8, surfaceHeight: 8 };
const PLACE = {
  width: 8,
  height: 8,
  parent: 0,
  border: [0, 0, 0, 0],
  edge: 0,
  embedded: 0,
  anchorEdge: false,
  anchorPos: true,
  extId: 0,
} as const;

/** Opens a subsegment that the client asks for and registers. @returns Its source. */
function open(fixture: Fixture, segkind: number, offset = { xofs: 0, yofs: 0 }) {
  const { primary } = fixture.delivery;
  primary.targetUpdatehandler((source, { kind }) => {
    if (kind === "segment_request") source.acceptTarget(() => {});
  });
  const request = { id: 7, width: 8, height: 8, ...offset, dir: 0, hints: 0, segkind };
  fixture.event({ category: "external", kind: "segreq", ...request });
  fixture.deliver();
  const source = fixture.delivery.sources.at(-1)!;
  fixture.register(segkind, source.segment.channel);
  return source;
}

const text = (message: string) => encodeUtf8(message);

Deno.test("a popup is drawn where it belongs, also for viewers that come later, until it ends", async () => {
  using time = new StillTime();
  using viewed = new ViewedFixture();
  const { fixture, id: parent } = viewed;
  const early = viewed.view();
  await settle();
  const popup = open(fixture, POPUP, { xofs: 3, yofs: -4 });
  await time.pass(VIEWER_STATE_GAP_MS);
  const placed = { type: "placed", segment: popup.id, parent, x: 3, y: -4, z: 0 };
  assert.deepEqual(early.all("placed"), [{ ...placed, hidden: false, focus: false }]);
  const { channel } = popup.segment;
  const viewport = { ...PLACE, x: 30, y: 40, order: 2, invisible: true, focus: true };
  fixture.event({ category: "external", kind: "viewport", ...viewport }, channel);
  fixture.deliver();
  draw(popup.segment.video.surface, frameHeader(SIZE), noise(256));
  await time.pass(VIEWER_STATE_GAP_MS);
  const later = viewed.view();
  await settle();
  for (const viewer of [early, later]) {
    const moved = { ...placed, x: 30, y: 40, z: 2, hidden: true, focus: true };
    assert.deepEqual(viewer.all("placed").at(-1), moved);
    assert.deepEqual(viewer.shown.get(popup.id)!.rgba, noise(256));
  }
  const tile = viewed.view({ mode: "tile" });
  popup.deleteImage();
  fixture.deliver();
  await time.pass(VIEWER_STATE_GAP_MS);
  const rows = early.all("client").map(({ client }) => (client as { parts: number }).parts);
  assert.deepEqual([rows[0], rows.at(-1)], [1, 1]);
  assert(rows.includes(2));
  assert.equal(popup.segment.video.surface.onPresented, undefined);
  assert.deepEqual(tile.all("placed"), []);
  assert.equal(tile.shown.has(popup.id), false);
});

Deno.test("the mouse cursor and the text for the clipboard come, the latest of each", async () => {
  using time = new StillTime();
  using viewed = new ViewedFixture();
  const { fixture, id } = viewed;
  const viewer = viewed.view();
  await settle();
  for (const name of ["hand", "wait", "typefield"]) {
    fixture.event({ category: "external", kind: "cursorhint", message: text(name) });
  }
  const { channel } = open(fixture, CLIPBOARD).segment;
  const copy = (message: string, multipart: number) =>
    fixture.event(
      { category: "external", kind: "message", message: text(message), multipart },
      channel,
    );
  copy("old", 0);
  copy("one, ", 1);
  copy("two", 0);
  // A message of another segment is no text for the clipboard.
  fixture.event({ category: "external", kind: "message", message: text("no"), multipart: 0 });
  fixture.deliver();
  await time.pass(VIEWER_STATE_GAP_MS);
  const cursor = { type: "cursor", segment: id, css: "text", name: "typefield" };
  assert.deepEqual(viewer.all("cursor"), [cursor]);
  assert.deepEqual(viewer.all("clipboard"), [{ type: "clipboard", text: "one, two" }]);
  const later = viewed.view();
  await settle();
  assert.deepEqual(later.all("cursor"), [cursor]);
  for (let i = 0; i < 2 * MAX_RECEIVED_MESSAGE_BYTES; i += 64) copy("x".repeat(64), 1);
  copy("end", 0);
  fixture.deliver();
  await time.pass(VIEWER_STATE_GAP_MS);
  const { length } = viewer.all("clipboard").at(-1)!.text;
  assert(length > 64 && length <= MAX_RECEIVED_MESSAGE_BYTES, `${length} units`);
});

Deno.test("a client that says much is told a few times a second", async () => {
  using time = new StillTime();
  using viewed = new ViewedFixture();
  const viewer = viewed.view();
  await settle();
  const before = viewer.told.length;
  for (let i = 0; i < 500; i++) {
    viewed.fixture.event({ category: "external", kind: "ident", message: text(`${i}`) });
    viewed.fixture.event({ category: "external", kind: "cursorhint", message: text("hand") });
    viewed.fixture.deliver();
    await time.pass(1);
  }
  assert.equal(viewer.told.length - before, 2 * Math.floor(500 / VIEWER_STATE_GAP_MS));
});

Deno.test("a grid of text that is larger than a page shows is cut", async () => {
  using viewed = new ViewedFixture({ kind: TUI });
  const viewer = viewed.view();
  for (const [cols, rows] of [[MAX_VIEWER_COLS + 10, 50], [90, MAX_VIEWER_ROWS + 10]] as const) {
    const lines = Array.from({ length: rows }, (_, row) => ({ row, cells: "x".repeat(cols) }));
    const size = { surfaceWidth: cols * 8, surfaceHeight: rows * 16 };
    const { header, payload } = tpackFrame({ lines }, size);
    draw(viewed.surface, header, payload);
    const shown = [Math.min(cols, MAX_VIEWER_COLS), Math.min(rows, MAX_VIEWER_ROWS)] as const;
    await viewer.until(() => viewer.screens.get(viewed.id)?.cols === shown[0], "the grid");
    const screen = viewer.screens.get(viewed.id)!;
    assert.equal(screen.rows, shown[1]);
    assert.equal(screen.line(shown[1] - 1), "x".repeat(shown[0]));
  }
});

Deno.test("nothing of a client is touched before the first view and after the last", async () => {
  using time = new StillTime();
  using viewed = new ViewedFixture();
  const idle = () => {
    assert.equal(viewed.taps.size, 0);
    assert.equal(viewed.surface.onPresented, undefined);
    assert.equal(time.timers, 0);
  };
  idle();
  const viewers = [viewed.view(), viewed.view({ mode: "tile" })];
  viewed.draw(noise(256), SIZE);
  await settle();
  viewed.draw(noise(256, 2), SIZE);
  viewers[0]!.say({ type: "size", width: 5, height: 5 });
  viewers[0]!.say({ type: "size", width: 6, height: 6 });
  assert.equal(viewed.taps.size, 1);
  for (const viewer of viewers) viewer[Symbol.dispose]();
  const told = viewers.map(({ told, heads }) => [told.length, heads.length]);
  viewed.draw(noise(256, 3), SIZE);
  await time.pass(10_000);
  assert.deepEqual(viewers.map(({ told, heads }) => [told.length, heads.length]), told);
  assert.equal(viewers[0]!.end, undefined);
  idle();
});

Deno.test("when the client ends, its last words are the last message of each view", async () => {
  await using viewing = await Viewing.start();
  const viewers = [viewing.view(), viewing.open(), viewing.view({ mode: "tile", rights: "look" })];
  const { id } = viewing;
  await viewing.source.showPixels(8, 8, noise(256));
  await viewing.source.close();
  for (const viewer of viewers) {
    await viewer.until(() => viewer.end !== undefined, "the end");
    assert.deepEqual(viewer.end, { fault: undefined });
    assert.equal(viewer.told.at(-1)!.type, "ended");
    viewer.say({ type: "ack", seq: 1 });
  }
  assert.throws(
    () => viewing.clients.openView(id, { mode: "full", rights: "look" }, viewers[0]!),
    (error) => error instanceof ControlError && error.code === "no-such-client",
  );
});

Deno.test("cursors of the client are those of the page", () => {
  const shapes = ["hand", "hidden-hot:3:4", "default", "no such one", "constructor", ""];
  assert.deepEqual(shapes.map(cssCursor), [
    "pointer",
    "none",
    "default",
    "default",
    "default",
    "default",
  ]);
});
