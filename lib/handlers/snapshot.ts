/**
 * The current picture of a client as a file: PNG, or text for a client that shows text.
 *
 * @module
 */

import type { Source } from "../segment/source.ts";
import type { Picture } from "./picture.ts";
import { pictureOf } from "./picture.ts";
import { encodePng } from "./png.ts";

/** A picture as the content of a file. */
export type Snapshot =
  /** A PNG file. */
  | { readonly kind: "png"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** One line a row, without blanks at the end of lines and without control characters. */
  | { readonly kind: "text"; readonly text: string };

/**
 * Takes a picture of what a client shows.
 *
 * @param source The client.
 * @returns `undefined` before its first frame and after its end.
 */
export function snapshot(source: Pick<Source, "surface">): Snapshot | undefined {
  const picture = pictureOf(source);
  return picture && snapshotOf(picture);
}

/**
 * Makes a file's content of a picture.
 *
 * @param picture The picture; borrowed for the call.
 */
export function snapshotOf(picture: Picture): Snapshot {
  if (picture.kind === "text") {
    return { kind: "text", text: `${picture.grid.text({ trimEnd: true })}\n` };
  }
  const { width, height, rgba, bottomUp } = picture;
  return { kind: "png", bytes: encodePng(width, height, rgba, bottomUp) };
}
