/**
 * What the formats of pixels have in common: where the pixels of a frame go, in one go or in pieces.
 *
 * @module
 */

import type { Canvas, Surface } from "./surface.ts";
import type { Decoded, FrameDecoder, FramePayload, PieceSizes } from "./frame_decoder.ts";
import { DRAWN } from "./frame_decoder.ts";
import type { FrameHeader } from "./frame_header.ts";
import { checkPixelLength, checkRegion } from "./validate.ts";

/**
 * Draws some pixels of a content, one behind the other, onto a canvas.
 *
 * @param from Index of the first pixel in the content.
 * @param at Index of the first pixel on the canvas.
 * @param count How many pixels.
 */
export type PixelRun = (from: number, at: number, count: number) => void;

/** What sets one format of pixels apart. */
export interface PixelFormat {
  /** Bytes of one pixel in the content. */
  readonly bytesPerPixel: number;
  /** Whether the pixels are opaque once they are drawn. */
  readonly isOpaque: boolean;
  /** Checks the length of the payload, which the header announces. */
  checkLength(header: FrameHeader): void;
  /** Checks that the surface has what the frame builds on. */
  checkBase?(header: FrameHeader, surface: Surface): void;
  /** Refuses a payload that is plainly damaged, without decoding it. */
  checkPayload?(header: FrameHeader, payload: Uint8Array): void;
  /** The pixels of a frame, valid until the next call. */
  content(header: FrameHeader, payload: Uint8Array): Uint8Array;
  /** The same in pieces of whole pixels, each valid until the next one. */
  pieces(header: FrameHeader, payload: Uint8Array, pieceBytes: number): Iterable<Uint8Array>;
  /** Makes what draws a content. */
  runOf(content: Uint8Array, canvas: Canvas): PixelRun;
}

/** Makes the decoder of a format. */
export function pixelDecoder(format: PixelFormat): FrameDecoder {
  return {
    validate(header: FrameHeader): void {
      checkRegion(header);
      checkPixelLength(header, format.bytesPerPixel);
      format.checkLength(header);
    },

    decode(
      header: FrameHeader,
      payload: FramePayload,
      surface: Surface,
      { wholeBytes, pieceBytes }: PieceSizes,
    ): Decoded {
      format.checkBase?.(header, surface);
      const pixels = header.width * header.height;
      if (Math.max(pixels * 4, surface.copiedBytes(header)) > wholeBytes) {
        format.checkPayload?.(header, payload.bytes);
        const steps = drawInPieces(format, header, payload.keep(), surface, pieceBytes);
        return { type: "pieces", steps };
      }
      const content = format.content(header, payload.bytes);
      const canvas = surface.beginPixels(header);
      drawPixels(header, canvas, format.runOf(content, canvas), 0, pixels);
      endDrawing(header, surface, canvas, format);
      return DRAWN;
    },
  };
}

function* drawInPieces(
  format: PixelFormat,
  header: FrameHeader,
  payload: Uint8Array,
  surface: Surface,
  pieceBytes: number,
): Generator<void, void> {
  // A damaged frame must change nothing, and there is no room for all of its content at once: it
  // is decoded twice, which takes less time than to fill and free that much memory.
  for (const _ of format.pieces(header, payload, pieceBytes)) yield;
  const canvas = yield* surface.beginPixelsInPieces(header, pieceBytes);
  let drawn = 0;
  for (const piece of format.pieces(header, payload, pieceBytes)) {
    const count = piece.length / format.bytesPerPixel;
    drawPixels(header, canvas, format.runOf(piece, canvas), drawn, count);
    drawn += count;
    yield;
  }
  endDrawing(header, surface, canvas, format);
}

/** Draws `count` pixels of a region, of which `first` were drawn before. */
function drawPixels(
  { x, y, width }: FrameHeader,
  canvas: Canvas,
  run: PixelRun,
  first: number,
  count: number,
): void {
  // Rows of the full width lie one behind the other: they are one run.
  if (width === canvas.width) return run(0, y * width + first, count);
  for (let done = 0; done < count;) {
    const column = (first + done) % width;
    const row = (first + done - column) / width;
    const length = Math.min(width - column, count - done);
    run(done, (y + row) * canvas.width + x + column, length);
    done += length;
  }
}

function endDrawing(
  header: FrameHeader,
  surface: Surface,
  canvas: Canvas,
  { isOpaque }: PixelFormat,
): void {
  if (!isOpaque) canvas.opaque = false;
  else if (header.width === canvas.width && header.height === canvas.height) canvas.opaque = true;
  surface.endPixels(header);
}
