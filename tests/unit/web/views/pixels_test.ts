import assert from "node:assert/strict";
import { CODEC } from "../../../../lib/web/views/protocol.ts";
import { VIEWER_INLINE_BYTES, VIEWER_PIECE_BYTES } from "../../../../lib/limits.ts";
import { FakeWorker } from "../../../support/fake_worker.ts";
import { ViewedFixture } from "../../../support/viewed_fixture.ts";
import { Viewing } from "../../../support/viewing.ts";
import { noise } from "../../decoders/frames.ts";

/** Changes of one picture; each waits until the viewer may get the next one. */
const CHANGES = 6;

/** Opaque pixels that all differ from their neighbours. */
function picture(width: number, height: number, seed: number): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < rgba.length; at += 4) {
    rgba.set([at >> 2, (at >> 10) + seed, seed * 31, 0xff], at);
  }
  return rgba;
}

const size = (surfaceWidth: number, surfaceHeight: number) => ({ surfaceWidth, surfaceHeight });

Deno.test("a viewer that comes in the middle sees the picture at once, then each change", async () => {
  await using viewing = await Viewing.start();
  const { source, id } = viewing;
  await source.showPixels(67, 21, picture(67, 21, 1));
  const viewer = viewing.view();
  await viewer.untilShown(id, picture(67, 21, 1));
  assert.equal(viewer.told[0]?.type, "client");
  await source.showPixels(67, 21, picture(67, 21, 2));
  await viewer.untilShown(id, picture(67, 21, 2));
  await source.showPixels(40, 50, picture(40, 50, 3));
  await viewer.untilShown(id, picture(40, 50, 3));
});

Deno.test("only changed regions are sent, whatever their place, size and order of rows", async () => {
  for (const flags of [0, 1]) {
    for (const [width, height] of [[64, 40], [61, 37], [3, 2], [1, 1]] as const) {
      using viewed = new ViewedFixture();
      viewed.draw(picture(width, height, 1), { ...size(width, height), flags });
      const viewer = viewed.view();
      await viewer.untilShown(viewed.id, viewed.surface.rgba()!);
      const random = noise(4 * CHANGES, width + flags);
      for (let i = 0; i < CHANGES; i++) {
        const [x, y, w, h] = random.subarray(4 * i, 4 * i + 4);
        const region = { x: x! % width, y: y! % height };
        const part = {
          ...region,
          width: 1 + w! % (width - region.x),
          height: 1 + h! % (height - region.y),
        };
        const before = viewer.rectangles.length;
        const pixels = picture(part.width, part.height, i + 2);
        viewed.draw(pixels, { ...size(width, height), flags, ...part });
        await viewer.untilShown(viewed.id, viewed.surface.rgba()!);
        const [rectangle] = viewer.rectangles.slice(before);
        assert(rectangle!.width < part.width + 4 && rectangle!.height === part.height);
      }
    }
  }
});

Deno.test("transparent pixels keep their alpha, also where the region is not whole groups wide", async () => {
  for (const width of [16, 15]) {
    using viewed = new ViewedFixture();
    const rgba = noise(width * 9 * 4);
    viewed.draw(rgba, size(width, 9));
    const viewer = viewed.view();
    await viewer.untilShown(viewed.id, rgba);
    assert.equal(viewer.rectangles[0]!.channels, 4);
  }
});

Deno.test("what frames without commit have changed is sent with the next commit", async () => {
  using viewed = new ViewedFixture();
  const [width, height] = [32, 16];
  viewed.draw(picture(width, height, 1), size(width, height));
  const viewer = viewed.view();
  await viewer.untilShown(viewed.id, picture(width, height, 1));
  const at = (x: number, y: number) => ({ ...size(width, height), x, y, width: 2, height: 2 });
  viewed.draw(picture(2, 2, 7), { ...at(0, 0), commit: false });
  viewed.draw(picture(2, 2, 8), { ...at(30, 14), commit: false });
  assert.equal(viewer.heads.length, 1);
  viewed.draw(picture(2, 2, 9), at(10, 10));
  await viewer.untilShown(viewed.id, viewed.surface.rgba()!);
});

Deno.test("text in place of pixels and back is drawn as a whole", async () => {
  await using viewing = await Viewing.start();
  const { source, id } = viewing;
  const viewer = viewing.view();
  await source.showPixels(80, 32, picture(80, 32, 1));
  await viewer.untilShown(id, picture(80, 32, 1));
  await source.showText("ten letter", "and below ");
  await viewer.untilText(id, 1, "and below ");
  await source.showPixels(80, 32, picture(80, 32, 2));
  await viewer.untilShown(id, picture(80, 32, 2));
  await source.showText("ten letter", "and above ");
  await viewer.untilText(id, 1, "and above ");
});

Deno.test("a picture larger than a piece comes in several, compressed by a worker, and is shown once", async () => {
  using viewed = new ViewedFixture();
  const [width, height] = [2048, 1500];
  const rgba = noise(width * height * 4);
  for (let at = 3; at < rgba.length; at += 4) rgba[at] = 0xff;
  assert(rgba.length > VIEWER_PIECE_BYTES);
  viewed.draw(rgba, size(width, height));
  const viewer = viewed.view();
  await viewer.untilShown(viewed.id, rgba);
  assert.deepEqual(viewer.heads.map(({ flags }) => flags), [0, 1]);
  assert(viewer.rectangles.every(({ codec }) => codec === CODEC.raw), "noise is not compressed");
});

Deno.test("a worker that fails costs no picture: the next ones are compressed without it", async () => {
  const worker = new FakeWorker();
  using viewed = new ViewedFixture({ start: () => worker });
  const [width, height] = [512, 256];
  assert(width * height * 3 > VIEWER_INLINE_BYTES);
  viewed.draw(picture(width, height, 1), size(width, height));
  const asked = Promise.withResolvers<void>();
  worker.postMessage = () => asked.resolve();
  const viewer = viewed.view();
  await asked.promise;
  worker.fail("out of memory");
  await viewer.untilShown(viewed.id, picture(width, height, 1));
  assert.equal(worker.terminations, 1);
});

Deno.test("a tile is the first segment alone, scaled down, its colours the means of areas", async () => {
  using viewed = new ViewedFixture();
  const [width, height] = [1280, 64];
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < rgba.length; at += 4) {
    const shade = (at >> 2) % 2 === 0 ? 100 : 200;
    rgba.set([shade, 0, at < rgba.length / 2 ? 255 : 0, 255], at);
  }
  viewed.draw(rgba, size(width, height));
  const viewer = viewed.view({ mode: "tile" });
  await viewer.until(() => viewer.shown.has(viewed.id), "the tile");
  const tile = viewer.shown.get(viewed.id)!;
  assert.deepEqual([tile.width, tile.height], [320, 16]);
  assert.deepEqual([...tile.rgba.subarray(0, 4)], [150, 0, 255, 255]);
  assert.deepEqual([...tile.rgba.subarray(-4)], [150, 0, 0, 255]);
});
