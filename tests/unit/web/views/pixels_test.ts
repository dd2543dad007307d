import assert from "node:assert/strict";
import { Viewing } from "../../../support/viewing.ts";

/** A picture whose pixels all differ from their neighbours. */
function picture(width: number, height: number, seed: number): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < rgba.length; at += 4) {
    rgba.set([at >> 2, (at >> 10) + seed, seed * 31, 0xff], at);
  }
  return rgba;
}

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
