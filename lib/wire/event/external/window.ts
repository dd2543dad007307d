/**
 * EXTERNAL events about segments: their names, places and contents.
 *
 * @module
 */

import { MAX_SURFACE_SIDE_PX } from "../../../limits.ts";
import { segmentKindName } from "../../constants.ts";
import { bool8, f32, i16, i32, i8, text, u16, u32, u64, u8, u8x4 } from "../../fields.ts";
import * as lua from "../../record.ts";
import { bare, either, quoted } from "../../record_line.ts";
import { recorded } from "./kind.ts";

type Kind = { readonly segkind: number };
type Direction = { readonly dir: number };

const SPLITS = [undefined, "left", "right", "top", "bottom"] as const;
const FIRST_POSITION = SPLITS.length;
const POSITIONS = ["left", "right", "top", "bottom", "tab", "embed", "swallow"] as const;
const SCALED = 2;
const HINT_FORWARD = 3;

export const WINDOW_KINDS = {
  /** `dir` 1 to 4 splits the parent, 5 to 11 is a position. */
  segreq: recorded(10, {
    id: u32(16),
    width: u16(20),
    height: u16(22),
    xofs: i16(24),
    yofs: i16(26),
    dir: u8(28),
    hints: u8(29),
    segkind: u32(32),
  }, {
    kind: "segment_request",
    doc:
      "a client requests a segment, or its own acceptance (`handover`); refused unless the handler " +
      "calls `acceptTarget` before it is done",
    line: [bare("segkind"), either("width", [" ", bare("width"), "x", bare("height")])],
    fields: {
      segkind: lua.made("string", "name of the requested segment kind", kindName),
      width: lua.made("number", "requested width in pixels, at most 8192", ({ width }: {
        readonly width: number;
      }) => Math.min(width, MAX_SURFACE_SIDE_PX)),
      height: lua.made("number", "requested height in pixels, at most 8192", ({ height }: {
        readonly height: number;
      }) => Math.min(height, MAX_SURFACE_SIDE_PX)),
      reqid: lua.number("id", "the client's id of the request"),
      xofs: lua.number("xofs", "requested x position in pixels, relative to the parent"),
      yofs: lua.number("yofs", "requested y position in pixels, relative to the parent"),
      parent: lua.made("number", "the requesting segment", (_: unknown, { segment }) => segment),
      split: lua.optionally(
        lua.union(SPLITS.slice(1) as string[]),
        "how to split the parent",
        ({ dir }: Direction) => SPLITS[dir],
      ),
      position: lua.optionally(
        lua.union(POSITIONS),
        "where to place it",
        ({ dir }: Direction) => POSITIONS[dir - FIRST_POSITION],
      ),
    },
  }),

  viewport: recorded(13, {
    x: i32(16),
    y: i32(20),
    width: u32(24),
    height: u32(28),
    parent: u32(32),
    border: u8x4(36),
    edge: u8(40),
    order: i8(41),
    embedded: u8(42),
    invisible: bool8(43),
    focus: bool8(44),
    anchorEdge: bool8(45),
    anchorPos: bool8(46),
    extId: u32(48),
  }, {
    kind: "viewport",
    doc: "the requested place of the segment, in relation to its parent",
    fields: {
      invisible: lua.flag("invisible", "do not show it"),
      focus: lua.flag("focus", "it wants the focus"),
      anchor_edge: lua.flag("anchorEdge", "it is anchored to an edge"),
      anchor_pos: lua.flag("anchorPos", "it is anchored to a position"),
      embedded: lua.converted("embedded", "boolean", "it is inside the parent", isNotZero),
      rel_order: lua.number("order", "stacking order: positive above, negative below the parent"),
      rel_x: lua.number("x", "left edge of the anchor region, in pixels of the parent"),
      rel_y: lua.number("y", "upper edge of the anchor region, in pixels of the parent"),
      anchor_w: lua.number("width", "width of the anchor region in pixels"),
      anchor_h: lua.number("height", "height of the anchor region in pixels"),
      edge: lua.number("edge", "the edge of the parent: 0 any, 1 to 9 from upper left"),
      ext_id: lua.number("extId", "the client's id of it"),
      scaled: lua.converted("embedded", "boolean", "it is embedded and scaled", isScaled),
      hintfwd: lua.converted(
        "embedded",
        "boolean",
        "it is embedded, and hints are forwarded to it",
        forwardsHints,
      ),
      border: lua.quad(
        "border",
        "shadow and decoration around it in pixels: top, left, right, down",
      ),
      parent: lua.number("parent", "the parent's token"),
    },
  }),

  /** In fractions; a negative position means none. */
  content: recorded(14, {
    xPos: f32(16),
    xSize: f32(20),
    yPos: f32(24),
    ySize: f32(28),
    width: f32(32),
    height: f32(36),
    cellWidth: u8(40),
    cellHeight: u8(41),
    minWidth: u32(44),
    minHeight: u32(48),
    maxWidth: u32(52),
    maxHeight: u32(56),
  }, {
    kind: "content_state",
    doc: "the visible part of the content, for scroll bars; `targetSeek` moves it",
    fields: {
      rel_x: lua.float("xPos", "left edge of the visible part, 0 to 1; negative for none"),
      rel_y: lua.float("yPos", "upper edge of the visible part, 0 to 1; negative for none"),
      wnd_w: lua.float("width", "the window as a fraction of the width; one step for terminals"),
      wnd_h: lua.float("height", "the window as a fraction of the height; one step for terminals"),
      x_size: lua.float("xSize", "visible part of the width, 0 to 1"),
      y_size: lua.float("ySize", "visible part of the height, 0 to 1"),
      cell_w: lua.number("cellWidth", "width of a grid cell in pixels, 0 for none"),
      cell_h: lua.number("cellHeight", "height of a grid cell in pixels, 0 for none"),
      min_w: lua.number("minWidth", "minimum width in pixels, 0 for none"),
      min_h: lua.number("minHeight", "minimum height in pixels, 0 for none"),
      max_w: lua.number("maxWidth", "maximum width in pixels, 0 for none"),
      max_h: lua.number("maxHeight", "maximum height in pixels, 0 for none"),
    },
  }),

  /** The first event on every channel. */
  register: recorded(16, {
    title: text(16, 64, "cut"),
    segkind: u32(80),
    guid0: u64(88),
    guid1: u64(96),
  }, {
    kind: "registered",
    doc: "a client registered, or changed its title",
    line: [either("segkind", [bare("segkind")], ["unnamed"]), " ", quoted("title")],
    fields: {
      segkind: lua.made(
        "string",
        "name of the segment kind; the first record decides it",
        kindName,
      ),
      title: lua.text("title", 63, "the title"),
      guid: lua.made("string", "the client's identity, 16 bytes in base64; zero for none", guid),
    },
  }),
};

function isNotZero(value: number): boolean {
  return value !== 0;
}

function isScaled(embedded: number): boolean {
  return embedded === SCALED;
}

function forwardsHints(embedded: number): boolean {
  return embedded === HINT_FORWARD;
}

function kindName({ segkind }: Kind): string {
  return segmentKindName(segkind);
}

function guid({ guid0, guid1 }: { readonly guid0: bigint; readonly guid1: bigint }): string {
  const bytes = new DataView(new ArrayBuffer(16));
  bytes.setBigUint64(0, guid0, true);
  bytes.setBigUint64(8, guid1, true);
  return new Uint8Array(bytes.buffer).toBase64();
}
