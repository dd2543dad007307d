/**
 * The video of one channel: headers and payloads in, pictures on the surface.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { VIDEO_FLAG } from "../wire/constants.ts";
import { MAX_WHOLE_DRAW_BYTES } from "../limits.ts";
import { decoderFor } from "./decoders.ts";
import { FrameAssembler } from "./frame_assembler.ts";
import type { Decoded, FrameDecoder, FrameProgress, PieceSizes } from "./frame_decoder.ts";
import { DRAWN, PENDING } from "./frame_decoder.ts";
import type { FrameHeader } from "./frame_header.ts";
import { MemoryBudget } from "./memory_budget.ts";
import { CodedSeries } from "./h264/coded_series.ts";
import { Surface } from "./surface.ts";

/** A multiple of the bytes of a pixel in each format; the content of a piece stays in the cache. */
const PIECE_BYTES = 393_216;
const SIZES: PieceSizes = { wholeBytes: MAX_WHOLE_DRAW_BYTES, pieceBytes: PIECE_BYTES };

/** The frame that is under way. */
interface Frame {
  readonly header: FrameHeader;
  readonly decoder: FrameDecoder;
  /** What is left to do once the payload is complete. */
  left?: Extract<Decoded, { type: "pieces" | "job" }>;
}

/** Receives the frames of one channel, one after the other. */
export class VideoStream {
  /** What the channel shows. */
  readonly surface: Surface;
  /** The access units of H.264 that were not decoded here, while they are what is shown. */
  readonly coded: CodedSeries;
  readonly #assembler: FrameAssembler;
  readonly #h264: FrameDecoder | undefined;
  readonly #sizes: PieceSizes;
  #frame: Frame | undefined;

  /**
   * @param budget The memory of all channels of the client.
   * @param h264 The decoder of H.264 for this channel; without one H.264 is refused.
   * @param sizes When frames are drawn in pieces.
   */
  constructor(
    budget: MemoryBudget = new MemoryBudget(),
    h264?: FrameDecoder,
    sizes: PieceSizes = SIZES,
  ) {
    this.surface = new Surface(budget, () => this.#finishPieces());
    this.coded = new CodedSeries(budget);
    this.#assembler = new FrameAssembler(budget);
    this.#h264 = h264;
    this.#sizes = sizes;
  }

  /**
   * Takes the header of a frame, which ends an unfinished one. The payload of a refused frame is
   * thrown away when it comes.
   *
   * @param header Kept until the frame is over.
   * @returns Whether the frame is pending or refused.
   */
  begin(header: FrameHeader): FrameProgress {
    this.#abandon();
    let decoder: FrameDecoder | undefined;
    try {
      decoder = decoderFor(header.format, this.#h264);
      decoder.validate(header);
    } catch (error) {
      return this.#refuse(decoder, error);
    }
    // A buffer that is larger than the picture could not become the picture.
    if (decoder.isPicture?.(header)) this.#assembler.trim(header.length);
    this.#assembler.begin(header.length);
    this.#frame = { header, decoder };
    return PENDING;
  }

  /**
   * Takes a part of the payload.
   *
   * @param chunk Borrowed for the call.
   * @returns For `pieces` call {@linkcode drawPiece} and for `job` {@linkcode finishJob} before
   * anything else of the channel is taken.
   */
  push(chunk: Uint8Array): FrameProgress {
    const frame = this.#frame;
    if (frame === undefined) return PENDING;
    try {
      if (!this.#assembler.push(chunk)) return PENDING;
      const decoded = this.#decode(frame);
      if (decoded.type === "pieces" || decoded.type === "job") frame.left = decoded;
      else this.#end();
      if (decoded.type === "drawn") this.coded.clear();
      if (decoded.type === "unit") this.coded.add(decoded.unit, isBottomUp(frame.header));
      return decoded;
    } catch (error) {
      return this.#refuse(frame.decoder, error);
    }
  }

  /** Draws the next piece of a large frame. */
  drawPiece(): FrameProgress {
    const frame = this.#frame;
    if (frame?.left?.type !== "pieces") return PENDING;
    try {
      if (frame.left.steps.next().done === false) return frame.left;
    } catch (error) {
      return this.#refuse(frame.decoder, error);
    }
    this.#end();
    this.coded.clear();
    return DRAWN;
  }

  /**
   * Shows the picture that a worker has decoded.
   *
   * @param result R, G, B, A bytes, owned by the surface from now on; or why there are none.
   */
  finishJob(result: Uint8Array<ArrayBuffer> | StreamError): FrameProgress {
    const frame = this.#frame;
    if (frame?.left?.type !== "job") return PENDING;
    if (result instanceof StreamError) return this.#refuse(frame.decoder, result);
    frame.left.show(result);
    this.#end();
    return DRAWN;
  }

  /** Ends the channel and releases its memory. */
  close(): void {
    this.#abandon();
    this.#assembler.trim();
    this.surface.close();
    this.coded.clear();
    this.#h264?.close?.();
  }

  #decode({ header, decoder }: Frame): Decoded {
    if (decoder.isPicture?.(header)) {
      const picture = this.#assembler.takeBuffer();
      if (picture !== undefined) {
        const spare = this.surface.swapPixels(header, picture);
        if (spare !== undefined) this.#assembler.setBuffer(spare);
        return DRAWN;
      }
    }
    return decoder.decode(header, this.#assembler, this.surface, this.#sizes);
  }

  #refuse(decoder: FrameDecoder | undefined, error: unknown): FrameProgress {
    this.#abandon();
    if (!(error instanceof StreamError)) throw error;
    // A format without a decoder is never drawn.
    const endsFormat = decoder === undefined || (decoder.refused?.(error) ?? false);
    return { type: "refused", error, endsFormat };
  }

  /** Drops the frame, or finishes it if it has begun to change the presented pixels: those are borrowed. */
  #abandon(): void {
    if (this.surface.isUnfinished) this.#finishPieces();
    const left = this.#frame?.left;
    if (left?.type === "pieces") left.steps.return();
    this.#end();
  }

  /** Draws what is left of a large frame, which stays under way until {@linkcode drawPiece}. */
  #finishPieces(): void {
    const left = this.#frame?.left;
    while (left?.type === "pieces" && left.steps.next().done === false);
  }

  #end(): void {
    this.#frame = undefined;
    this.#assembler.abort();
  }
}

function isBottomUp({ flags }: FrameHeader): boolean {
  return (flags & VIDEO_FLAG.origoLowerLeft) !== 0;
}
