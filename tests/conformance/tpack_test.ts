/** Text frames of a real terminal, and the resulting grids. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { inflate } from "../../lib/decoders/inflate.ts";
import type { FrameHeader } from "../../lib/decoders/frame_header.ts";
import { VideoStream } from "../../lib/decoders/video_stream.ts";
import { VIDEO_FORMAT } from "../../lib/wire/constants.ts";
import { decodeControl } from "../../lib/wire/control.ts";
import { base64, compressedFrame, show } from "../unit/decoders/frames.ts";
import vectors from "../vectors/events/tpack-terminal.json" with { type: "json" };

interface Frame {
  index: number;
  step: string;
  surface_w: number;
  surface_h: number;
  header: {
    lines: number;
    flags: number;
    bgc: number[];
    cursor_state: number;
    cursor_color: number[];
  };
  tpack_b64: string;
  lines: { row: number; offset: number; cells?: number[][] }[];
  cols: number;
  rows: number;
  cursor: number[];
  grid_text: string[];
  a12_packets?: { type: number; body_b64: string }[];
}

interface Checkpoint {
  checkpoint: string;
  tuiraw_b64: string;
}

const CURSOR = 0x20;
const SKIP = 0x80;
const rgb = ([r, g, b]: number[]) => (r! << 16) | (g! << 8) | b!;

function headerAndPayload(frame: Frame): { header: FrameHeader; payload: Uint8Array } {
  const [control, data] = frame.a12_packets ?? [];
  if (control !== undefined && data !== undefined) {
    const header = decodeControl(base64(control.body_b64));
    assert(header.command === "videoframe");
    return { header, payload: base64(data.body_b64).subarray(7) };
  }
  return compressedFrame(base64(frame.tpack_b64), {
    format: VIDEO_FORMAT.tpack,
    surfaceWidth: frame.surface_w,
    surfaceHeight: frame.surface_h,
  });
}

Deno.test("every frame of the terminal gives its grid", { permissions: "none" }, async (t) => {
  const stream = new VideoStream();
  for (const entry of vectors.frames as unknown as (Frame | Checkpoint)[]) {
    if ("checkpoint" in entry) {
      await t.step(`the client's own dump, ${entry.checkpoint}`, () => {
        const dump = Buffer.from(base64(entry.tuiraw_b64)).toString("utf8");
        // The dump has the blanks of cells behind wide characters: remove all blanks on both sides.
        const squeeze = (text: string) => text.replaceAll(" ", "").trimEnd();
        assert.equal(squeeze(stream.surface.gridText()), squeeze(dump));
      });
      continue;
    }
    await t.step(`frame ${entry.index}, ${entry.step}`, () => {
      const { header, payload } = headerAndPayload(entry);
      assert.equal(show(stream, header, payload), "drawn");
      checkGrid(stream, entry);
    });
  }
});

function checkGrid(stream: VideoStream, frame: Frame): void {
  const grid = stream.surface.grid!;
  assert.deepEqual([grid.cols, grid.rows], [frame.cols, frame.rows]);
  const cells = grid.codePoints.length;
  const characters = Array.from({ length: cells }, (_, cell) => grid.character(cell)).join("");
  assert.equal(characters, frame.grid_text.join(""));
  assert.deepEqual([grid.cursor.x, grid.cursor.y], frame.cursor);
  assert.equal(grid.backgroundColor, rgb(frame.header.bgc));
  assert.equal(grid.backgroundAlpha, frame.header.bgc[3]);
  if (frame.header.lines > 0) {
    const state = frame.header.cursor_state;
    assert.equal(grid.cursor.state, state & 2 ? "active" : state & 1 ? "inactive" : "hidden");
    assert.equal(grid.cursor.style, "block");
    assert.equal(grid.cursor.color, rgb(frame.header.cursor_color));
  }
  // Later lines win: compare each cell with the last one that the frame has for it.
  const last = new Map<number, number[]>();
  for (const { row, offset, cells = [] } of frame.lines) {
    cells.forEach((cell, index) => {
      if ((cell[6]! & SKIP) === 0) last.set(row * grid.cols + offset + index, cell);
    });
  }
  for (const [at, cell] of last) {
    assert.equal(grid.foreground[at], rgb(cell.slice(0, 3)));
    assert.equal(grid.background[at], rgb(cell.slice(3, 6)));
    assert.equal(grid.attributes[at], (cell[6]! & ~CURSOR) | (cell[7]! << 8));
    assert.equal(grid.codePoints[at], cell[8]);
  }
}

Deno.test("the recorded packets hold the listed buffers", { permissions: "none" }, () => {
  const frames = (vectors.frames as unknown as Frame[]).filter((frame) =>
    frame.a12_packets?.length
  );
  assert(frames.length >= 4);
  for (const frame of frames) {
    const { header, payload } = headerAndPayload(frame);
    const content = new Uint8Array(inflate(payload, header.expandedLength));
    assert.deepEqual(content, base64(frame.tpack_b64));
  }
});
