/**
 * Formats that cannot be decoded here: a refusal that makes the source fall back to zstd.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { VIDEO_FORMAT } from "../wire/constants.ts";

/**
 * Makes the error for a format without a decoder; the caller cancels the stream with it.
 *
 * DEVIATION: the reference swallows unknown formats and acknowledges them as if they were drawn.
 * Pinned by "every refused frame has its code and changes nothing".
 *
 * @param format The format byte of the header.
 * @returns `unsupported-format` for H.264, `unknown-format` for a number without a meaning.
 */
export function unsupportedFormat(format: number): StreamError {
  return format === VIDEO_FORMAT.h264
    ? new StreamError("unsupported-format", "H.264 is not decoded here")
    : new StreamError("unknown-format", `format ${format} has no meaning`);
}
