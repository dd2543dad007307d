/**
 * The contract of one decoder a format family, and the header that announces a frame.
 *
 * @module
 */

import type { Surface } from "./surface.ts";

/** The announcement of one video frame, VIDEOFRAME (arcan `a12_decode.c`, `a12int_decode_vbuffer`). */
export interface FrameHeader {
  /** The id that the frame is acknowledged with. */
  readonly stream: number;
  /** How the payload is encoded; a value of `VIDEO_FORMAT` when it is known. */
  readonly format: number;
  /** Width of the whole surface in pixels. */
  readonly surfaceWidth: number;
  /** Height of the whole surface in pixels. */
  readonly surfaceHeight: number;
  /** Left edge of the region in pixels. */
  readonly x: number;
  /** First row of the region, in the order in which rows are stored. */
  readonly y: number;
  /** Width of the region in pixels. */
  readonly width: number;
  /** Height of the region in pixels. */
  readonly height: number;
  /** A set of `VIDEO_FLAG`. */
  readonly flags: number;
  /** Bytes of payload that follow. */
  readonly length: number;
  /** Bytes after decompression; equal to `length` for raw formats. */
  readonly expandedLength: number;
  /** Whether the surface is presented after this frame; any value but 0 and `false` says yes. */
  readonly commit: number | boolean;
}

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
