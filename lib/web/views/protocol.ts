/**
 * The messages between a view of a client and the page that shows it, over one WebSocket.
 *
 * Texts are JSON objects. Binary messages begin with a head of {@linkcode HEAD_BYTES} bytes: u8 kind,
 * u8 flags, u16 0, u32 segment, u32 sequence number; all numbers are little-endian. A segment is named
 * by its number, as in the records. Pure: the page imports it too.
 *
 * @module
 */

/** The name of this protocol in the handshake of the WebSocket. */
export const VIEW_PROTOCOL = "net-listen.v1";

/** The whole client, or a small picture of its first segment. */
export type ViewMode = "full" | "tile";

/** The kinds of binary messages to the page. */
export const BINARY_KIND = { text: 1, pixels: 2, video: 3, audio: 4 } as const;

/** How the bytes of a rectangle are compressed. */
export const CODEC = {
  /** Not at all. */
  raw: 0,
  /** `deflate-raw` of `DecompressionStream`. */
  deflate: 1,
  /** The same of rows from which the row above was subtracted, byte by byte; the first is as it is. */
  deflateUp: 2,
} as const;

/** Flags of pixels: the last rectangle of a picture, which is shown now. */
export const LAST_RECTANGLE = 1;
/** Flags of video: a key picture. */
export const KEY_PICTURE = 1;
/** Flags of video: the picture is to be turned upside down. */
export const BOTTOM_UP = 2;

export const HEAD_BYTES = 12;
const TEXT_HEAD_BYTES = HEAD_BYTES + 4;
const PIXELS_HEAD_BYTES = HEAD_BYTES + 14;
const VIDEO_HEAD_BYTES = HEAD_BYTES + 4;
const SOUND_HEAD_BYTES = HEAD_BYTES + 8;

/** A text message to the page. `Client` is a row of the operation `show`. */
export type Down<Client = unknown> =
  /** At first, and when something in it has changed that is no count. */
  | { readonly type: "client"; readonly client: Client }
  /** Where a segment belongs, in pixels of its parent. */
  | Placed
  /** How the mouse looks over a segment. */
  | {
    readonly type: "cursor";
    readonly segment: number;
    /** A value of the CSS property `cursor`. */
    readonly css: string;
    /** What the client said, such as `hidden-rel`, with which it wants relative motion. */
    readonly name: string;
  }
  /** The client offers text for the clipboard. */
  | { readonly type: "clipboard"; readonly text: string }
  /** For people: something was not done. */
  | { readonly type: "note"; readonly text: string }
  /** The last message: the client has ended. */
  | { readonly type: "ended"; readonly last_words: string }
  /** The last message: the view has ended, and the client goes on. */
  | { readonly type: "error"; readonly code: string; readonly error: string };

/** Where a segment belongs. */
export interface Placed {
  readonly type: "placed";
  readonly segment: number;
  /** The number of the segment that it belongs to. */
  readonly parent: number;
  readonly x: number;
  readonly y: number;
  /** Order above (or, below 0, under) its parent. */
  readonly z: number;
  readonly hidden: boolean;
  readonly focus: boolean;
}

/**
 * A text message of the page. `hello` must be the first one; the others need the right to drive but
 * `ack` and `pause`.
 */
export type Up =
  | Hello
  | Ack
  /** Whether no pictures are wanted, as while the page is hidden. */
  | { readonly type: "pause"; readonly on: boolean }
  /** What a terminal sends for what was typed in it. */
  | { readonly type: "typed"; readonly segment: number; readonly data: string }
  /** Calls an input verb or a hint. */
  | {
    readonly type: "call";
    readonly segment: number;
    readonly verb: string;
    readonly args: readonly unknown[];
  }
  /** The size in pixels that the client is to have. */
  | { readonly type: "size"; readonly width: number; readonly height: number };

/** A message of text, pixels or video was drawn, or one of sound has come; each is acknowledged. */
export interface Ack {
  readonly type: "ack";
  readonly seq: number;
  /** The time from its arrival until it was drawn, so that the rest is that of the line; 0 unless given. */
  readonly ms?: number;
}

export interface Hello {
  readonly type: "hello";
  /** Whether the page decodes H.264. */
  readonly h264: boolean;
}

/** The head of a binary message. */
export interface Head {
  readonly kind: number;
  readonly flags: number;
  readonly segment: number;
  readonly seq: number;
}

/** A change of a grid of text. */
export interface TextChange {
  readonly cols: number;
  readonly rows: number;
  /** ANSI sequences; the first ones of a size draw everything. */
  readonly ansi: string;
}

/** A rectangle of a picture. */
export interface Rectangle {
  /** Of the whole picture. */
  readonly surfaceWidth: number;
  readonly surfaceHeight: number;
  readonly x: number;
  /** From the top. */
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** One of {@linkcode CODEC}. */
  readonly codec: number;
  /** 3 for R, G, B; 4 for R, G, B, A. */
  readonly channels: 3 | 4;
  /** The pixels, row after row from the top. */
  readonly bytes: Uint8Array;
}

