import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { deflateSync, inflateSync } from "node:zlib";
import type { PixelPicture } from "../../../../lib/handlers/pictures/picture.ts";
import { halfBlocks } from "../../../../lib/handlers/view/half_blocks.ts";
import {
  isKittyReply,
  KITTY_QUERY,
  kittyOutput,
  kittyPicture,
} from "../../../../lib/handlers/view/kitty.ts";
import { MAX_TERMINAL_PIXELS } from "../../../../lib/limits.ts";
import { pure } from "../../../support/pure.ts";

/** A picture with red x and green y at x, y. */
function picture(width: number, height: number, bottomUp = false): PixelPicture {
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rgba.set([x, y, 9, 255], (y * width + x) * 4);
  }
  return { kind: "pixels", width, height, rgba, bottomUp };
}

const color = (red: number, green: number) => (red << 16) | (green << 8) | 9;

pure("a small picture shows two pixels a cell", () => {
  const grid = halfBlocks(picture(3, 4), { cols: 80, rows: 24 });
  assert.deepEqual([grid.cols, grid.rows], [3, 2]);
  assert.equal(grid.text(), "▀▀▀\n▀▀▀");
  assert.deepEqual([grid.foreground[4], grid.background[4]], [color(1, 2), color(1, 3)]);
});

pure("a picture of odd height ends in half a row", () => {
  const grid = halfBlocks(picture(1, 3), { cols: 80, rows: 24 });
  assert.deepEqual([grid.foreground[1], grid.background[1]], [color(0, 2), 0]);
});

pure("a picture stored bottom up is shown upright", () => {
  const grid = halfBlocks(picture(1, 2, true), { cols: 80, rows: 24 });
  assert.deepEqual([grid.foreground[0], grid.background[0]], [color(0, 1), color(0, 0)]);
});

pure("a large picture is scaled down to fit, with its proportions", () => {
  const wide = halfBlocks(picture(200, 100), { cols: 50, rows: 40 });
  assert.deepEqual([wide.cols, wide.rows], [50, 13]);
  const high = halfBlocks(picture(100, 200), { cols: 50, rows: 10 });
  assert.deepEqual([high.cols, high.rows], [10, 10]);
  assert.equal(wide.foreground[0], color(2, 2), "the mean of 4 by 4 pixels");
  for (const [width, height] of [[8192, 1], [1, 8192], [7, 5]] as const) {
    const grid = halfBlocks(picture(width, height), { cols: 5, rows: 2 });
    assert(grid.cols <= 5 && grid.rows <= 2 && grid.cols >= 1 && grid.rows >= 1);
  }
});

pure("kitty gets the pixels in chunks, with size and position", () => {
  const shown = picture(120, 90, true);
  for (let at = 0; at < shown.rgba.length; at++) {
    if (at % 4 === 2) (shown.rgba as Uint8Array)[at] = (at * 2654435761) >>> 24;
  }
  const picked = kittyPicture(shown, { cols: 10, rows: 100 });
  const output = kittyOutput(picked, deflateSync(picked.rgb, { level: 1 }));
  assert(output.startsWith("\x1b[1;1H"));
  const chunks = output.slice(6).split("\x1b\\").slice(0, -1);
  assert(chunks.length > 1);
  const parts = chunks.map((chunk, index) => {
    const [control, data] = chunk.slice(3).split(";");
    assert(chunk.startsWith("\x1b_G") && data!.length <= 4096);
    assert.match(control!, index === chunks.length - 1 ? /m=0$/ : /m=1$/);
    return [control, data] as const;
  });
  assert.match(parts[0]![0]!, /^a=T,q=2,f=24,o=z,i=7,p=1,C=1,s=120,v=90,c=10,r=3,m=1$/);
  const rgb = inflateSync(Buffer.from(parts.map(([, data]) => data).join(""), "base64"));
  assert.equal(rgb.length, 120 * 90 * 3);
  assert.deepEqual([...rgb.subarray(3, 5)], [1, 89], "the picture is turned upright");
});

pure("a terminal gets no more pixels than its cells have, nor than the limit", () => {
  const side = 8_192;
  const rgba = new Uint8Array(side * side * 4);
  const huge = { kind: "pixels", width: side, height: side, rgba, bottomUp: true } as const;
  // The upper left quarter is white.
  for (let y = side / 2; y < side; y++) {
    rgba.fill(255, y * side * 4, (y * side + side / 2) * 4);
  }
  for (
    const [room, width] of [
      [{ cols: 80, rows: 24 }, 24 * 32],
      [{ cols: 20, rows: 100 }, 20 * 16],
      [{ cols: 400, rows: 200 }, Math.floor(Math.sqrt(MAX_TERMINAL_PIXELS))],
      [{ cols: 1, rows: 1 }, 16],
    ] as const
  ) {
    const shown = kittyPicture(huge, room);
    assert.deepEqual([shown.width, shown.height], [width, width]);
    const at = (x: number, y: number) => shown.rgb[(y * width + x) * 3];
    const [first, middle, last] = [0, width / 2, width - 1].map(Math.floor) as [
      number,
      number,
      number,
    ];
    assert.deepEqual([at(first, first), at(last, first), at(first, last)], [255, 0, 0]);
    assert.deepEqual([at(middle - 1, middle - 1), at(middle + 1, middle + 1)], [255, 0]);
    assert.equal(shown.cells.cols <= room.cols && shown.cells.rows <= room.rows, true);
  }
  const desktop = kittyPicture(picture(1920, 1080), { cols: 200, rows: 50 });
  assert.deepEqual([desktop.width, desktop.height], [1920, 1080], "not scaled");
  const strip = kittyPicture(picture(8_192, 1), { cols: 2, rows: 2 });
  assert.deepEqual([strip.width, strip.height], [32, 1]);
});

pure("a terminal is asked for kitty graphics", () => {
  assert(KITTY_QUERY.startsWith("\x1b_Gi=31,") && KITTY_QUERY.includes("a=q"));
  assert.equal(isKittyReply("Gi=31;OK"), true);
  assert.equal(isKittyReply("Gi=31;ENOTSUP"), false);
});
