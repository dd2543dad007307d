/**
 * Strict base64, as the keystore files use it.
 *
 * @module
 */

/** @returns `undefined` unless `text` is canonical: standard alphabet, padded, no blanks, no stray bits. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  // The built-in decoder skips blanks even when it is strict.
  if (/\s/.test(text)) return undefined;
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch {
    return undefined;
  }
}
