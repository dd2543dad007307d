/**
 * Strict base64 in the standard alphabet with padding, as the keystore files use it.
 *
 * @module
 */

/**
 * Encodes bytes.
 *
 * @param bytes Any number of bytes.
 * @returns Standard alphabet, padded.
 */
export function encodeBase64(bytes: Uint8Array): string {
  return bytes.toBase64();
}

/**
 * Decodes text that must be canonical: standard alphabet, padding, no blanks, no stray bits.
 *
 * @param text The text.
 * @returns The bytes, or `undefined` when the text is not canonical base64.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (/\s/.test(text)) return undefined;
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch {
    return undefined;
  }
}
