/**
 * The current picture of a client as a file: PNG, or text for a client that shows text.
 *
 * @module
 */

import type { Source } from "../segment/source.ts";
import type { Picture, PixelPicture } from "./picture.ts";
import { pictureOf, whileShown } from "./picture.ts";
import { isLarge, PictureEncoder } from "./pictures/encoder.ts";
import { encodePng } from "./pictures/png.ts";

/** A client that draws all the time is copied from then on, which takes the thread for a while. */
const MAX_ATTEMPTS = 3;

/** A picture as the content of a file. */
export type Snapshot =
  /** A PNG file. */
  | { readonly kind: "png"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** One line a row, without blanks at the end of lines and without control characters. */
  | { readonly kind: "text"; readonly text: string };

/**
 * Takes a picture of what a client shows, at once: nothing else happens in this process meanwhile,
 * which takes 15 ms a million pixels and up to a second for the largest picture. Prefer
 * {@linkcode takeSnapshot}.
 *
 * @param source The client.
 * @returns `undefined` before its first frame and after its end.
 */
export function snapshot(source: Pick<Source, "surface">): Snapshot | undefined {
  const picture = pictureOf(source);
  return picture && snapshotOf(picture);
}

/**
 * Takes a picture of what a client shows. A large one is compressed in a worker, for which the process
 * must be allowed to read the files of this library; where it is not, it is compressed at once.
 *
 * A handler that waits for it gets what the client shows when it is called; otherwise the client may
 * draw on, and the picture is one that was shown between the call and the result.
 *
 * @param source The client.
 * @returns `undefined` before its first frame and after its end.
 */
export async function takeSnapshot(
  source: Pick<Source, "surface">,
): Promise<Snapshot | undefined> {
  using encoder = new PictureEncoder();
  for (let attempt = 1;; attempt++) {
    const picture = pictureOf(source);
    if (picture === undefined) return undefined;
    if (picture.kind === "text" || !isLarge(picture)) return snapshotOf(picture);
    const bytes = await encoder.png(
      attempt < MAX_ATTEMPTS ? whileShown(source, picture) : copyOf(picture),
    );
    if (bytes !== undefined) return { kind: "png", bytes };
  }
}

function copyOf(picture: PixelPicture): () => PixelPicture {
  const copy = { ...picture, rgba: picture.rgba.slice() };
  return () => copy;
}

/**
 * Makes a file's content of a picture, at once.
 *
 * @param picture The picture; borrowed for the call.
 */
export function snapshotOf(picture: Picture): Snapshot {
  if (picture.kind === "text") {
    return { kind: "text", text: `${picture.grid.text({ trimEnd: true })}\n` };
  }
  return { kind: "png", bytes: encodePng(picture) };
}
