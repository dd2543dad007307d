/**
 * EXTERNAL events about segments: their names, places and contents.
 *
 * @module
 */

import { MAX_SURFACE_SIDE_PX } from "../../../limits.ts";
import { segmentKindName } from "../../constants.ts";
import type { Quad } from "../../fields.ts";
import { bool8, f32, i16, i32, i8, text, u16, u32, u64, u8, u8x4 } from "../../fields.ts";
import * as lua from "../../record.ts";
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
    doc: "a segment is asked for, or a client asks to be accepted (`handover`); answered by " +
      "`acceptTarget` before the handler is done, else it is refused",
    fields: {
      segkind: lua.made("string", "the wanted segment kind by name", kindName),
      width: lua.made("number", "wanted width in pixels, at most 8192", ({ width }: {
        readonly width: number;
      }) => Math.min(width, MAX_SURFACE_SIDE_PX)),
      height: lua.made("number", "wanted height in pixels, at most 8192", ({ height }: {
        readonly height: number;
      }) => Math.min(height, MAX_SURFACE_SIDE_PX)),
      reqid: lua.number("id", "the client's number for the request"),
      xofs: lua.number("xofs", "wanted x position in pixels, relative to the parent"),
      yofs: lua.number("yofs", "wanted y position in pixels, relative to the parent"),
      parent: lua.made("number", "the segment that asks", (_: unknown, { segment }) => segment),
      split: lua.optionally(
        lua.union(SPLITS.slice(1) as string[]),
        "how the parent is to be split",
        ({ dir }: Direction) => SPLITS[dir],
      ),
      position: lua.optionally(
        lua.union(POSITIONS),
        "where to put it",
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
    doc: "where the segment wants to be, in relation to its parent",
    fields: {
      invisible: lua.flag("invisible", "it is not to be shown"),
      focus: lua.flag("focus", "it wants the focus"),
      anchor_edge: lua.flag("anchorEdge", "it is anchored to an edge"),
      anchor_pos: lua.flag("anchorPos", "it is anchored to a position"),
      embedded: lua.made("boolean", "it lies inside the parent", ({ embedded }: {
        readonly embedded: number;
      }) => embedded !== 0),
      rel_order: lua.number("order", "order of stacking: above (over 0) or behind the parent"),
      rel_x: lua.number("x", "left edge of the anchor region, in pixels of the parent"),
      rel_y: lua.number("y", "upper edge of the anchor region, in pixels of the parent"),
      anchor_w: lua.number("width", "width of the anchor region in pixels"),
      anchor_h: lua.number("height", "height of the anchor region in pixels"),
      edge: lua.number("edge", "the edge of the parent: 0 any, 1 to 9 from upper left"),
      ext_id: lua.number("extId", "the client's number for it"),
      scaled: lua.made("boolean", "it is embedded and scaled", ({ embedded }: {
        readonly embedded: number;
      }) => embedded === SCALED),
      hintfwd: lua.made("boolean", "it is embedded, and hints are passed on", ({ embedded }: {
        readonly embedded: number;
      }) => embedded === HINT_FORWARD),
      border: lua.made(
        "[number, number, number, number]",
        "shadow and decoration around it, in pixels: top, left, right, down",
        ({ border }: { readonly border: Quad }) => border,
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
    doc: "which part of the content is visible, for scroll bars; `targetSeek` moves it",
    fields: {
      rel_x: lua.float("xPos", "left edge of what is visible, 0 to 1, below 0 for none"),
      rel_y: lua.float("yPos", "upper edge of what is visible, 0 to 1, below 0 for none"),
      wnd_w: lua.float("width", "the window as a fraction of the width; one step for terminals"),
      wnd_h: lua.float("height", "the window as a fraction of the height; one step for terminals"),
      x_size: lua.float("xSize", "how much of the width is visible, 0 to 1"),
      y_size: lua.float("ySize", "how much of the height is visible, 0 to 1"),
      cell_w: lua.number("cellWidth", "the grid of the width, in pixels, 0 for none"),
      cell_h: lua.number("cellHeight", "the grid of the height, in pixels, 0 for none"),
      min_w: lua.number("minWidth", "the least width in pixels, 0 for none"),
      min_h: lua.number("minHeight", "the least height in pixels, 0 for none"),
      max_w: lua.number("maxWidth", "the greatest width in pixels, 0 for none"),
      max_h: lua.number("maxHeight", "the greatest height in pixels, 0 for none"),
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
    doc: "a client named itself, or changed its title",
    fields: {
      segkind: lua.made("string", "the segment kind by name, fixed by the first record", kindName),
      title: lua.text("title", 63, "the title"),
      guid: lua.made("string", "the client's identity, 16 bytes in base64; zero for none", guid),
    },
  }),
};

function kindName({ segkind }: Kind): string {
  return segmentKindName(segkind);
}

function guid({ guid0, guid1 }: { readonly guid0: bigint; readonly guid1: bigint }): string {
  const bytes = new DataView(new ArrayBuffer(16));
  bytes.setBigUint64(0, guid0, true);
  bytes.setBigUint64(8, guid1, true);
  return new Uint8Array(bytes.buffer).toBase64();
}
