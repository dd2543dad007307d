/**
 * EXTERNAL events that handlers do not get.
 *
 * @module
 */

import { bool8, bytes, f32, text, u16, u32, u64, u8 } from "../../fields.ts";
import { consumed } from "./kind.ts";

export const CONSUMED_KINDS = {
  /** Passes a buffer; the source consumes it. */
  bufferstream: consumed(4, {
    stride: u32(16),
    format: u32(20),
    offset: u32(24),
    modifierHigh: u32(28),
    modifierLow: u32(32),
    gpuId: u32(36),
    width: u32(40),
    height: u32(44),
    left: u8(48),
    flags: u8(49),
  }),

  /** Deprecated frame timing. */
  framestatus: consumed(5, {
    framenumber: u32(16),
    pts: u64(24),
    acquired: u64(32),
    fhint: f32(40),
  }),

  /** Drops audio buffers. */
  flushaud: consumed(9, {}),

  /** Requests a clock; the source consumes it. */
  clockreq: consumed(18, { rate: u32(16), dynamic: u8(20), once: bool8(21), id: u32(24) }),

  /**
   * A peer on the network, for directories; in space 5 `petname` and `publicKey` take the place of `name`.
   * The order matters: encoding a decoded event must give the same bytes.
   *
   * DEVIATION: upstream delivers the event from a peer that is no directory too, which lets any client
   * forge what is on the network (test "netstate: a forged state is refused").
   */
  netstate: consumed(22, {
    name: text(16, 66),
    petname: text(16, 16),
    publicKey: bytes(32, 32),
    space: u8(82),
    state: u8(83),
    type: u8(84),
    port: u16(86),
    namespace: u16(88),
  }),
};
