/**
 * The decoder of all formats of pixels: where the pixels of a frame go, in one go or in pieces.
 *
 * @module
 */

import type { Canvas, Surface } from "./surface.ts";
import type { Decoded, FrameDecoder, FramePayload, PieceSizes } from "./frame_decoder.ts";
import { DRAWN } from "./frame_decoder.ts";
import type { FrameHeader } from "./frame_header.ts";
import { checkPixelLength, checkRegion } from "./validate.ts";

/**
 * Draws successive pixels of a content onto a canvas.
 *
 * @param from Index of the first pixel in the content.
 * @param at Index of the first pixel on the canvas.
 * @param count Number of pixels.
 */
export type PixelRun = (from: number, at: number, count: number) => void;

/** One format of pixels. Its checks throw a {@linkcode StreamError}. */
export interface PixelFormat {
  /** Bytes of one pixel in the content. */
  readonly bytesPerPixel: number;
  /** Whether drawn pixels are opaque. */
  readonly isOpaque: boolean;
  /** Checks the announced length of the payload. */
  checkLength(header: FrameHeader): void;
  /** Checks that the surface has the base of a delta frame. */
  checkBase?(header: FrameHeader, surface: Surface): void;
  /** Checks what can be checked of a payload without decompressing it. */
  checkPayload?(header: FrameHeader, payload: Uint8Array): void;
  /** Gives the pixels of a frame, valid until the next call. */
  content(header: FrameHeader, payload: Uint8Array): Uint8Array;
  /** Gives the same in pieces of whole pixels, each valid until the next one. */
  pieces(header: FrameHeader, payload: Uint8Array, pieceBytes: number): Iterable<Uint8Array>;
  /** Gives the function that draws a content. */
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
  // A damaged frame must change nothing, and the whole content would need too much memory at once.
  // So the frame is decoded twice, which is quicker than to allocate and free that memory.
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

/** Draws `count` pixels of a region behind its `first` pixels. */
function drawPixels(
  { x, y, width }: FrameHeader,
  canvas: Canvas,
  run: PixelRun,
  first: number,
  count: number,
): void {
  // Rows of the full width are contiguous.
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
