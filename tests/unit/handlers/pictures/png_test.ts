import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { encodePng } from "../../../../lib/handlers/pictures/png.ts";
import type { PixelPicture } from "../../../../lib/handlers/pictures/picture.ts";
import { SeededRandom } from "../../../support/random.ts";

function pixels(width: number, height: number, rgba: Uint8Array, bottomUp = false): PixelPicture {
  return { kind: "pixels", width, height, rgba, bottomUp };
}

Deno.test("pngjs reads back the pixels of every small size", { permissions: "none" }, () => {
  const random = new SeededRandom(1);
  for (const [width, height] of [[1, 1], [2, 1], [1, 2], [3, 5], [64, 48], [321, 7]] as const) {
    for (const opaque of [false, true]) {
      const rgba = random.bytes(width * height * 4);
      if (opaque) { for (let at = 3; at < rgba.length; at += 4) rgba[at] = 255; }
      const image = PNG.sync.read(Buffer.from(encodePng(pixels(width, height, rgba))));
      assert.deepEqual([image.width, image.height], [width, height]);
      assert.deepEqual(new Uint8Array(image.data), rgba, `${width}x${height} opaque=${opaque}`);
    }
  }
});

Deno.test("a picture stored bottom up comes out upright", { permissions: "none" }, () => {
  const rgba = Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255);
  const { data } = PNG.sync.read(Buffer.from(encodePng(pixels(1, 2, rgba, true))));
  assert.deepEqual([...data], [4, 5, 6, 255, 1, 2, 3, 255]);
});

Deno.test("only a picture with transparency stores alpha", { permissions: "none" }, () => {
  const colorType = (alpha: number) => encodePng(pixels(1, 1, Uint8Array.of(1, 2, 3, alpha)))[25];
  assert.deepEqual([colorType(255), colorType(254)], [2, 6]);
});
