/**
 * What a client shows as the content of a file: PNG for pixels, plain text for text.
 *
 * @module
 */

import type { Source } from "../../segment/source.ts";
import { isLarge, PictureEncoder } from "./encoder.ts";
import type { Picture, PictureSource, PixelPicture } from "./picture.ts";
import { pictureOf, whileShown } from "./picture.ts";
import { encodePng } from "./png.ts";

/** When a large picture changed so often while it was read, it is copied first, which blocks a while. */
const MAX_ATTEMPTS = 3;

/** A picture as the content of a file. */
export type Snapshot =
  /** A PNG file. */
  | { readonly kind: "png"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** One line a row, without blanks at the end of lines and without control characters. */
  | { readonly kind: "text"; readonly text: string };

/**
 * Takes a picture of what a client shows, synchronously: it blocks the process for 15 ms a million
 * pixels, up to a second for the largest picture. Prefer {@linkcode takeSnapshot}.
 *
 * @param source The client.
 * @returns `undefined` before the client's first frame and after its end.
 */
export function snapshot(source: Pick<Source, "surface">): Snapshot | undefined {
  const picture = pictureOf(source);
  return picture && encodeNow(picture);
}

/**
 * Takes a picture of what a client shows. A large one is compressed in a worker, for which the process
 * needs the permission to read the files of this library; without it, the picture is compressed at
 * once and blocks the process.
 *
 * A handler that awaits it gets what the client shows at the call. Without that the client may draw
 * on, and the picture is one that it showed between the call and the result.
 *
 * @param source The client.
 * @returns `undefined` before the client's first frame and after its end.
 */
export async function takeSnapshot(
  source: Pick<Source, "surface">,
): Promise<Snapshot | undefined> {
  using encoder = new PictureEncoder();
  for (let attempt = 1;; attempt++) {
    const picture = pictureOf(source);
    if (picture === undefined) return undefined;
    const taken = await encodePicture(
      picture,
      encoder,
      (pixels) => attempt < MAX_ATTEMPTS ? whileShown(source, pixels) : copyOf(pixels),
    );
    if (taken !== undefined) return taken;
  }
}

/**
 * Encodes text and small pictures before it returns, and large pictures in the encoder's worker.
 *
 * @param readable Makes a large picture readable until it is encoded.
 * @returns `undefined` when a large picture changed before all of it was read.
 */
export async function encodePicture(
  picture: Picture,
  encoder: PictureEncoder,
  readable: (pixels: PixelPicture) => PictureSource,
): Promise<Snapshot | undefined> {
  if (picture.kind === "text" || !isLarge(picture)) return encodeNow(picture);
  const bytes = await encoder.png(readable(picture));
  return bytes && { kind: "png", bytes };
}

function encodeNow(picture: Picture): Snapshot {
  return picture.kind === "text"
    ? { kind: "text", text: `${picture.grid.text({ trimEnd: true })}\n` }
    : { kind: "png", bytes: encodePng(picture) };
}

function copyOf(picture: PixelPicture): PictureSource {
  const copy = { ...picture, rgba: picture.rgba.slice() };
  return () => copy;
}
