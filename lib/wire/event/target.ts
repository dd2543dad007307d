/**
 * The field tables of TARGET events (category 16): commands of the sink to the source.
 *
 * Offsets are within the 128-byte event: kind u32 at 0, eight 4-byte arguments from 4, code i32 at
 * 36, message[78] at 40, which some kinds use for a time stamp. Source: arcan `shmif_event.h`.
 *
 * `store`, `restore`, `bchunk_in`, `bchunk_out`, `newsegment`, `device_node` and a `fonthint` with a
 * chain carry a descriptor; as plain events they make a client wait for ever or hand a descriptor
 * of the remote process to it. Their descriptor is -1 unless given.
 *
 * @module
 */

import { f32, i32, text, u32, u64 } from "../fields.ts";

const message = text(40, 78);
const NO_DESCRIPTOR = { fd: -1 };

/** The client terminates. */
const EXIT = {};

/** Frame pacing: 0 automatic, -1 none, 1 step, 10 and more fast-forward. */
const FRAMESKIP = {
  mode: i32(4),
  arg: i32(8),
  preAudio: i32(12),
  debug1: i32(16),
  debug2: i32(20),
};

/** Steps of a clock; id 0 is the frame clock, else that of the request. */
const STEPFRAME = { frames: i32(4), id: u32(8), seconds: u32(12), fraction: u32(16) };

/** The value of an option that the client announced. */
const TARGET_COREOPT = { slot: i32(36), value: message };

/** Save the client's state into a descriptor. */
const STORE = { fd: i32(4), namespace: u32(16), message };

/** Load the client's state from a descriptor. */
const RESTORE = { fd: i32(4), namespace: u32(16), message };

/** A blob to read from a descriptor; size in bytes. */
const BCHUNK_IN = { fd: i32(4), size: u64(8), namespace: u32(16), flags: i32(20), message };

/** A blob to write to a descriptor. */
const BCHUNK_OUT = { fd: i32(4), size: u64(8), namespace: u32(16), flags: i32(20), message };

/** 0 soft, 1 hard, 2 recover, 3 reconnect. */
const RESET = { level: i32(4) };

/** The client stops and loses the input that is sent meanwhile. */
const PAUSE = {};

/** The client goes on. */
const UNPAUSE = {};

/** A position in time; `absolute` is 1 for absolute, anything else is relative. */
const SEEKTIME = { absolute: i32(4), time: f32(8), timestamp: u64(40) };

/**
 * A position in the content, in the order y, x, z; relative positions are integers (`dy`, `dx`).
 *
 * `mode` is 1 for absolute in the header; libarcan_tui takes everything but 0 as relative.
 * The integers are written last, so that encoding what was decoded is exact.
 */
const SEEKCONTENT = {
  mode: i32(4),
  y: f32(8),
  x: f32(12),
  z: f32(16),
  dy: i32(8),
  dx: i32(12),
};

/** The size and the state of the window: pixels, pixels per centimetre, flags of DISPLAY_HINT. */
const DISPLAYHINT = {
  width: i32(4),
  height: i32(8),
  flags: i32(12),
  rgbLayout: i32(16),
  ppcm: f32(20),
  cellWidth: i32(24),
  cellHeight: i32(28),
  token: u32(32),
  timestamp: u64(40),
};

/** Deprecated mapping of an input port. */
const SETIODEV = { port: i32(4), deviceType: i32(8) };

/** Selects one of the announced streams. */
const STREAMSET = { stream: i32(4) };

/** The gain of the client's audio, 0 to 1. */
const ATTENUATE = { gain: f32(4) };

/** Delays of the output, in milliseconds. */
const AUDDELAY = { audioMs: i32(4), videoMs: i32(8) };

/** Never crosses a12: NEWCH takes its place. */
const NEWSEGMENT = {
  fd: i32(4),
  direction: i32(8),
  segkind: i32(12),
  cookie: u32(16),
  token: u32(20),
  forced: i32(24),
  memfd: i32(28),
};

/** A request of the client is refused. */
const REQFAIL = { id: u32(4) };

/** A buffer could not be passed. */
const BUFFER_FAIL = {};

