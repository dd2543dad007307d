/** Pictures and frames that sources send, and events that they get. */

import assert from "node:assert/strict";
import type { VideoStream } from "../../lib/decoders/video_stream.ts";
import type { Region, VideoFrame } from "../../lib/source/frame.ts";
import type { Picture } from "../../lib/source/picture_encoder.ts";
import { VIDEO_FORMAT } from "../../lib/wire/constants.ts";
import { decodeEvent, encodeEvent } from "../../lib/wire/event/event.ts";
import type { EventInput, WireEvent } from "../../lib/wire/event/types.ts";
import { noise } from "../unit/decoders/frames.ts";

/** A picture of repeatable noise. */
export function noisePicture(width: number, height: number, seed = 1): Picture {
  return { width, height, rgba: noise(width * height * 4, seed) };
}

/** Two pictures that differ in one region alone. */
export function changed(picture: Picture, { x, y, width, height }: Region, seed = 2): Picture {
  const rgba = picture.rgba.slice();
  const fresh = noise(rgba.length, seed);
  for (let row = y; row < y + height; row++) {
    const [from, to] = [x, x + width].map((column) => (row * picture.width + column) * 4);
    rgba.set(fresh.subarray(from, to), from);
  }
  return { ...picture, rgba };
}

/** What a sink shows of a picture that came without its alpha. */
export function opaque({ rgba }: Picture): Uint8Array {
  return rgba.map((value, at) => at % 4 === 3 ? 255 : value);
}

/** Shows a frame in the packets that it is sent in. */
export function receive(stream: VideoStream, frame: VideoFrame): void {
  const { payload, chunkBytes } = frame;
  let { type } = stream.begin({ ...frame, stream: 1, length: payload.length, commit: true });
  for (let at = 0; at < payload.length; at += chunkBytes) {
    ({ type } = stream.push(payload.subarray(at, at + chunkBytes)));
  }
  assert.equal(type, "drawn");
}

/** An event as a source receives it. */
export function wire(event: EventInput): WireEvent {
  const bytes = new Uint8Array(128);
  encodeEvent(event, bytes);
  return decodeEvent(bytes);
}

/** The bytes of one pixel in each raw format. */
const PACK = {
  rgba: (r: number, g: number, b: number, a: number) => [r, g, b, a],
  rgb: (r: number, g: number, b: number) => [r, g, b],
  rgb565: (r: number, g: number, b: number) => [
    ((g >> 2) & 7) << 5 | b >> 3,
    (r & 0xf8) | (g >> 5),
  ],
} as const;

/** The names of the raw formats. */
export const RAW_FORMATS = Object.keys(PACK) as (keyof typeof PACK)[];

/** A whole picture in a raw format, in packets of whole pixels. */
export function rawFrame(format: keyof typeof PACK, { width, height, rgba }: Picture): VideoFrame {
  const payload: number[] = [];
  for (let at = 0; at < rgba.length; at += 4) {
    const [r, g, b, a] = rgba.subarray(at, at + 4) as unknown as [number, number, number, number];
    payload.push(...PACK[format](r, g, b, a));
  }
  const pixelBytes = payload.length / (width * height);
  return wholeFrame(width, height, {
    format: VIDEO_FORMAT[format],
    expandedLength: payload.length,
    payload: Uint8Array.from(payload),
    chunkBytes: 8_000 * pixelBytes,
  });
}

/** A frame that covers its surface. */
export function wholeFrame(
  width: number,
  height: number,
  content: Pick<VideoFrame, "format" | "expandedLength" | "payload" | "chunkBytes">,
): VideoFrame {
  const region = { x: 0, y: 0, width, height };
  return { ...content, ...region, surfaceWidth: width, surfaceHeight: height, flags: 0 };
}
