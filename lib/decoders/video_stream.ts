/**
 * The video of one channel: header in, data in, picture on the surface.
 *
 * @module
 */

import { VIDEO_FORMAT } from "../wire/constants.ts";
import { decoderFor } from "./decoders.ts";
import { FrameAssembler } from "./frame_assembler.ts";
import { MemoryBudget } from "./memory_budget.ts";
import { Surface } from "./surface.ts";
import type { FrameDecoder, FrameHeader } from "./types.ts";

/**
 * What a piece of data did: `pending` while bytes are missing, `drawn` when it completed a frame,
 * `discarded` when it was the last of a refused one, `ignored` when no frame was announced.
 */
export type PushResult = "pending" | "drawn" | "discarded" | "ignored";

/** Receives the frames of one channel, one after the other. */
export class VideoStream {
  /** What the channel shows. */
  readonly surface: Surface;
  readonly #assembler: FrameAssembler;
  #header: FrameHeader | undefined;
  #decoder: FrameDecoder | undefined;
  #toDiscard = 0;

  /**
   * Makes the video of a channel that shows nothing yet.
   *
   * @param budget What all channels of the client share.
   */
  constructor(budget: MemoryBudget = new MemoryBudget()) {
    this.surface = new Surface(budget);
    this.#assembler = new FrameAssembler(budget);
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
      if (over) this.#draw(header, decoder);
    } finally {
      if (over) {
        this.#header = undefined;
        this.#decoder = undefined;
        this.#assembler.abort();
      }
    }
    return over ? "drawn" : "pending";
  }

  /** Gives idle buffers back; for a channel that has gone quiet. The picture stays. */
  trim(): void {
    this.#assembler.trim();
  }

  /** Ends the channel: lets go of the frame under way, the buffers and the picture. */
  close(): void {
    this.#assembler.abort();
    this.#assembler.trim();
    this.#header = undefined;
    this.#decoder = undefined;
    this.surface.close();
  }

  #discard(chunk: Uint8Array): PushResult {
    this.#toDiscard -= chunk.length;
    if (this.#toDiscard > 0) return "pending";
    this.#header = undefined;
    return "discarded";
  }

  #draw(header: FrameHeader, decoder: FrameDecoder): void {
    if (isWholeRgba(header)) {
      // The buffer is the picture already: exchange it for the old one instead of copying.
      const picture = this.#assembler.takeBuffer();
      if (picture !== undefined) {
        const spare = this.surface.swapPixels(header, picture);
        if (spare !== undefined) this.#assembler.giveBuffer(spare);
        return;
      }
    }
    decoder.decode(header, this.#assembler.payload, this.surface);
  }
}

function isWholeRgba(header: FrameHeader): boolean {
  return header.format === VIDEO_FORMAT.rgba &&
    header.width === header.surfaceWidth && header.height === header.surfaceHeight;
}
