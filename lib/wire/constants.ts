/**
 * The numbers of the a12 wire: packet types, sizes, roles, modes, formats and segment kinds.
 *
 * They follow the reference implementation (`a12.c`, `a12_int.h`, `arcan_shmif_event.h`); where the
 * prose specification differs, the code is what peers speak.
 *
 * @module
 */

/** The type byte of a packet (arcan `a12_int.h`; the prose swaps audio and video). */
export const PACKET_TYPE = { control: 1, event: 2, audio: 3, video: 4, binary: 5 } as const;

/** The body of a control packet, in bytes. */
export const CONTROL_BODY_BYTES = 128;

/** The body of an event packet, in bytes: last-seen, channel, checksum and the event. */
export const EVENT_BODY_BYTES = 139;

/** One packed event, in bytes. */
export const EVENT_BYTES = 128;

/** The head of a data packet (channel, stream, length), in bytes. */
export const DATA_HEAD_BYTES = 7;

/** What an end announces itself as in HELLO. */
export const ROLE = { unspecified: 0, source: 1, sink: 2, probe: 3, directory: 4 } as const;

/** A name of {@linkcode ROLE}. */
export type RoleName = keyof typeof ROLE;

/** What the public key in a HELLO is. */
export const HELLO_MODE = { real: 1, ephemeral: 2 } as const;

/** What a REKEY packet carries. */
export const REKEY_MODE = { ratchet: 0, signing: 1 } as const;

/** The major version of the shared memory interface that a HELLO announces. */
export const VERSION_MAJOR = 0;

/** The minor version of the shared memory interface that a HELLO announces; never checked. */
export const VERSION_MINOR = 17;

/** The TCP port of a listener when none is named. */
export const DEFAULT_PORT = 6680;

/** The passphrase of the first packets when none is set; public knowledge. */
export const DEFAULT_SECRET = "SETECASTRONOMY";

/** The longest passphrase that the reference keeps, in bytes of UTF-8. */
export const MAX_SECRET_BYTES = 31;

/** The stream id in the head of every video and audio data packet; they are matched by channel. */
export const VIDEO_DATA_STREAM_ID = 0xbacabaca;

/** The most payload the reference puts in one compressed video packet, in bytes. */
export const VIDEO_CHUNK_BYTES = 32_768;

/** The format byte of VIDEOFRAME (the prose swaps delta and full). */
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

/** The encoding byte of AUDIOFRAME: signed 16 bit, little-endian, interleaved. */
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

/** Which kind of stream a CANCELSTREAM means. */
export const CANCEL_STREAM_TYPE = { video: 0, audio: 1, binary: 2 } as const;

/** The category byte of an event, at offset 120. */
export const EVENT_CATEGORY = { input: 2, target: 16, external: 64 } as const;

/** The flag bits of a DISPLAYHINT; all of them are sent every time. */
export const DISPLAY_HINT = {
  continued: 1,
  invisible: 2,
  unfocused: 4,
  maximized: 8,
  fullscreen: 16,
  detached: 32,
  ignore: 128,
} as const;

/** The number of every segment kind on the wire and its name in a handler (`arcan_lua.c`). */
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

/** The handler's name of a segment kind. */
export type SegmentKindName = typeof SEGMENT_KINDS[number][1];

/** The number of a segment kind that the handler's names leave out (`SEGID_MONITOR`). */
export const SEGMENT_KIND_MONITOR = 254;

const nameByNumber = new Map<number, SegmentKindName>(SEGMENT_KINDS);
const numberByName = new Map<string, number>(SEGMENT_KINDS.map(([number, name]) => [name, number]));

/**
 * Names a segment kind as handlers know it.
 *
 * @param number The number on the wire.
 * @returns The name, or `""` for a number without one, as in `arcan_lua.c`.
 */
export function segmentKindName(number: number): SegmentKindName | "" {
  return nameByNumber.get(number) ?? "";
}

/**
 * Numbers a segment kind for the wire.
 *
 * @param name The handler's name.
 * @returns The number, or `undefined` for a name that is none.
 */
export function segmentKindNumber(name: string): number | undefined {
  return numberByName.get(name);
}
