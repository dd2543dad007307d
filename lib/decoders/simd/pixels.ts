/**
 * The loops of `../pixels.ts` with vector instructions, for canvases with a memory for them. Those of
 * `../pixels.ts` draw on all others.
 *
 * @module
 */

import * as twin from "../pixels.ts";
import type { PixelLoop } from "../pixels.ts";
import { contentMemory, type VectorLoops } from "./memory.ts";

/** Content from elsewhere is copied in strips of whole rows, which stay in the processor's cache. */
const STRIP_BYTES = 65_536;

function withVectors(name: keyof VectorLoops, bytesPerPixel: number, plain: PixelLoop): PixelLoop {
  return (content, canvas, region) => {
    const loop = canvas.loops?.[name];
    const memory = contentMemory();
    if (loop === undefined || memory === undefined) return plain(content, canvas, region);
    const { width, height } = region;
    const stride = canvas.width * 4;
    const target = region.y * stride + region.x * 4;
    if (content.buffer === memory.buffer) {
      return loop(content.byteOffset, target, width, height, stride);
    }
    const rowBytes = width * bytesPerPixel;
    const rows = Math.max(1, Math.floor(STRIP_BYTES / rowBytes));
    for (let top = 0; top < height; top += rows) {
      const count = Math.min(rows, height - top);
      memory.set(content.subarray(top * rowBytes, (top + count) * rowBytes));
      loop(0, target + top * stride, width, count, stride);
    }
  };
}

export const expandRgb: PixelLoop = withVectors("expandRgb", 3, twin.expandRgb);
export const expandRgb565: PixelLoop = withVectors("expandRgb565", 2, twin.expandRgb565);

const xorOpaque = withVectors("xorRgb", 3, twin.xorRgb);
/** The vectors leave alpha, which is right where it is 255 already. */
export const xorRgb: PixelLoop = (content, canvas, region) =>
  (canvas.opaque ? xorOpaque : twin.xorRgb)(content, canvas, region);
