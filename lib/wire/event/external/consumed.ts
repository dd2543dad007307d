/**
 * EXTERNAL events that handlers do not get.
 *
 * @module
 */

import { bool8, bytes, f32, text, u16, u32, u64, u8 } from "../../fields.ts";
import { consumed } from "./kind.ts";

/** The numbers and tables of these events. */
export const CONSUMED_KINDS = {
  /** A buffer is passed; consumed at the source. */
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

  /** Audio buffers are to be dropped. */
  flushaud: consumed(9, {}),

  /** A clock is wanted; consumed at the source. */
  clockreq: consumed(18, { rate: u32(16), dynamic: u8(20), once: bool8(21), id: u32(24) }),

  /**
   * A peer on the network, for directories; in space 5 the name is a petname and a public key. The parts
   * overlap; they are written in this order, so that encoding what was decoded is exact.
   *
   * DEVIATION: upstream hands on the `state` of a peer that is no directory, which lets any client forge
   * what is on the network (test "netstate: a forged state is refused").
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
