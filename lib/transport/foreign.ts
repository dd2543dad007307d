/**
 * Recognises peers that speak another protocol, so that the log can say so.
 *
 * @module
 */

const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR = 0x03;

/**
 * Whether a connection begins like TLS or a text protocol (HTTP, SSH, …). A12 begins with a tag and a
 * nonce, which look random: its first 25 bytes are printable once in 10^10 connections.
 */
export function isForeign(bytes: Uint8Array): boolean {
  if (bytes[0] === TLS_HANDSHAKE && bytes[1] === TLS_MAJOR) return true;
  return bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d));
}
