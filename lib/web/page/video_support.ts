/**
 * Whether this browser decodes H.264 by itself.
 *
 * @module
 */

/** Asks without loading the decoder's module where there is no decoder. */
export async function canDecode(): Promise<boolean> {
  if (!("VideoDecoder" in globalThis)) return false;
  const { canDecodeH264 } = await import("./video.ts");
  return await canDecodeH264();
}
