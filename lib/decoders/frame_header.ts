/**
 * The header of a video frame.
 *
 * @module
 */

/** The announcement of one video frame, VIDEOFRAME (arcan `a12_decode.c`, `a12int_decode_vbuffer`). */
export interface FrameHeader {
  /** The id of its acknowledgement. */
  readonly stream: number;
  /** How the payload is encoded; known formats are in `VIDEO_FORMAT`. */
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
  /** Whether the surface is presented with this frame. */
  readonly commit: boolean;
}
