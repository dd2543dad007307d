/**
 * The field tables of EXTERNAL events (category 64): what the source tells the sink.
 *
 * Offsets are within the 128-byte event: kind u32 at 0, source i64 at 8 (internal to the engine),
 * the payload from 16, and at 104 the number of frames that the client had signalled when it queued
 * the event. Source: arcan `shmif_event.h`.
 *
 * @module
 */

import { bool8, bytes, f32, i16, i32, i64, i8, text, u16, u32, u64, u8, u8x4 } from "../fields.ts";

const COMMON = { source: i64(8), frameId: u64(104) };
const TEXT = { ...COMMON, message: text(16, 78), multipart: u8(94) };

/** A text; `multipart` is not 0 in all parts but the last; code points may be cut in two. */
const MESSAGE = TEXT;

/** One option of the client; type 0 key, 1 description, 2 value, 3 current value, 4 forget. */
const COREOPT = { ...COMMON, index: u8(16), type: u8(17), data: text(18, 77) };

/** The changing part of the title. */
const IDENT = TEXT;

/** A transfer failed. */
const FAILURE = TEXT;

/** A buffer is passed; consumed at the source. */
const BUFFERSTREAM = {
  ...COMMON,
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
};

/** Deprecated frame timing. */
const FRAMESTATUS = {
  ...COMMON,
  framenumber: u32(16),
  pts: u64(24),
  acquired: u64(32),
  fhint: f32(40),
};

/** One stream of a medium; datakind 0 audio, 1 video, 2 text, 3 overlay. */
const STREAMINFO = { ...COMMON, streamid: u8(16), datakind: u8(17), langid: text(18, 4) };

/** Progress of playback or of a transfer; completion 0 to 1, below 0 failed. */
const STREAMSTATUS = {
  ...COMMON,
  time: text(16, 9),
  limit: text(25, 9),
  completion: f32(36),
  streaming: bool8(40),
  frameno: u32(44),
  identifier: u32(48),
};

/** The size of the client's state in bytes; 0 withdraws the support. */
const STATESIZE = { ...COMMON, size: u32(16), type: u32(20) };

/** Audio buffers are to be dropped. */
const FLUSHAUD = COMMON;

/** A new segment is wanted; dir 1 to 4 split, 5 to 11 position. */
const SEGREQ = {
  ...COMMON,
  id: u32(16),
  width: u16(20),
  height: u16(22),
  xofs: i16(24),
  yofs: i16(26),
  dir: u8(28),
  hints: u8(29),
  segkind: u32(32),
};

/** The shape of the mouse cursor. */
const CURSORHINT = TEXT;

/** Where the segment wants to be, in relation to its parent. */
const VIEWPORT = {
  ...COMMON,
  x: i32(16),
  y: i32(20),
  width: u32(24),
  height: u32(28),
  parent: u32(32),
  border: u8x4(36),
  edge: u8(40),
  order: i8(41),
  embedded: u8(42),
  invisible: bool8(43),
  focus: bool8(44),
  anchorEdge: bool8(45),
  anchorPos: bool8(46),
  extId: u32(48),
};

/** The visible part of the content, as fractions; a negative position is none. */
const CONTENT = {
  ...COMMON,
  xPos: f32(16),
  xSize: f32(20),
  yPos: f32(24),
  ySize: f32(28),
  width: f32(32),
  height: f32(36),
  cellWidth: u8(40),
  cellHeight: u8(41),
  minWidth: u32(44),
  minHeight: u32(48),
  maxWidth: u32(52),
  maxHeight: u32(56),
};

/** A named input that the client understands; an empty label forgets all of them. */
const LABELHINT = {
  ...COMMON,
  label: text(16, 16),
  initial: u16(32),
  description: text(34, 53),
  vsym: text(87, 5),
  subid: u16(92),
  datatype: u8(94),
  modifiers: u16(96),
};

/** The first event on every channel: title, kind and identity. */
const REGISTER = {
  ...COMMON,
  title: text(16, 64, "cut"),
  segkind: u32(80),
  guid0: u64(88),
  guid1: u64(96),
};

/** A call for attention: empty for focus, a URI to open, or text. */
const ALERT = TEXT;

/** A clock is wanted; consumed at the source. */
const CLOCKREQ = {
  ...COMMON,
  rate: u32(16),
  dynamic: u8(20),
  once: bool8(21),
  id: u32(24),
};

/** The client can read (`input`) or write blobs; hint bits 1 immediate, 2 wildcard, 4 multipart, 8 cursor. */
const BCHUNKSTATE = {
  ...COMMON,
  size: u64(16),
  input: bool8(24),
  hint: u8(25),
  stream: bool8(26),
  extensions: text(27, 68),
  identifier: u32(96),
};

/** Rights that the client gave up or has. */
const PRIVDROP = {
  ...COMMON,
  external: bool8(16),
  sandboxed: bool8(17),
  networked: bool8(18),
};

/** Devices and data types that must not be sent; a set bit blocks. */
const INPUTMASK = { ...COMMON, device: u32(16), types: u32(20) };

/**
 * A peer on the network, for directories; in space 5 the name is a petname and a public key.
 *
 * The parts overlap; they are written in this order, so that encoding what was decoded is exact.
 */
const NETSTATE = {
  ...COMMON,
  name: text(16, 66),
  petname: text(16, 16),
  publicKey: bytes(32, 32),
  space: u8(82),
  state: u8(83),
  type: u8(84),
  port: u16(86),
  namespace: u16(88),
};

/** The number and the table of every EXTERNAL kind. */
export const EXTERNAL_KINDS = {
  message: { number: 0, layout: MESSAGE },
  coreopt: { number: 1, layout: COREOPT },
  ident: { number: 2, layout: IDENT },
  failure: { number: 3, layout: FAILURE },
  bufferstream: { number: 4, layout: BUFFERSTREAM },
  framestatus: { number: 5, layout: FRAMESTATUS },
  streaminfo: { number: 6, layout: STREAMINFO },
  streamstatus: { number: 7, layout: STREAMSTATUS },
  statesize: { number: 8, layout: STATESIZE },
  flushaud: { number: 9, layout: FLUSHAUD },
  segreq: { number: 10, layout: SEGREQ },
  cursorhint: { number: 12, layout: CURSORHINT },
  viewport: { number: 13, layout: VIEWPORT },
  content: { number: 14, layout: CONTENT },
  labelhint: { number: 15, layout: LABELHINT },
  register: { number: 16, layout: REGISTER },
  alert: { number: 17, layout: ALERT },
  clockreq: { number: 18, layout: CLOCKREQ },
  bchunkstate: { number: 19, layout: BCHUNKSTATE },
  privdrop: { number: 20, layout: PRIVDROP },
  inputmask: { number: 21, layout: INPUTMASK },
  netstate: { number: 22, layout: NETSTATE },
} as const;
