/**
 * The field table of every control command, offsets from the start of the 128-byte body.
 *
 * Every body begins with last-seen u64 at 0, nonce u8[8] at 8, channel u8 at 16, command u8 at 17;
 * the tables hold what follows. Source: arcan `a12.c`, `a12_int.h`, `a12_encode.c`.
 *
 * @module
 */

import { bool8, bytes, optional, string, u16, u32, u64, u8 } from "./fields.ts";

/** HELLO: one public key, either the static one or one of an ephemeral round. */
export const HELLO = {
  versionMajor: u8(18),
  versionMinor: u8(19),
  mode: u8(20),
  publicKey: bytes(21, 32),
  role: u8(54),
};

/** SHUTDOWN: the sender leaves; ignored by the reference. */
export const SHUTDOWN = { lastWords: string(18, 109, "cut") };

/** NEWCH: the sink opens a channel; the cookie is the id of the request that it grants. */
export const NEWCH = { newChannel: u8(18), segkind: u8(19), direction: u8(20), cookie: u32(21) };

/** CANCELSTREAM: the receiver of a stream does not want it. */
export const CANCELSTREAM = { stream: u32(18), reason: u8(22), streamType: u8(23) };

/** VIDEOFRAME: one frame follows in video packets; sizes in pixels, lengths in bytes. */
export const VIDEOFRAME = {
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
};

/** AUDIOFRAME: samples follow in audio packets; `samples` counts single values, rate in Hz. */
export const AUDIOFRAME = {
  stream: u32(18),
  channels: u8(22),
  encoding: u8(23),
  samples: u16(24),
  rate: u32(26),
};

/** BINARYSTREAM: a transfer follows; `size` in bytes before compression, 0 when unknown. */
export const BINARYSTREAM = {
  stream: u32(18),
  size: u64(22),
  type: u8(30),
  identifier: u32(31),
  checksum: optional(bytes(35, 16)),
  compressed: bool8(52),
  extId: optional(bytes(53, 16)),
};

/** PING: the receiver is done with a frame (its id) or a transfer (its identifier). */
export const PING = { stream: u32(18) };

/** REKEY: a new public key for the direction of the sender. */
export const REKEY = { mode: u8(18), publicKey: bytes(19, 32), signature: optional(bytes(51, 64)) };

/** DIRLIST: the client of a directory asks for its list. */
export const DIRLIST = { notify: u8(18) };

/** DIRSTATE: one entry of that list; all zero at its end. */
export const DIRSTATE = {
  identifier: u16(18),
  categories: u16(20),
  permissions: u16(22),
  hash: bytes(24, 4),
  size: u64(28),
  name: string(36, 18),
  description: string(55, 69),
};

/** DIRDISCOVER: a peer came to or left the directory. */
export const DIRDISCOVER = {
  role: u8(18),
  state: u8(19),
  petname: string(20, 16),
  publicKey: bytes(36, 32),
};

/** DIROPEN: a sink asks the directory to be connected with a key. */
export const DIROPEN = { mode: u8(18), wantedKey: bytes(19, 32), publicKey: bytes(52, 32) };

/** DIROPENED: the directory's answer: where and with which secret to connect. */
export const DIROPENED = {
  status: u8(18),
  address: string(19, 46),
  port: u16(65),
  secret: bytes(67, 12),
  publicKey: bytes(79, 32),
};

/** TUNDROP: a tunnel through the directory ends. */
export const TUNDROP = { tunnel: u8(18) };

/** The number and the table of every command, by the name that {@linkcode Control} uses. */
export const CONTROL_COMMANDS = {
  hello: { number: 0, layout: HELLO },
  shutdown: { number: 1, layout: SHUTDOWN },
  newch: { number: 2, layout: NEWCH },
  cancelstream: { number: 3, layout: CANCELSTREAM },
  videoframe: { number: 4, layout: VIDEOFRAME },
  audioframe: { number: 5, layout: AUDIOFRAME },
  binarystream: { number: 6, layout: BINARYSTREAM },
  ping: { number: 7, layout: PING },
  rekey: { number: 8, layout: REKEY },
  dirlist: { number: 9, layout: DIRLIST },
  dirstate: { number: 10, layout: DIRSTATE },
  dirdiscover: { number: 11, layout: DIRDISCOVER },
  diropen: { number: 12, layout: DIROPEN },
  diropened: { number: 13, layout: DIROPENED },
  tundrop: { number: 14, layout: TUNDROP },
} as const;
