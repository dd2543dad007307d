import assert from "node:assert/strict";
import {
  TILE_GAP_MS,
  VIEWER_GAP_MS,
  VIEWER_KNOWN_FRAMES,
  VIEWER_PICTURES_AHEAD,
  VIEWER_PIECE_BYTES,
  VIEWER_RECTANGLES,
  VIEWER_WINDOW_BYTES,
} from "../../../../lib/limits.ts";
import { settle, StillTime } from "../../../support/still_time.ts";
import { ViewedFixture } from "../../../support/viewed_fixture.ts";
import { Viewing } from "../../../support/viewing.ts";
import { noise } from "../../decoders/frames.ts";

const SIZE = { surfaceWidth: 16, surfaceHeight: 16 };
const opaque = (count: number, seed: number) =>
  noise(count * 4, seed).map((byte, at) => at % 4 === 3 ? 0xff : byte);
const whole = (seed: number) => opaque(16 * 16, seed);

Deno.test("a viewer that acknowledges nothing gets two pictures, then the newest; others and the client go on", async () => {
  await using viewing = await Viewing.start();
  const { source, id } = viewing;
  const silent = viewing.view();
  silent.acknowledges = false;
  const lively = viewing.view();
  let seed = 0;
  const show = async () => {
    await source.showPixels(16, 16, whole(++seed));
    await lively.untilShown(id, whole(seed));
  };
  for (let i = 0; i < 6; i++) await show();
  assert.equal(silent.heads.length, VIEWER_PICTURES_AHEAD);
  silent.acknowledge(silent.heads[0]!.seq);
  await silent.untilShown(id, whole(6));
  assert.equal(silent.heads.length, VIEWER_PICTURES_AHEAD + 1);
});

Deno.test("pictures that come in one turn are one for a viewer, and no more than 60 a second", async () => {
  using time = new StillTime();
  using viewed = new ViewedFixture();
  const viewer = viewed.view();
  for (let i = 1; i <= 3; i++) viewed.draw(whole(i), SIZE);
  await settle();
  assert.equal(viewer.heads.length, 1);
  assert.deepEqual(viewer.shown.get(viewed.id)!.rgba, whole(3));
  for (let i = 4; i <= 6; i++) {
    viewed.draw(whole(i), SIZE);
    await time.pass(VIEWER_GAP_MS / 4);
  }
  assert.equal(viewer.heads.length, 1);
  await time.pass(VIEWER_GAP_MS / 4);
  assert.equal(viewer.heads.length, 2);
  assert.deepEqual(viewer.shown.get(viewed.id)!.rgba, whole(6));
});

Deno.test("a tile gets two pictures a second", async () => {
  using time = new StillTime();
  using viewed = new ViewedFixture();
  const viewer = viewed.view({ mode: "tile" });
  viewed.draw(whole(1), SIZE);
  await settle();
  viewed.draw(whole(2), SIZE);
  await time.pass(TILE_GAP_MS - 1);
  assert.equal(viewer.heads.length, 1);
  await time.pass(1);
  assert.equal(viewer.heads.length, 2);
});

Deno.test("a hidden viewer gets nothing, and what it missed when it is seen again", async () => {
  await using viewing = await Viewing.start();
  const { source, id } = viewing;
  const hidden = viewing.view();
  const other = viewing.view();
  await source.showPixels(16, 16, whole(1));
  await hidden.untilShown(id, whole(1));
  hidden.say({ type: "pause", on: true });
  await source.showPixels(16, 16, whole(2));
  await other.untilShown(id, whole(2));
  assert.equal(hidden.heads.length, 1);
  hidden.say({ type: "pause", on: false });
  await hidden.untilShown(id, whole(2));
});

Deno.test("a viewer that is behind gets the regions since then, few of them, or all when it is long behind", async () => {
  using time = new StillTime();
  using viewed = new ViewedFixture();
  const size = { surfaceWidth: 256, surfaceHeight: 256 };
  viewed.draw(opaque(256 * 256, 1), size);
  const viewer = viewed.view();
  const drawSome = (count: number) => {
    for (let i = 0; i < count; i++) {
      const region = { x: (i * 36) % 252, y: (i * 100) % 252, width: 4, height: 4 };
      viewed.draw(opaque(16, i + 2), { ...size, ...region });
    }
  };
  const next = async () => {
    const before = viewer.rectangles.length;
    await time.pass(VIEWER_GAP_MS);
    assert.deepEqual(viewer.shown.get(viewed.id)!.rgba, viewed.surface.rgba());
    return viewer.rectangles.slice(before);
  };
  await next();
  drawSome(3);
  assert.deepEqual((await next()).map(({ width, height }) => [width, height]), [
    [4, 4],
    [4, 4],
    [4, 4],
  ]);
  drawSome(VIEWER_KNOWN_FRAMES);
  const many = await next();
  assert(many.length <= VIEWER_RECTANGLES && many.length > 1);
  drawSome(VIEWER_KNOWN_FRAMES + 1);
  assert.deepEqual((await next()).map(({ width, height }) => [width, height]), [[256, 256]]);
});

Deno.test("a large picture waits for acknowledgements in its middle, and ends when the size changes", async () => {
  using viewed = new ViewedFixture();
  const [width, height] = [2048, 4096];
  const rgba = opaque(width * height, 3);
  viewed.draw(rgba, { surfaceWidth: width, surfaceHeight: height });
  const viewer = viewed.view();
  viewer.acknowledges = false;
  const mostBytes = VIEWER_WINDOW_BYTES + VIEWER_PIECE_BYTES;
  await viewer.until(() => viewer.bytes > VIEWER_WINDOW_BYTES, "a full window");
  assert(viewer.bytes <= mostBytes + 1_000 && viewer.shown.size === 0);
  const sent = viewer.heads.length;
  viewer.acknowledge(viewer.heads[0]!.seq);
  await viewer.until(() => viewer.heads.length > sent, "one more piece");
  viewed.draw(whole(9), SIZE);
  viewer.acknowledges = true;
  for (const { seq } of viewer.heads.slice(1)) viewer.acknowledge(seq);
  await viewer.untilShown(viewed.id, whole(9));
  assert.equal(viewer.heads.filter(({ flags }) => flags === 1).length, 1, "one picture is whole");
});

Deno.test("viewers in step share what is compressed for one of them", async () => {
  using time = new StillTime();
  using viewed = new ViewedFixture();
  const viewers = Array.from({ length: 10 }, () => viewed.view());
  const tiles = Array.from({ length: 10 }, () => viewed.view({ mode: "tile" }));
  for (let i = 1; i <= 3; i++) {
    viewed.draw(whole(i), SIZE);
    await settle();
    await time.pass(TILE_GAP_MS);
    for (const viewer of viewers) {
      assert.deepEqual(viewer.shown.get(viewed.id)!.rgba, whole(i));
    }
    // One for all viewers, one for all tiles.
    assert.equal(viewed.compressor.count, 2 * i);
  }
  assert.equal(tiles[9]!.heads.length, 3);
});
