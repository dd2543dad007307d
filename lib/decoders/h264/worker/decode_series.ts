/**
 * Decodes a picture of H.264 that is passed on, when someone asks for it.
 *
 * @module
 */

import { CodedPictures } from "../coded_pictures.ts";
import type { CodedSeries, CodedUnit } from "../coded_series.ts";
import type { DecoderPool } from "./decoder_pool.ts";
import { MemoryBudget } from "../../memory_budget.ts";
import { StreamError } from "../../../errors.ts";

/** A decoded picture. */
export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  /** R, G, B, A bytes. */
  readonly rgba: Uint8Array<ArrayBuffer>;
  readonly bottomUp: boolean;
}

/**
 * Decodes the newest picture, from the key picture on, in a worker of its own.
 *
 * @throws {StreamError} It is not decoded here, or no key picture is kept.
 */
export async function decodeSeries(
  series: CodedSeries,
  decoders: DecoderPool,
): Promise<DecodedPicture> {
  if (!series.canBegin) throw new StreamError("bad-h264", "its last key picture is not kept");
  // The series may go on meanwhile.
  const units = Array.from({ length: series.length }, (_, at) => series.at(at)!);
  // One picture at a time is in memory, and that of the decoder follows from the checked format.
  const pictures = new CodedPictures(new MemoryBudget(Number.MAX_SAFE_INTEGER));
  const decoder = decoders.open();
  try {
    let decoded: DecodedPicture | undefined;
    for (const unit of units) decoded = await decodeOne(unit);
    return decoded!;
  } finally {
    decoder.close();
  }

  async function decodeOne(unit: CodedUnit): Promise<DecodedPicture> {
    // The worker takes the bytes.
    const picture = pictures.take({ ...unit, data: unit.data.slice() });
    const rgba = await decoder.decode({ type: "job", channel: 0, picture });
    if (rgba instanceof StreamError) throw rgba;
    return { width: unit.width, height: unit.height, rgba, bottomUp: unit.bottomUp };
  }
}
