/**
 * What a client shows at one moment.
 *
 * @module
 */

import type { TextGrid } from "../decoders/text_grid.ts";
import type { Source } from "../segment/source.ts";

/** Pixels that a client shows. */
export interface PixelPicture {
  /** Tells it apart. */
  readonly kind: "pixels";
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** R, G, B, A bytes, row after row; borrowed from the surface until the client's next frame. */
  readonly rgba: Uint8Array;
  /** Whether the first row is the lowest one. */
  readonly bottomUp: boolean;
}

/** Text that a client shows. */
export interface TextPicture {
  /** Tells it apart. */
  readonly kind: "text";
  /** The cells; borrowed from the surface until the client's next frame. */
  readonly grid: TextGrid;
}

/** What a client shows. */
export type Picture = PixelPicture | TextPicture;

/**
 * The picture that a client has committed last, without a copy.
 *
 * @param source The client, of which only the surface is looked at.
 * @returns `undefined` before its first frame and after its end.
 */
export function pictureOf({ surface }: Pick<Source, "surface">): Picture | undefined {
  const { grid, pixels, width, height, origoLl } = surface;
  if (grid !== undefined) return { kind: "text", grid };
  if (pixels === undefined || width === 0 || height === 0) return undefined;
  return { kind: "pixels", width, height, rgba: pixels, bottomUp: origoLl };
}

/**
 * The pixels that a client shows now, for as long as it shows them, and for good when it ends with
 * them.
 *
 * @param source The client.
 * @param picture What it shows now.
 * @returns Gives the picture without a copy; `undefined` once the client has drawn something else.
 */
export function whileShown(
  source: Pick<Source, "surface">,
  picture: PixelPicture,
): () => PixelPicture | undefined {
  const { revision } = source.surface;
  return () => {
    // A frame that is being drawn in pieces is finished by this look at the surface.
    const shown = pictureOf(source);
    if (source.surface.revision !== revision) return undefined;
    return shown?.kind === "pixels" ? shown : picture;
  };
}
