/**
 * The contract of one decoder a format family.
 *
 * @module
 */

import type { FrameHeader } from "./frame_header.ts";
import type { Surface } from "./surface.ts";

/** Turns the payloads of one family of formats into the content of a {@linkcode Surface}. */
export interface FrameDecoder {
  /**
   * Checks everything that the header alone says; allocates nothing.
   *
   * @param header The announced frame.
   * @throws {StreamError} `bad-surface-size`, `region-outside-surface`, `bad-expanded-length` or
   * `bad-length`.
   */
  validate(header: FrameHeader): void;

  /**
   * Draws one frame. A frame that is refused leaves the surface as it was.
   *
   * @param header A header that passed {@linkcode validate}.
   * @param payload Exactly `header.length` bytes; borrowed for the call, never kept.
   * @param surface The surface of the frame's channel.
   * @throws {StreamError} `bad-zstd`, `zstd-truncated`, `zstd-size`, `bad-tpack`,
   * `no-base-frame` or `memory-limit`.
   */
  decode(header: FrameHeader, payload: Uint8Array, surface: Surface): void;

  /**
   * Draws one frame piece by piece, as far as the caller goes on; for frames of pixels alone. A frame
   * that is refused leaves the surface as it was; so does one that is given up before it changes what
   * is presented, see {@linkcode Surface.isUnfinished}.
   *
   * @param header A header that passed {@linkcode validate}.
   * @param payload Exactly `header.length` bytes; borrowed until the end, never changed.
   * @param surface The surface of the frame's channel.
   * @param pieceBytes How much of the content is worked off at once.
   * @throws {StreamError} As {@linkcode decode}.
   */
  decodeInPieces?(
    header: FrameHeader,
    payload: Uint8Array,
    surface: Surface,
    pieceBytes: number,
  ): Generator<void, void>;
}
