/**
 * The registry of decoders by format byte.
 *
 * @module
 */

import { VIDEO_FORMAT } from "../wire/constants.ts";
import { rgb565Decoder, rgbaDecoder, rgbDecoder } from "./raw.ts";
import { tpackDecoder } from "./tpack.ts";
import type { FrameDecoder } from "./frame_decoder.ts";
import { unsupportedFormat } from "./unsupported.ts";
import { zstdDecoder, zstdDeltaDecoder } from "./zstd.ts";

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
 * @param format The format byte of the header.
 * @returns The decoder; it keeps no state and may be shared.
 * @throws {StreamError} `unsupported-format` or `unknown-format`: the stream is to be cancelled.
 */
export function decoderFor(format: number): FrameDecoder {
  const decoder = decoderByFormat.get(format);
  if (decoder === undefined) throw unsupportedFormat(format);
  return decoder;
}
