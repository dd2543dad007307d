/**
 * The seam between the protocol and its symmetric cryptography.
 *
 * A12 protects each direction with one continuing ChaCha8 key stream and one running keyed BLAKE3
 * that is never reset between packets, only when keys change. Implementations of this seam are the
 * plain-TypeScript twin and the WebAssembly SIMD module; both must give the same bytes.
 *
 * @module
 */

/** Length of a cipher or MAC key, in bytes. */
export const KEY_BYTES = 32;
/** Length of a cipher nonce, in bytes. */
export const NONCE_BYTES = 8;
/** Length of a packet's tag, in bytes; the client's first packet has {@linkcode SHORT_TAG_BYTES}. */
export const TAG_BYTES = 16;
/** Length of the tag of the first packet that a client sends, in bytes. */
export const SHORT_TAG_BYTES = 8;
/** The most bytes that {@linkcode Opener.peek} can decrypt ahead. */
export const PEEK_BYTES = 16;

/** The receiving half of one connection. */
export interface Opener {
  /**
   * Starts cipher and MAC afresh with new keys.
   *
   * @param key 32 bytes, copied.
   * @param nonce 8 bytes, copied.
   * @param macKey 32 bytes, copied.
   */
  install(key: Uint8Array, nonce: Uint8Array, macKey: Uint8Array): void;

  /**
   * Feeds bytes to the MAC alone.
   *
   * @param bytes The nonce of a client's first packet.
   */
  absorb(bytes: Uint8Array): void;

  /**
   * Decrypts ahead without moving cipher or MAC, to learn the length of a packet.
   *
   * @param buffer Holds the ciphertext of the packet from `start` on.
   * @param start Offset of the first encrypted byte of the packet.
   * @param length 1 to 16 bytes.
   * @returns A scratch view, valid until the next call on this object. Not authenticated: use it for
   *   the length alone.
   */
  peek(buffer: Uint8Array, start: number, length: number): Uint8Array;

  /**
   * Verifies a packet and, only when its tag is right, decrypts it in place.
   *
   * @param buffer Holds tag and ciphertext.
   * @param start Offset of the first encrypted byte.
   * @param end Offset behind the last encrypted byte.
   * @param tagStart Offset of the tag.
   * @param tagLength 16, or 8 for a client's first packet.
   * @returns Whether the tag was right; compared in constant time. After `false` the state is void
   *   and the ciphertext is untouched.
   */
  open(
    buffer: Uint8Array,
    start: number,
    end: number,
    tagStart: number,
    tagLength: number,
  ): boolean;

  /**
   * Opens packets of one size and kind that lie one behind the other, each a tag and then ciphertext,
   * with the work of their tags shared.
   *
   * @param buffer Holds all of them.
   * @param start Offset of the first tag.
   * @param run How many at most, and what they have in common.
   * @returns How many were verified and decrypted in place: all, or those before the first of another
   *   kind. When a wrong tag ended the run, the complement (`~`) of how many were opened; the state and
   *   the bytes behind those are void then.
   */
  openRun(buffer: Uint8Array, start: number, run: PacketRun): number;

  /** Wipes the keys and gives back what the implementation holds; the object is unusable after. */
  free(): void;
}

/** What equal packets have in common. */
export interface PacketRun {
  /** How many there are at most, 0 or more. */
  readonly count: number;
  /** Bytes of each with its tag. */
  readonly size: number;
  /** Offset of the byte behind the tag that tells the kind, 0 to 15. */
  readonly kindAt: number;
  /** The decrypted value of that byte. */
  readonly kind: number;
}

/** The sending half of one connection. */
export interface Sealer {
  /**
   * Starts cipher and MAC afresh with new keys.
   *
   * @param key 32 bytes, copied.
   * @param nonce 8 bytes, copied.
   * @param macKey 32 bytes, copied.
   */
  install(key: Uint8Array, nonce: Uint8Array, macKey: Uint8Array): void;

  /**
   * Feeds bytes to the MAC alone.
   *
   * @param bytes The nonce of a client's first packet.
   */
  absorb(bytes: Uint8Array): void;

  /**
   * Encrypts a packet in place and writes its tag.
   *
   * @param buffer Holds the plaintext from `start` to `end`.
   * @param start Offset of the first byte to encrypt.
   * @param end Offset behind the last byte to encrypt.
   * @param tagStart Where to write the tag.
   * @param tagLength 16, or 8 for a client's first packet.
   */
  seal(buffer: Uint8Array, start: number, end: number, tagStart: number, tagLength: number): void;

  /** Wipes the keys and gives back what the implementation holds; the object is unusable after. */
  free(): void;
}

/** One implementation of the symmetric cryptography. */
export interface CryptoProvider {
  /** Which one it is, for logs and `--version`. */
  readonly name: "simd" | "typescript";
  /** A receiving half with no keys installed. */
  opener(): Opener;
  /** A sending half with no keys installed. */
  sealer(): Sealer;
}