/** Reads the head of a binary message. */
export function readHead(message: Uint8Array): Head {
  const view = viewOf(message);
  return {
    kind: view.getUint8(0),
    flags: view.getUint8(1),
    segment: view.getUint32(4, true),
    seq: view.getUint32(8, true),
  };
}

/** Makes a binary message of a head and the parts behind it. */
export function writeBinary(
  head: Head,
  parts: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(parts.reduce((sum, part) => sum + part.length, HEAD_BYTES));
  const view = viewOf(message);
  view.setUint8(0, head.kind);
  view.setUint8(1, head.flags);
  view.setUint32(4, head.segment, true);
  view.setUint32(8, head.seq, true);
  let at = HEAD_BYTES;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}

/** Makes what follows the head of a change of text, in parts. */
export function writeText({ cols, rows, ansi }: TextChange): Uint8Array[] {
  const head = new Uint8Array(TEXT_HEAD_BYTES - HEAD_BYTES);
  writeWords(head, cols, rows);
  return [head, new TextEncoder().encode(ansi)];
}

/** Reads a message of the kind `text`. */
export function readText(message: Uint8Array): TextChange {
  const view = viewOf(message);
  return {
    cols: view.getUint16(HEAD_BYTES, true),
    rows: view.getUint16(HEAD_BYTES + 2, true),
    ansi: new TextDecoder().decode(message.subarray(TEXT_HEAD_BYTES)),
  };
}

/** Makes what follows the head of a rectangle of pixels, in parts, because the pixels may be many. */
export function writePixels({ bytes, ...rectangle }: Rectangle): Uint8Array[] {
  const { surfaceWidth, surfaceHeight, x, y, width, height, codec, channels } = rectangle;
  const head = new Uint8Array(PIXELS_HEAD_BYTES - HEAD_BYTES);
  writeWords(head, surfaceWidth, surfaceHeight, x, y, width, height);
  head[12] = codec;
  head[13] = channels;
  return [head, bytes];
}

/** Reads a message of the kind `pixels`. @returns Borrows the bytes of the message. */
export function readPixels(message: Uint8Array): Rectangle {
  const view = viewOf(message);
  const word = (index: number) => view.getUint16(HEAD_BYTES + 2 * index, true);
  return {
    surfaceWidth: word(0),
    surfaceHeight: word(1),
    x: word(2),
    y: word(3),
    width: word(4),
    height: word(5),
    codec: view.getUint8(HEAD_BYTES + 12),
    channels: view.getUint8(HEAD_BYTES + 13) === 4 ? 4 : 3,
    bytes: message.subarray(PIXELS_HEAD_BYTES),
  };
}

/** An access unit of H.264, in the format of Annex B. */
export interface VideoUnit {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Makes what follows the head of a unit, in parts. @returns Borrows the bytes of the unit. */
export function writeVideo({ width, height, data }: VideoUnit): Uint8Array[] {
  const head = new Uint8Array(VIDEO_HEAD_BYTES - HEAD_BYTES);
  writeWords(head, width, height);
  return [head, data];
}

/** Reads a message of the kind `video`. @returns Borrows the bytes of the message. */
export function readVideo(message: Uint8Array<ArrayBuffer>) {
  const view = viewOf(message);
  return {
    width: view.getUint16(HEAD_BYTES, true),
    height: view.getUint16(HEAD_BYTES + 2, true),
    data: message.subarray(VIDEO_HEAD_BYTES),
  };
}

/** Sound: interleaved samples from -32768 to 32767. */
export interface Sound {
  /** Samples a second of one channel. */
  readonly rate: number;
  readonly channels: number;
  readonly samples: Int16Array;
}

/** Makes what follows the head of sound. */
export function writeSound({ rate, channels, samples }: Sound): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(SOUND_HEAD_BYTES - HEAD_BYTES + samples.length * 2);
  const view = viewOf(body);
  view.setUint32(0, rate, true);
  view.setUint16(4, channels, true);
  samples.forEach((sample, at) => view.setInt16(8 + 2 * at, sample, true));
  return body;
}

/** Reads a message of the kind `audio`. */
export function readSound(message: Uint8Array): Sound {
  const view = viewOf(message);
  const samples = new Int16Array((message.length - SOUND_HEAD_BYTES) >> 1);
  for (let at = 0; at < samples.length; at++) {
    samples[at] = view.getInt16(SOUND_HEAD_BYTES + 2 * at, true);
  }
  return {
    rate: view.getUint32(HEAD_BYTES, true),
    channels: view.getUint16(HEAD_BYTES + 4, true),
    samples,
  };
}

function writeWords(into: Uint8Array, ...words: number[]): void {
  const view = viewOf(into);
  words.forEach((word, index) => view.setUint16(2 * index, word, true));
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
