/**
 * The field tables of TARGET events (category 16): commands of the sink to the source.
 *
 * Offsets are within the 128-byte event: kind u32 at 0, eight 4-byte arguments from 4, code i32 at 36,
 * message[78] at 40, which some kinds use for a time stamp. Source: arcan `shmif_event.h`.
 *
 * `store`, `restore`, `bchunk_in`, `bchunk_out`, `newsegment`, `device_node` and a `fonthint` with a chain
 * carry a descriptor. As plain events they make a client wait without end, or use a descriptor of its own
 * process; the descriptor is -1 unless given.
 *
 * @module
 */

import { f32, i32, text, u32, u64 } from "../fields.ts";

const message = text(40, 78);
const NO_DESCRIPTOR = { fd: -1 };

/** The number and the fields of every TARGET kind; `defaults` replace fields that are left out. */
export const TARGET_KINDS = {
  /** The client must terminate. */
  exit: { number: 1, layout: {} },
  /** Frame pacing: 0 automatic, -1 none, 1 step, 10 and more fast-forward. */
  frameskip: {
    number: 2,
    layout: {
      mode: i32(4),
      arg: i32(8),
      preAudio: i32(12),
      debug1: i32(16),
      debug2: i32(20),
    },
  },
  /** Steps of a clock; `id` is 0 for the frame clock, otherwise the id of the request. */
  stepframe: {
    number: 3,
    layout: { frames: i32(4), id: u32(8), seconds: u32(12), fraction: u32(16) },
  },
  /** The value of an option that the client announced. */
  coreopt: { number: 4, layout: { slot: i32(36), value: message } },
  /** Saves the state of the client to a descriptor. */
  store: {
    number: 5,
    layout: { fd: i32(4), namespace: u32(16), message },
    defaults: NO_DESCRIPTOR,
  },
  /** Loads the state of the client from a descriptor. */
  restore: {
    number: 6,
    layout: { fd: i32(4), namespace: u32(16), message },
    defaults: NO_DESCRIPTOR,
  },
  /** A blob to read from a descriptor; size in bytes. */
  bchunk_in: {
    number: 7,
    layout: { fd: i32(4), size: u64(8), namespace: u32(16), flags: i32(20), message },
    defaults: NO_DESCRIPTOR,
  },
  /** A blob to write to a descriptor; size in bytes. */
  bchunk_out: {
    number: 8,
    layout: { fd: i32(4), size: u64(8), namespace: u32(16), flags: i32(20), message },
    defaults: NO_DESCRIPTOR,
  },
  /** 0 soft, 1 hard, 2 recover, 3 reconnect. */
  reset: { number: 9, layout: { level: i32(4) } },
  /** The client stops; input that arrives meanwhile is lost. */
  pause: { number: 10, layout: {} },
  /** The client continues. */
  unpause: { number: 11, layout: {} },
  /** A position in time; `absolute` is 1 for absolute, anything else is relative. */
  seektime: { number: 12, layout: { absolute: i32(4), time: f32(8), timestamp: u64(40) } },
  /**
   * A position in the content, in the order y, x, z; relative positions are integers (`dy`, `dx`).
   *
   * `mode` 1 is absolute in the header, but libarcan_tui takes everything except 0 as relative. The
   * integers come last, so that encoding a decoded event gives the same bytes.
   */
  seekcontent: {
    number: 13,
    layout: {
      mode: i32(4),
      y: f32(8),
      x: f32(12),
      z: f32(16),
      dy: i32(8),
      dx: i32(12),
    },
  },
  /** Size and state of the window: pixels, pixels per centimetre, flags of DISPLAY_HINT. */
  displayhint: {
    number: 14,
    layout: {
      width: i32(4),
      height: i32(8),
      flags: i32(12),
      rgbLayout: i32(16),
      ppcm: f32(20),
      cellWidth: i32(24),
      cellHeight: i32(28),
      token: u32(32),
      timestamp: u64(40),
    },
  },
  /** Deprecated mapping of an input port. */
  setiodev: { number: 15, layout: { port: i32(4), deviceType: i32(8) } },
  /** Selects one of the announced streams. */
  streamset: { number: 16, layout: { stream: i32(4) } },
  /** The gain of the client's audio, 0 to 1. */
  attenuate: { number: 17, layout: { gain: f32(4) } },
  /** Delays of the output, in milliseconds. */
  auddelay: { number: 18, layout: { audioMs: i32(4), videoMs: i32(8) } },
  /** Never crosses a12, which has NEWCH instead. */
  newsegment: {
    number: 19,
    layout: {
      fd: i32(4),
      direction: i32(8),
      segkind: i32(12),
      cookie: u32(16),
      token: u32(20),
      forced: i32(24),
      memfd: i32(28),
    },
    defaults: { fd: -1, memfd: -1 },
  },
  /** A request of the client is refused. */
  reqfail: { number: 20, layout: { id: u32(4) } },
  /** A buffer could not be passed. */
  buffer_fail: { number: 21, layout: {} },
  /** A device or another display server to migrate to. */
  device_node: {
    number: 22,
    layout: {
      fd: i32(4),
      type: i32(8),
      guid0: u64(12),
      guid1: u64(20),
      code: i32(36),
      message,
    },
    defaults: NO_DESCRIPTOR,
  },
  /** One colour of the palette, floats from 0 to 255; `slot` + 256 is the background, slot 0 commits. */
  graphmode: {
    number: 23,
    layout: { slot: i32(4), r: f32(8), g: f32(12), b: f32(16), a: f32(20) },
  },
  /** Text for the client; `multipart` is not 0 in all parts but the last. */
  message: { number: 24, layout: { multipart: i32(4), message } },
  /** Font size in millimetres; `hinting` -1 keeps the current one. */
  fonthint: {
    number: 25,
    layout: {
      fd: i32(4),
      hasFont: i32(8),
      sizeMm: f32(12),
      hinting: i32(16),
      chain: i32(20),
    },
    defaults: NO_DESCRIPTOR,
  },
  /** Location and languages: degrees, metres, three-letter codes, minutes from GMT. */
  geohint: {
    number: 26,
    layout: {
      latitude: f32(4),
      longitude: f32(8),
      elevation: f32(12),
      country: text(16, 4),
      spoken: text(20, 4),
      written: text(24, 4),
      timezone: i32(28),
    },
  },
  /** The output that shows the window: pixels and Hz. */
  outputhint: {
    number: 27,
    layout: {
      maxWidth: i32(4),
      maxHeight: i32(8),
      rate: i32(12),
      minWidth: i32(16),
      minHeight: i32(20),
      output: i32(24),
      vrrMin: f32(28),
      vrrStep: f32(32),
    },
  },
  /** The preroll ends. */
  activate: { number: 28, layout: { token: u64(4) } },
  /** A change of a graphics device. */
  devicestate: {
    number: 29,
    layout: {
      mode: i32(4),
      modifierHigh: i32(8),
      modifierLow: i32(12),
      hint: i32(16),
    },
  },
  /** The place of the window in relation to another one. */
  anchorhint: {
    number: 30,
    layout: {
      x: i32(4),
      y: i32(8),
      z: i32(12),
      source: u32(16),
      parent: u32(20),
      type: i32(24),
    },
  },
} as const;
