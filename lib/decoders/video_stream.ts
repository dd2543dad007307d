/**
 * The video of one channel: header in, data in, picture on the surface.
 *
 * @module
 */

import { MAX_WHOLE_DRAW_BYTES } from "../limits.ts";
import { VIDEO_FORMAT } from "../wire/constants.ts";
import { decoderFor } from "./decoders.ts";
import { FrameAssembler } from "./frame_assembler.ts";
import { MemoryBudget } from "./memory_budget.ts";
import { Surface } from "./surface.ts";
import type { FrameDecoder } from "./frame_decoder.ts";
import type { FrameHeader } from "./frame_header.ts";

/**
 * What a piece of data did: `pending` while bytes are missing, `drawn` when it completed a frame,
 * `drawing` when it completed one that is so large that it is to be drawn by
 * {@linkcode VideoStream.drawPiece}, `discarded` when it was the last of a refused one, `ignored` when
 * no frame was announced.
 */
export type PushResult = "pending" | "drawn" | "drawing" | "discarded" | "ignored";

/** What is worked off at once of a large frame: whole pixels of each format; stays in the cache. */
const PIECE_BYTES = 393_216;

/** When frames are drawn in pieces, and in which. */
export interface PieceSizes {
  /** Frames that change or copy more bytes of pixels than this are drawn in pieces. */
  readonly wholeBytes: number;
  /** What is worked off at once of the content, in bytes. */
  readonly pieceBytes: number;
}

/** Receives the frames of one channel, one after the other. */
export class VideoStream {
  /** What the channel shows. */
  readonly surface: Surface;
  readonly #assembler: FrameAssembler;
  readonly #sizes: PieceSizes;
  #header: FrameHeader | undefined;
  #decoder: FrameDecoder | undefined;
  #drawing: Generator<void, void> | undefined;
  #toDiscard = 0;

  /**
   * Makes the video of a channel that shows nothing yet.
   *
   * @param budget What all channels of the client share.
   * @param sizes When frames are drawn in pieces, and in which.
   */
  constructor(
    budget: MemoryBudget = new MemoryBudget(),
    sizes: PieceSizes = { wholeBytes: MAX_WHOLE_DRAW_BYTES, pieceBytes: PIECE_BYTES },
  ) {
    this.surface = new Surface(budget, () => {
      while (this.#drawing?.next().done === false);
    });
    this.#assembler = new FrameAssembler(budget);
    this.#sizes = sizes;
  }

  /**
   * The frame that is under way, also a refused one whose data is still coming. A new header ends
   * it; its id is owed an acknowledgement all the same.
   */
  get header(): FrameHeader | undefined {
    return this.#header;
  }

  /**
   * Announces a frame.
   *
   * @param header The header; kept until the frame is over.
   * @throws {StreamError} `unknown-format` or `unsupported-format` (cancel the stream), or a code
   * of {@linkcode FrameDecoder.validate}. The announced data is swallowed when it comes.
   */
  begin(header: FrameHeader): void {
    this.#endDrawing();
    this.#assembler.abort();
    this.#decoder = undefined;
    this.#toDiscard = header.length;
    this.#header = header.length > 0 ? header : undefined;
    const decoder = decoderFor(header.format);
    decoder.validate(header);
    // A buffer left over from a larger frame could not be exchanged for the picture.
    if (isWholeRgba(header) && this.#assembler.capacity > header.length) this.#assembler.trim();
    this.#assembler.begin(header.length);
    this.#decoder = decoder;
  }

  /**
   * Takes the payload of one data packet.
   *
   * @param chunk Borrowed for the call.
   * @returns What it did; on `drawn` and `discarded` the frame is over and to be acknowledged.
   * @throws {StreamError} `bad-length` when data exceeds the announced length, or a code of
   * {@linkcode FrameDecoder.decode}. The frame is over then, the surface as it was before.
   */
  push(chunk: Uint8Array): PushResult {
    const header = this.#header;
    if (header === undefined) return "ignored";
    const decoder = this.#decoder;
    if (decoder === undefined) return this.#discard(chunk);
    let over = true;
    try {
      over = this.#assembler.push(chunk);
      if (over) this.#draw(header, decoder, chunk);
      over &&= this.#drawing === undefined;
    } finally {
      if (over) this.#end();
    }
    if (this.#drawing !== undefined) return "drawing";
    return over ? "drawn" : "pending";
  }

  /**
   * Goes on with a large frame. Nothing else may be pushed until it is drawn.
   *
   * @returns Whether it is drawn; the frame is over then, and to be acknowledged.
   * @throws {StreamError} A code of {@linkcode FrameDecoder.decode}. The frame is over then, the
   * surface as it was before.
   */
  drawPiece(): boolean {
    let isDrawn = true;
    try {
      isDrawn = this.#drawing?.next().done ?? true;
    } finally {
      if (isDrawn) this.#end();
    }
    return isDrawn;
  }

  /** Gives idle buffers back; for a channel that has gone quiet. The picture stays. */
  trim(): void {
    this.#assembler.trim();
  }

  /** Ends the channel: lets go of the frame under way, the buffers and the picture. */
  close(): void {
    this.#endDrawing();
    this.#end();
    this.#assembler.trim();
    this.surface.close();
  }

  /** Gives a drawing up, unless it has begun to change what is presented. */
  #endDrawing(): void {
    // Borrowers keep the pixels, and must not keep half a frame.
    while (this.surface.isUnfinished && this.#drawing?.next().done === false);
    this.#drawing?.return();
    this.#drawing = undefined;
  }

  #end(): void {
    this.#header = undefined;
    this.#decoder = undefined;
    this.#drawing = undefined;
    this.#assembler.abort();
  }

  #discard(chunk: Uint8Array): PushResult {
    this.#toDiscard -= chunk.length;
    if (this.#toDiscard > 0) return "pending";
    this.#header = undefined;
    return "discarded";
  }

  #draw(header: FrameHeader, decoder: FrameDecoder, chunk: Uint8Array): void {
    if (isWholeRgba(header)) {
      // The buffer is the picture already: exchange it for the old one instead of copying.
      const picture = this.#assembler.takeBuffer();
      if (picture !== undefined) {
        const spare = this.surface.swapPixels(header, picture);
        if (spare !== undefined) this.#assembler.giveBuffer(spare);
        return;
      }
    }
    const { payload } = this.#assembler;
    const { wholeBytes, pieceBytes } = this.#sizes;
    if (decoder.decodeInPieces === undefined || this.#workBytes(header) <= wholeBytes) {
      return decoder.decode(header, payload, this.surface);
    }
    // A frame that came in one packet is still in memory that is used again.
    const kept = payload === chunk ? payload.slice() : payload;
    const drawing = decoder.decodeInPieces(header, kept, this.surface, pieceBytes);
    // The first step refuses what is plainly no frame.
    if (drawing.next().done === false) this.#drawing = drawing;
  }

  #workBytes(header: FrameHeader): number {
    return Math.max(header.width * header.height * 4, this.surface.copiedBytes(header));
  }
}

function isWholeRgba(header: FrameHeader): boolean {
  return header.format === VIDEO_FORMAT.rgba &&
    header.width === header.surfaceWidth && header.height === header.surfaceHeight;
}
