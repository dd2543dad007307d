/**
 * Access units of H.264: one encoded picture each, with the parameters that came ahead of it.
 *
 * @module
 */

import { StreamError } from "../../errors.ts";
import { MAX_ACCESS_UNIT_BYTES, MAX_KEPT_H264_BYTES } from "../../limits.ts";
import type { FrameHeader } from "../frame_header.ts";
import type { MemoryBudget } from "../memory_budget.ts";
import { checkPixelLength, checkRegion } from "../validate.ts";
import { hasSequenceParameters, isWithoutPicture } from "./nal.ts";

const EXPANDED_BYTES_PER_PIXEL = 4;
const NOTHING = new Uint8Array(0);

/** One encoded picture. */
export interface AccessUnit {
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /**
   * The bytes in the format of Annex B, parameter sets included; owned by the receiver. Only their
   * number was checked.
   */
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * Checks the header of a frame of H.264.
 *
 * @throws {StreamError} `bad-surface-size`, `region-outside-surface`, `bad-expanded-length` or
 * `bad-length`.
 */
export function validateUnit(header: FrameHeader): void {
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
}

/**
 * The access units of one channel. Sources may send parameters in a frame of their own: a payload
 * without a picture is kept and put before the next unit.
 */
export class AccessUnits {
  readonly #budget: MemoryBudget;
  #kept: Uint8Array<ArrayBuffer> = NOTHING;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /**
   * Takes the payload of one frame.
   *
   * @param payload Borrowed for the call.
   * @returns `undefined` when the payload is kept.
   * @throws {StreamError} `bad-length` or `memory-limit`.
   */
  take(header: FrameHeader, payload: Uint8Array): AccessUnit | undefined {
    const isKept = isWithoutPicture(payload);
    // New sequence parameters replace kept ones that no picture has used.
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
    if (isKept) return undefined;
    return { width: header.surfaceWidth, height: header.surfaceHeight, data };
  }

  /** Releases what is kept. */
  clear(): void {
    this.#keep(NOTHING);
  }

  #keep(bytes: Uint8Array<ArrayBuffer>): void {
    this.#budget.release(this.#kept.length);
    this.#kept = NOTHING;
    this.#budget.reserve(bytes.length);
    this.#kept = bytes;
  }
}
