/**
 * H.264 that is handed on as it is: the access units of one channel.
 *
 * @module
 */

import { StreamError } from "../../errors.ts";
import { MAX_ACCESS_UNIT_BYTES, MAX_KEPT_H264_BYTES } from "../../limits.ts";
import { FrameAssembler } from "../frame_assembler.ts";
import { hasSequenceParameters, isWithoutPicture } from "./nal.ts";
import type { MemoryBudget } from "../memory_budget.ts";
import type { FrameHeader } from "../frame_header.ts";
import { checkPixelLength, checkRegion } from "../validate.ts";

const EXPANDED_BYTES_PER_PIXEL = 4;

/** One encoded picture. */
export interface AccessUnit {
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /**
   * The bytes in the format of Annex B, parameter sets included. Nothing about them was checked but
   * their number; the receiver's own.
   */
  readonly data: Uint8Array<ArrayBuffer>;
}

const NOTHING = new Uint8Array(0);

/**
 * Collects the access units of one channel, one after the other. Sources may send parameters in a
 * frame of their own: what has no picture is kept and put before the next unit.
 */
export class AccessUnitStream {
  readonly #budget: MemoryBudget;
  readonly #assembler: FrameAssembler;
  #header: FrameHeader | undefined;
  #kept: Uint8Array<ArrayBuffer> = NOTHING;

  /** @param budget What all channels of the client share. */
  constructor(budget: MemoryBudget) {
    this.#budget = budget;
    this.#assembler = new FrameAssembler(budget);
  }

  /**
   * Announces an access unit; one that was not complete is forgotten.
   *
   * @param header The header of its frame.
   * @throws {StreamError} `bad-surface-size`, `region-outside-surface`, `bad-expanded-length`,
   * `bad-length`; what follows is thrown away.
   */
  begin(header: FrameHeader): void {
    this.close();
    checkRegion(header);
    checkPixelLength(header, EXPANDED_BYTES_PER_PIXEL);
    if (header.width !== header.surfaceWidth || header.height !== header.surfaceHeight) {
      throw new StreamError("region-outside-surface", "H.264 must cover the whole surface");
    }
    if (header.length < 1 || header.length > MAX_ACCESS_UNIT_BYTES) {
      throw new StreamError(
        "bad-length",
        `an access unit of ${header.length} bytes, the limit is ${MAX_ACCESS_UNIT_BYTES}`,
      );
    }
    this.#assembler.begin(header.length);
    this.#header = header;
  }

  /**
   * Takes the payload of one packet.
   *
   * @param chunk Borrowed for the call.
   * @returns The access unit that it completed, if any; none for what is kept.
   * @throws {StreamError} `bad-length`, `memory-limit`; the unit and what was kept are forgotten then.
   */
  push(chunk: Uint8Array): AccessUnit | undefined {
    const header = this.#header;
    if (header === undefined) return undefined;
    try {
      if (!this.#assembler.push(chunk)) return undefined;
      const data = this.#complete(this.#assembler.payload);
      this.close();
      return data && { width: header.surfaceWidth, height: header.surfaceHeight, data };
    } catch (error) {
      this.close();
      this.#keep(NOTHING);
      throw error;
    }
  }

  /** Throws away what follows, until the next announcement. */
  close(): void {
    this.#assembler.abort();
    this.#header = undefined;
  }

  /** Ends the channel: gives the buffer and what was kept back as well. */
  free(): void {
    this.close();
    this.#keep(NOTHING);
    this.#assembler.trim();
  }

  /** Puts a payload behind what was kept. @returns All of it, unless it is kept for the next. */
  #complete(payload: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const isKept = isWithoutPicture(payload);
    // Parameters of a sequence replace those that no picture has used.
    const before = this.#kept.length > 0 && hasSequenceParameters(payload) ? NOTHING : this.#kept;
    const sizeBytes = before.length + payload.length;
    const limit = isKept ? MAX_KEPT_H264_BYTES : MAX_ACCESS_UNIT_BYTES;
    if (sizeBytes > limit) {
      const what = isKept ? "bytes of H.264 without a picture" : "bytes in an access unit";
      throw new StreamError("bad-length", `${sizeBytes} ${what}, the limit is ${limit}`);
    }
    const data = new Uint8Array(sizeBytes);
    data.set(before);
    data.set(payload, before.length);
    this.#keep(isKept ? data : NOTHING);
    return isKept ? undefined : data;
  }

  #keep(bytes: Uint8Array<ArrayBuffer>): void {
    this.#budget.release(this.#kept.length);
    this.#kept = NOTHING;
    this.#budget.reserve(bytes.length);
    this.#kept = bytes;
  }
}
