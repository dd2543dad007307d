/**
 * The H.264 of one client in the mode of its listener: refused, passed to the handler, or decoded.
 *
 * @module
 */

import { StreamError } from "../../errors.ts";
import { MAX_DECODED_UNIT_BYTES } from "../../limits.ts";
import type { Decoded, FrameDecoder, FramePayload } from "../frame_decoder.ts";
import { PENDING } from "../frame_decoder.ts";
import type { FrameHeader } from "../frame_header.ts";
import type { MemoryBudget } from "../memory_budget.ts";
import type { Surface } from "../surface.ts";
import { AccessUnits, validateUnit } from "./access_units.ts";
import { CodedPictures } from "./coded_pictures.ts";

/**
 * What happens to H.264: `cancel` makes the client fall back to zstd, `pass` gives the access units to
 * the handler, `decode` shows the pictures and makes the client fall back when a picture cannot be
 * decoded.
 */
export type H264Mode = "cancel" | "pass" | "decode";

/** The H.264 of one client. */
export class ClientH264 {
  readonly #mode: H264Mode;
  readonly #budget: MemoryBudget;
  readonly #pictures = new Set<CodedPictures>();
  #failure: StreamError | undefined;

  /** @param budget The memory of all channels of the client. */
  constructor(mode: H264Mode, budget: MemoryBudget) {
    this.#mode = mode;
    this.#budget = budget;
  }

  /**
   * Why no H.264 of the client is decoded any more. The first failure is final: the client falls back
   * to another format, and no decoder is started again and again.
   */
  get failure(): StreamError | undefined {
    return this.#failure;
  }

  /** @returns The decoder of a channel; `undefined` when H.264 is refused. */
  decoderOf(channel: number): FrameDecoder | undefined {
    switch (this.#mode) {
      case "cancel":
        return undefined;
      case "pass":
        return this.#passing();
      case "decode":
        return this.#decoding(channel);
    }
  }

  /**
   * Makes the client fall back to another format from its next frame on.
   *
   * @returns Whether it has not been told before and sends H.264 that is passed on.
   */
  refuse(reason: string): boolean {
    if (this.#mode !== "pass" || this.#failure !== undefined) return false;
    this.#fail(new StreamError("unsupported-format", reason));
    return true;
  }

  #passing(): FrameDecoder {
    const units = new AccessUnits(this.#budget);
    return {
      validate: (header: FrameHeader): void => {
        if (this.#failure !== undefined) throw this.#failure;
        validateUnit(header);
      },
      decode(header: FrameHeader, { bytes }: FramePayload): Decoded {
        const unit = units.take(header, bytes);
        return unit === undefined ? PENDING : { type: "unit", unit };
      },
      refused: (): boolean => {
        units.clear();
        return this.#failure !== undefined;
      },
      close: () => units.clear(),
    };
  }

  #decoding(channel: number): FrameDecoder {
    const units = new AccessUnits(this.#budget);
    const pictures = new CodedPictures(this.#budget);
    this.#pictures.add(pictures);
    return {
      validate: (header: FrameHeader): void => {
        this.#checkDecodable(header.length);
        validateUnit(header);
      },
      decode: (header: FrameHeader, { bytes }: FramePayload, surface: Surface): Decoded => {
        const unit = units.take(header, bytes);
        if (unit === undefined) return PENDING;
        this.#checkDecodable(unit.data.length);
        const picture = pictures.take(unit);
        // DEVIATION: the reference shows a picture when the next one comes, and the last one never.
        // Pinned by "h264 decode: each picture is shown at once".
        const show = (rgba: Uint8Array<ArrayBuffer>) => pictures.show(header, rgba, surface);
        return { type: "job", channel, picture, show };
      },
      refused: (error: StreamError): boolean => {
        units.clear();
        this.#fail(error);
        return true;
      },
      close: (): void => {
        units.clear();
        pictures.free();
        this.#pictures.delete(pictures);
      },
    };
  }

  #checkDecodable(length: number): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (length <= MAX_DECODED_UNIT_BYTES) return;
    throw new StreamError(
      "bad-length",
      `an access unit of ${length} bytes, ${MAX_DECODED_UNIT_BYTES} can be decoded`,
    );
  }

  #fail(error: StreamError): void {
    this.#failure ??= error;
    for (const pictures of this.#pictures) pictures.free();
    this.#pictures.clear();
  }
}