/** A device or another display server to migrate to. */
const DEVICE_NODE = {
  fd: i32(4),
  type: i32(8),
  guid0: u64(12),
  guid1: u64(20),
  code: i32(36),
  message,
};

/** One colour of the palette, floats from 0 to 255; slot + 256 is the background, slot 0 commits. */
const GRAPHMODE = { slot: i32(4), r: f32(8), g: f32(12), b: f32(16), a: f32(20) };

/** Text for the client; `multipart` is not 0 in all parts but the last. */
const TARGET_MESSAGE = { multipart: i32(4), message };

/** Font size in millimetres, hinting -1 to keep. */
const FONTHINT = {
  fd: i32(4),
  hasFont: i32(8),
  sizeMm: f32(12),
  hinting: i32(16),
  chain: i32(20),
};

/** Where the user is: degrees, metres, three-letter codes, minutes from GMT. */
const GEOHINT = {
  latitude: f32(4),
  longitude: f32(8),
  elevation: f32(12),
  country: text(16, 4),
  spoken: text(20, 4),
  written: text(24, 4),
  timezone: i32(28),
};

/** The output that the window is on: pixels and Hz. */
const OUTPUTHINT = {
  maxWidth: i32(4),
  maxHeight: i32(8),
  rate: i32(12),
  minWidth: i32(16),
  minHeight: i32(20),
  output: i32(24),
  vrrMin: f32(28),
  vrrStep: f32(32),
};

/** The preroll ends. */
const ACTIVATE = { token: u64(4) };

/** A change of a graphics device. */
const DEVICESTATE = {
  mode: i32(4),
  modifierHigh: i32(8),
  modifierLow: i32(12),
  hint: i32(16),
};

/** Where the window is in relation to another one. */
const ANCHORHINT = {
  x: i32(4),
  y: i32(8),
  z: i32(12),
  source: u32(16),
  parent: u32(20),
  type: i32(24),
};

/** The number and the table of every TARGET kind; `defaults` stand in for fields left out. */
export const TARGET_KINDS = {
  exit: { number: 1, layout: EXIT },
  frameskip: { number: 2, layout: FRAMESKIP },
  stepframe: { number: 3, layout: STEPFRAME },
  coreopt: { number: 4, layout: TARGET_COREOPT },
  store: { number: 5, layout: STORE, defaults: NO_DESCRIPTOR },
  restore: { number: 6, layout: RESTORE, defaults: NO_DESCRIPTOR },
  bchunk_in: { number: 7, layout: BCHUNK_IN, defaults: NO_DESCRIPTOR },
  bchunk_out: { number: 8, layout: BCHUNK_OUT, defaults: NO_DESCRIPTOR },
  reset: { number: 9, layout: RESET },
  pause: { number: 10, layout: PAUSE },
  unpause: { number: 11, layout: UNPAUSE },
  seektime: { number: 12, layout: SEEKTIME },
  seekcontent: { number: 13, layout: SEEKCONTENT },
  displayhint: { number: 14, layout: DISPLAYHINT },
  setiodev: { number: 15, layout: SETIODEV },
  streamset: { number: 16, layout: STREAMSET },
  attenuate: { number: 17, layout: ATTENUATE },
  auddelay: { number: 18, layout: AUDDELAY },
  newsegment: { number: 19, layout: NEWSEGMENT, defaults: { fd: -1, memfd: -1 } },
  reqfail: { number: 20, layout: REQFAIL },
  buffer_fail: { number: 21, layout: BUFFER_FAIL },
  device_node: { number: 22, layout: DEVICE_NODE, defaults: NO_DESCRIPTOR },
  graphmode: { number: 23, layout: GRAPHMODE },
  message: { number: 24, layout: TARGET_MESSAGE },
  fonthint: { number: 25, layout: FONTHINT, defaults: NO_DESCRIPTOR },
  geohint: { number: 26, layout: GEOHINT },
  outputhint: { number: 27, layout: OUTPUTHINT },
  activate: { number: 28, layout: ACTIVATE },
  devicestate: { number: 29, layout: DEVICESTATE },
  anchorhint: { number: 30, layout: ANCHORHINT },
} as const;
