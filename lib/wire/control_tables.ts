/**
 * The field table of every control command.
 *
 * A body has 128 bytes and begins with last-seen u64 at 0, nonce u8[8] at 8, channel u8 at 16 and command
 * u8 at 17; the tables hold the rest, with offsets from the start of the body. Source: arcan `a12.c`,
 * `a12_int.h`, `a12_encode.c`.
 *
 * @module
 */

import { bool8, bytes, optional, string, u16, u32, u64, u8 } from "./fields.ts";

/** The number and the fields of every command, by its name in {@linkcode Control}. */
export const CONTROL_COMMANDS = {
  /** One public key, the static one or one of an ephemeral round. */
  hello: {
    number: 0,
    layout: {
      versionMajor: u8(18),
      versionMinor: u8(19),
      mode: u8(20),
      publicKey: bytes(21, 32),
      role: u8(54),
    },
  },
  /** The sender leaves; the reference ignores it. */
  shutdown: {
    number: 1,
    layout: { lastWords: string(18, 109, "cut") },
  },
  /** The sink opens a channel; `cookie` is the id of the granted request. */
  newch: {
    number: 2,
    layout: { newChannel: u8(18), segkind: u8(19), direction: u8(20), cookie: u32(21) },
  },
  /** The receiver of a stream does not want it. */
  cancelstream: {
    number: 3,
    layout: { stream: u32(18), reason: u8(22), streamType: u8(23) },
  },
  /** One frame follows in video packets; sizes in pixels, lengths in bytes. */
  videoframe: {
    number: 4,
    layout: {
      stream: u32(18),
      format: u8(22),
      surfaceWidth: u16(23),
      surfaceHeight: u16(25),
      x: u16(27),
      y: u16(29),
      width: u16(31),
      height: u16(33),
      flags: u8(35),
      length: u32(36),
      expandedLength: u32(40),
      commit: bool8(44),
    },
  },
  /** Samples follow in audio packets; `samples` counts values of all channels, `rate` is in Hz. */
  audioframe: {
    number: 5,
    layout: {
      stream: u32(18),
      channels: u8(22),
      encoding: u8(23),
      samples: u16(24),
      rate: u32(26),
    },
  },
  /** A transfer follows; `size` is in bytes before compression, 0 when unknown. */
  binarystream: {
    number: 6,
    layout: {
      stream: u32(18),
      size: u64(22),
      type: u8(30),
      identifier: u32(31),
      checksum: optional(bytes(35, 16)),
      compressed: bool8(52),
      extId: optional(bytes(53, 16)),
    },
  },
  /** The receiver is done with a frame (`stream` is its id) or a transfer (its identifier). */
  ping: {
    number: 7,
    layout: { stream: u32(18) },
  },
  /** A new public key for the direction of the sender. */
  rekey: {
    number: 8,
    layout: { mode: u8(18), publicKey: bytes(19, 32), signature: optional(bytes(51, 64)) },
  },
  /** A client of a directory requests its list. */
  dirlist: {
    number: 9,
    layout: { notify: u8(18) },
  },
  /** One entry of that list; all zero at its end. */
  dirstate: {
    number: 10,
    layout: {
      identifier: u16(18),
      categories: u16(20),
      permissions: u16(22),
      hash: bytes(24, 4),
      size: u64(28),
      name: string(36, 18),
      description: string(55, 69),
    },
  },
  /** A peer came to or left the directory. */
  dirdiscover: {
    number: 11,
    layout: {
      role: u8(18),
      state: u8(19),
      petname: string(20, 16),
      publicKey: bytes(36, 32),
    },
  },
  /** A sink requests a connection to the owner of a key. */
  diropen: {
    number: 12,
    layout: { mode: u8(18), wantedKey: bytes(19, 32), publicKey: bytes(52, 32) },
  },
  /** The answer of the directory: where and with which secret to connect. */
  diropened: {
    number: 13,
    layout: {
      status: u8(18),
      address: string(19, 46),
      port: u16(65),
      secret: bytes(67, 12),
      publicKey: bytes(79, 32),
    },
  },
  /** A tunnel through the directory ends. */
  tundrop: {
    number: 14,
    layout: { tunnel: u8(18) },
  },
} as const;
