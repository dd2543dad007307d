/**
 * The decoders by the format byte of a frame.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { VIDEO_FORMAT } from "../wire/constants.ts";
import type { FrameDecoder } from "./frame_decoder.ts";
import { rgb565Decoder, rgbaDecoder, rgbDecoder } from "./raw.ts";
import { tpackDecoder } from "./tpack.ts";
import { zstdDecoder, zstdDeltaDecoder } from "./zstd.ts";

/** They keep no state, so all channels share them. */
const decoderByFormat: ReadonlyMap<number, FrameDecoder> = new Map([
  [VIDEO_FORMAT.rgba, rgbaDecoder],
  [VIDEO_FORMAT.rgb, rgbDecoder],
  [VIDEO_FORMAT.rgb565, rgb565Decoder],
  [VIDEO_FORMAT.tpack, tpackDecoder],
  [VIDEO_FORMAT.zstdDelta, zstdDeltaDecoder],
  [VIDEO_FORMAT.zstd, zstdDecoder],
]);

/**
 * Finds the decoder of a format.
 *
 * DEVIATION: the reference swallows unknown formats and acknowledges them as if they were drawn.
 * Pinned by "every refused frame has its code and changes nothing".
 *
 * @param h264 The decoder of H.264 for the channel, if H.264 is wanted.
 * @throws {StreamError} `unsupported-format` or `unknown-format`.
 */
export function decoderFor(format: number, h264?: FrameDecoder): FrameDecoder {
  const decoder = format === VIDEO_FORMAT.h264 ? h264 : decoderByFormat.get(format);
  if (decoder !== undefined) return decoder;
  throw format === VIDEO_FORMAT.h264
    ? new StreamError("unsupported-format", "H.264 is not decoded here")
    : new StreamError("unknown-format", `format ${format} has no meaning`);
}
