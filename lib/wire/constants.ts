/**
 * The numbers of the a12 wire: packet types, sizes, roles, modes, formats and segment kinds.
 *
 * Source: arcan `a12.c`, `a12_int.h`, `arcan_shmif_event.h`. Where the prose specification differs from
 * that code, peers speak the code.
 *
 * @module
 */

/** The type byte of a packet; the prose specification swaps audio and video. */
export const PACKET_TYPE = { control: 1, event: 2, audio: 3, video: 4, binary: 5 } as const;

/** Size of the body of a control packet. */
export const CONTROL_BODY_BYTES = 128;

/** Size of the body of an event packet: last-seen, channel, checksum and the event. */
export const EVENT_BODY_BYTES = 139;

/** Size of one packed event. */
export const EVENT_BYTES = 128;

/** Size of the head of a data packet: channel, stream and length. */
export const DATA_HEAD_BYTES = 7;

/** The role that an end announces in HELLO. */
export const ROLE = { unspecified: 0, source: 1, sink: 2, probe: 3, directory: 4 } as const;

/** A name of {@linkcode ROLE}. */
export type Role = keyof typeof ROLE;

/** Whether a HELLO carries the static key or an ephemeral one. */
export const HELLO_MODE = { real: 1, ephemeral: 2 } as const;

/** The mode byte of REKEY. */
export const REKEY_MODE = { ratchet: 0, signing: 1 } as const;

/** Version of the shared memory interface that a HELLO announces; no peer checks it. */
export const VERSION_MAJOR = 0;
export const VERSION_MINOR = 17;

/** The passphrase of the first packets unless another is given; it is public. */
export const DEFAULT_SECRET = "SETECASTRONOMY";

/** The longest passphrase that the reference keeps, in bytes of UTF-8. */
export const MAX_SECRET_BYTES = 31;

/** The stream id of every video and audio packet; the channel tells which stream it is. */
export const VIDEO_DATA_STREAM_ID = 0xbacabaca;

/** The largest payload that the reference puts in a compressed video packet. */
export const VIDEO_CHUNK_BYTES = 32_768;

/** The format byte of VIDEOFRAME; the prose specification swaps `zstdDelta` and `zstd`. */
export const VIDEO_FORMAT = {
  rgba: 0,
  rgb: 1,
  rgb565: 2,
  h264: 5,
  tpack: 7,
  zstdDelta: 8,
  zstd: 9,
} as const;

/** The flag bits of VIDEOFRAME. */
export const VIDEO_FLAG = { origoLowerLeft: 1 } as const;

/** The encoding byte of AUDIOFRAME for signed 16-bit samples, little-endian, interleaved. */
export const AUDIO_ENCODING_S16 = 0;

/** The type byte of BINARYSTREAM. */
export const BINARY_TYPE = {
  state: 0,
  font: 1,
  fontSupplement: 2,
  blob: 3,
  crashDump: 4,
  appl: 5,
  applResource: 6,
  applController: 7,
  metadata: 8,
} as const;

/** Why a receiver cancels a stream. */
export const CANCEL_REASON = { unwanted: 0, cannotDecode: 1, alreadyKnown: 2 } as const;

/** The stream type of CANCELSTREAM. */
export const CANCEL_STREAM_TYPE = { video: 0, audio: 1, binary: 2 } as const;

/** The category byte of an event. */
export const EVENT_CATEGORY = { input: 2, target: 16, external: 64 } as const;

/** The flag bits of a DISPLAYHINT; each hint replaces all of them. */
export const DISPLAY_HINT = {
  continued: 1,
  invisible: 2,
  unfocused: 4,
  maximized: 8,
  fullscreen: 16,
  detached: 32,
  ignore: 128,
} as const;

/** Every segment kind: its number on the wire and its name in Lua (`arcan_lua.c`). */
export const SEGMENT_KINDS = [
  [0, "unknown"],
  [1, "lightweight arcan"],
  [2, "network-server"],
  [3, "network-client"],
  [4, "multimedia"],
  [5, "terminal"],
  [6, "remoting"],
  [7, "encoder"],
  [8, "sensor"],
  [9, "game"],
  [10, "application"],
  [11, "browser"],
  [12, "vm"],
  [13, "hmd-sbs-lr"],
  [14, "hmd-l"],
  [15, "hmd-r"],
  [16, "popup"],
  [17, "icon"],
  [18, "titlebar"],
  [19, "cursor"],
  [20, "accessibility"],
  [21, "clipboard"],
  [22, "clipboard-paste"],
  [23, "widget"],
  [24, "tui"],
  [25, "service"],
  [26, "bridge-x11"],
  [27, "bridge-wayland"],
  [28, "handover"],
  [29, "audio"],
  [30, "bridge-allocator"],
  [255, "debug"],
] as const;

/** A name of {@linkcode SEGMENT_KINDS}. */
export type SegmentKindName = typeof SEGMENT_KINDS[number][1];

/** Kinds that a client may not register as: the display server keeps them for itself. */
export const RESERVED_SEGMENT_KINDS: readonly number[] = [2, 3];

const nameByNumber = new Map<number, SegmentKindName>(SEGMENT_KINDS);
const numberByName = new Map<string, number>(SEGMENT_KINDS.map(([number, name]) => [name, number]));

/** Names a kind of segment as Lua does. @returns `""` for a number without a name, as in `arcan_lua.c`. */
export function segmentKindName(number: number): SegmentKindName | "" {
  return nameByNumber.get(number) ?? "";
}

/** Finds the number of a kind of segment. @returns `undefined` for an unknown name. */
export function segmentKindNumber(name: string): number | undefined {
  return numberByName.get(name);
}
