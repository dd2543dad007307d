/**
 * H.264 that is handed on as it is: the access units of one channel.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { MAX_ACCESS_UNIT_BYTES } from "../limits.ts";
import { FrameAssembler } from "./frame_assembler.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import type { FrameHeader } from "./types.ts";
import { checkPixelLength, checkRegion } from "./validate.ts";

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

/** Collects the access units of one channel, one after the other. */
export class AccessUnitStream {
  readonly #assembler: FrameAssembler;
  #header: FrameHeader | undefined;

  /** @param budget What all channels of the client share. */
  constructor(budget: MemoryBudget) {
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
   * @returns The access unit that it completed, if any.
   * @throws {StreamError} `bad-length`, `memory-limit`; the unit is forgotten then.
   */
  push(chunk: Uint8Array): AccessUnit | undefined {
    const header = this.#header;
    if (header === undefined) return undefined;
    try {
      if (!this.#assembler.push(chunk)) return undefined;
    } catch (error) {
      this.close();
      throw error;
    }
    const data = new Uint8Array(this.#assembler.payload);
    this.close();
    return { width: header.surfaceWidth, height: header.surfaceHeight, data };
  }

  /** Throws away what follows, until the next announcement. */
  close(): void {
    this.#assembler.abort();
    this.#header = undefined;
  }

  /** Ends the channel: gives the buffer back as well. */
  free(): void {
    this.close();
    this.#assembler.trim();
  }
}
