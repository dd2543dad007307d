/**
 * Recognises peers that do not speak A12 at all, so that a log can say so.
 *
 * @module
 */

const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR = 0x03;

/**
 * Whether the first bytes of a connection are of a text protocol (HTTP, SSH, …) or of TLS. A12 begins
 * with a tag and a nonce, which look random: 25 of its bytes are printable once in 10^10 connections.
 *
 * @param bytes The first bytes of a connection.
 */
export function isForeign(bytes: Uint8Array): boolean {
  if (bytes[0] === TLS_HANDSHAKE && bytes[1] === TLS_MAJOR) return true;
  return bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d));
}
