/**
 * What a client shows: pixels or text.
 *
 * @module
 */

import type { TextGrid } from "../../decoders/text_grid.ts";
import type { Source } from "../../segment/source.ts";

export interface PixelPicture {
  readonly kind: "pixels";
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** R, G, B, A bytes, row after row; borrowed from the surface until the client's next frame. */
  readonly rgba: Uint8Array;
  /** Whether the first row is the lowest one. */
  readonly bottomUp: boolean;
}

interface TextPicture {
  readonly kind: "text";
  /** Borrowed from the surface until the client's next frame. */
  readonly grid: TextGrid;
}

export type Picture = PixelPicture | TextPicture;

/** Gives a picture without a copy as long as it is shown; `undefined` once it has changed. */
export type PictureSource = () => PixelPicture | undefined;

/**
 * The picture that a client committed last, without a copy.
 *
 * @returns `undefined` before the first frame and after the client's end.
 */
export function pictureOf({ surface }: Pick<Source, "surface">): Picture | undefined {
  const { grid, pixels, width, height, origoLl } = surface;
  if (grid !== undefined) return { kind: "text", grid };
  if (pixels === undefined || width === 0 || height === 0) return undefined;
  return { kind: "pixels", width, height, rgba: pixels, bottomUp: origoLl };
}

/**
 * Lets a picture be read in steps while its client may draw. A client that ends leaves its last
 * picture readable.
 *
 * @param picture What the client shows now.
 */
export function whileShown(
  source: Pick<Source, "surface">,
  picture: PixelPicture,
): PictureSource {
  const { revision } = source.surface;
  return () => {
    // Reading the surface finishes a frame that is being drawn in pieces, so read it first.
    const shown = pictureOf(source);
    if (source.surface.revision !== revision) return undefined;
    return shown?.kind === "pixels" ? shown : picture;
  };
}
