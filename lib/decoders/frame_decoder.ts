/**
 * The contract of the video formats: one decoder for each family.
 *
 * @module
 */

import type { StreamError } from "../errors.ts";
import type { FrameHeader } from "./frame_header.ts";
import type { AccessUnit } from "./h264/access_units.ts";
import type { CodedPicture } from "./h264/coded_pictures.ts";
import type { Surface } from "./surface.ts";

/** The surface holds the frame. */
export interface Drawn {
  readonly type: "drawn";
}

/** Nothing to show: bytes are missing, or the payload belongs to the next frame. */
export interface Pending {
  readonly type: "pending";
}

/** A large frame of which pieces are left to draw. */
export interface Pieces {
  readonly type: "pieces";
}

/** A picture for a worker to decode. */
export interface DecodeJob {
  readonly type: "job";
  /** The worker has one decoder for each channel. */
  readonly channel: number;
  readonly picture: CodedPicture;
}

/** An encoded picture for the handler. */
export interface HandedOn {
  readonly type: "unit";
  readonly unit: AccessUnit;
}

/** The frame is over and the surface as it was. */
export interface Refused {
  readonly type: "refused";
  readonly error: StreamError;
  /** Whether the source must send another format from now on. */
  readonly endsFormat: boolean;
}

/** What came of a part of a frame. */
export type FrameProgress = Drawn | Pending | Pieces | DecodeJob | HandedOn | Refused;

/** What a decoder makes of a payload. */
export type Decoded =
  | Drawn
  | Pending
  | HandedOn
  /** Each step draws a piece. `return` drops the frame unless `Surface.isUnfinished`. */
  | (Pieces & { readonly steps: Generator<void, void> })
  /** `show` puts the R, G, B, A bytes of the worker on the surface, which owns them from then on. */
  | (DecodeJob & { readonly show: (rgba: Uint8Array<ArrayBuffer>) => void });

export const DRAWN: Drawn = { type: "drawn" };
export const PENDING: Pending = { type: "pending" };

/** When frames are drawn in pieces. */
export interface PieceSizes {
  /** Frames that change or copy more bytes of pixels than this are drawn in pieces. */
  readonly wholeBytes: number;
  /** How many bytes of content each piece has. */
  readonly pieceBytes: number;
}

/** The complete payload of a frame. */
export interface FramePayload {
  /** Borrowed until the decoder returns. */
  readonly bytes: Uint8Array;
  /** @returns The same bytes, borrowed until the frame is over. */
  keep(): Uint8Array;
}

/** Turns the payloads of one family of formats into the content of a {@linkcode Surface}. */
export interface FrameDecoder {
  /**
   * Checks the header and allocates nothing.
   *
   * @throws {StreamError} `bad-surface-size`, `region-outside-surface`, `bad-expanded-length`,
   * `bad-length`, `unsupported-format` or `unknown-format`.
   */
  validate(header: FrameHeader): void;

  /**
   * Whether the payload of a frame is the picture of the whole surface as R, G, B, A bytes; then the
   * buffer that it arrived in becomes the picture, without {@linkcode decode}.
   */
  isPicture?(header: FrameHeader): boolean;

  /**
   * Decodes a frame.
   *
   * @param header A header that passed {@linkcode validate}.
   * @param payload Exactly `header.length` bytes.
   * @throws {StreamError} `bad-zstd`, `zstd-truncated`, `zstd-size`, `bad-tpack`, `no-base-frame`,
   * `bad-length`, `bad-h264`, `h264-profile`, `h264-size` or `memory-limit`; the surface is as it was.
   */
  decode(
    header: FrameHeader,
    payload: FramePayload,
    surface: Surface,
    sizes: PieceSizes,
  ): Decoded;

  /**
   * Called when a frame of its format was refused for any reason.
   *
   * @returns Whether the source must send another format from now on; `false` without this method.
   */
  refused?(error: StreamError): boolean;

  /** Releases the memory of its channel, which has ended. */
  close?(): void;
}
