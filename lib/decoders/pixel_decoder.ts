/**
 * The decoder of all formats of pixels: where the pixels of a frame go, in one go or in pieces.
 *
 * @module
 */

import type { Canvas } from "./canvas.ts";
import type { Decoded, FrameDecoder, FramePayload, PieceSizes } from "./frame_decoder.ts";
import { DRAWN } from "./frame_decoder.ts";
import type { FrameHeader } from "./frame_header.ts";
import type { PixelLoop } from "./pixels.ts";
import type { Surface } from "./surface.ts";
import { checkPixelLength, checkRegion } from "./validate.ts";

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
  /** Gives the pixels of a frame, valid until another content is asked for. */
  content(header: FrameHeader, payload: Uint8Array): Uint8Array;
  /** Gives the same in pieces of this size, each valid until another content is asked for. */
  pieces(header: FrameHeader, payload: Uint8Array, pieceBytes: number): Iterable<Uint8Array>;
  /** Draws a content. */
  readonly draw: PixelLoop;
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
      format.draw(content, canvas, header);
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
  const { x, y, width } = header;
  const rowBytes = width * format.bytesPerPixel;
  const wholeRowBytes = Math.max(1, Math.floor(pieceBytes / rowBytes)) * rowBytes;
  // A damaged frame must change nothing, and the whole content would need too much memory at once.
  // So the frame is decoded twice, which is quicker than to allocate and free that memory.
  for (const _ of format.pieces(header, payload, wholeRowBytes)) yield;
  const canvas = yield* surface.beginPixelsInPieces(header, pieceBytes);
  let drawn = 0;
  for (const piece of format.pieces(header, payload, wholeRowBytes)) {
    const height = piece.length / rowBytes;
    format.draw(piece, canvas, { x, y: y + drawn, width, height });
    drawn += height;
    yield;
  }
  endDrawing(header, surface, canvas, format);
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
