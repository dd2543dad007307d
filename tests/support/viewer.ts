/** A viewer of a client, which draws what it gets as the page does. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { inflateRawSync } from "node:zlib";
import type { OpenView, ViewOutput } from "../../lib/web/views/types.ts";
import {
  BINARY_KIND,
  CODEC,
  type Down,
  type Head,
  LAST_RECTANGLE,
  readHead,
  readPixels,
  readSound,
  readText,
  readVideo,
  type Rectangle,
  type Sound,
  type VideoUnit,
} from "../../lib/web/views/protocol.ts";
import { AnsiScreen } from "./ansi_screen.ts";
import { Changes } from "./changes.ts";

/** What a canvas shows. */
export interface ViewedPicture {
  readonly width: number;
  readonly height: number;
  /** R, G, B, A bytes. */
  readonly rgba: Uint8Array<ArrayBuffer>;
}

/** One viewer. */
export class Viewer implements ViewOutput, Disposable {
  /** Text messages, the first one first. */
  readonly told: Down[] = [];
  readonly heads: Head[] = [];
  readonly rectangles: Rectangle[] = [];
  /** Access units of H.264, and sound, with their heads. */
  readonly units: (Head & VideoUnit)[] = [];
  readonly sounds: Sound[] = [];
  /** The last whole pictures, by segment. */
  readonly shown = new Map<number, ViewedPicture>();
  readonly screens = new Map<number, AnsiScreen>();
  /** The bytes of all binary messages. */
  bytes = 0;
  /** Why it has ended; `undefined` before. */
  end: { readonly fault: string | undefined } | undefined;
  /** Whether each message is acknowledged when it was drawn. */
  acknowledges = true;
  readonly #canvases = new Map<number, ViewedPicture>();
  readonly #changes = new Changes();
  #view: OpenView | undefined;

  /** Takes the view that sends to it. */
  attach(view: OpenView): this {
    this.#view = view;
    return this;
  }

  say(message: object | null): void {
    this.give(JSON.stringify(message));
  }

  /** Sends a message as it is. */
  give(message: string | Uint8Array): void {
    this.#view!.receive(message);
  }

  hello(h264 = false): this {
    this.say({ type: "hello", h264 });
    return this;
  }

  acknowledge(seq: number): void {
    this.say({ type: "ack", seq });
  }

  send(message: string | Uint8Array<ArrayBuffer>): void {
    assert.equal(this.end, undefined, "nothing comes after the end");
    if (typeof message === "string") this.told.push(JSON.parse(message));
    else this.#draw(message);
    this.#changes.notify();
  }

  ended(fault?: string): void {
    assert.equal(this.end, undefined, "it ends once");
    this.end = { fault };
    this.#changes.notify();
  }

  /** Waits for a condition, which is checked after each message. */
  until(isTrue: () => boolean, what: string): Promise<void> {
    return this.#changes.until(isTrue, () => what);
  }

  /** The messages of one type. */
  all<T extends Down["type"]>(type: T): Extract<Down, { type: T }>[] {
    return this.told.filter((each) => each.type === type) as Extract<Down, { type: T }>[];
  }

  /** Waits until a segment shows these pixels. */
  async untilShown(segment: number, rgba: Uint8Array): Promise<void> {
    await this.until(
      () => Buffer.compare(this.shown.get(segment)?.rgba ?? new Uint8Array(0), rgba) === 0,
      "a picture",
    );
  }

  /** Waits until a row of a segment begins with a text. */
  async untilText(segment: number, row: number, text: string): Promise<void> {
    await this.until(
      () => this.screens.get(segment)?.line(row).startsWith(text) ?? false,
      `${text} in row ${row}`,
    );
  }

  [Symbol.dispose](): void {
    this.#view?.close();
  }

  #draw(message: Uint8Array<ArrayBuffer>): void {
    const head = readHead(message);
    this.heads.push(head);
    this.bytes += message.length;
    if (head.kind === BINARY_KIND.text) this.#drawText(head, message);
    else if (head.kind === BINARY_KIND.pixels) this.#drawPixels(head, readPixels(message));
    else if (head.kind === BINARY_KIND.video) this.units.push({ ...head, ...readVideo(message) });
    else this.sounds.push(readSound(message));
    if (this.acknowledges) {
      // A page answers later.
      queueMicrotask(() => this.acknowledge(head.seq));
    }
  }

  #drawText({ segment }: Head, message: Uint8Array): void {
    const { cols, rows, ansi } = readText(message);
    let screen = this.screens.get(segment);
    if (screen === undefined || screen.cols !== cols || screen.rows !== rows) {
      this.screens.set(segment, screen = new AnsiScreen(cols, rows));
    }
    screen.write(ansi);
  }

  #drawPixels({ segment, flags }: Head, rectangle: Rectangle): void {
    this.rectangles.push(rectangle);
    const { surfaceWidth: width, surfaceHeight: height } = rectangle;
    let canvas = this.#canvases.get(segment);
    if (canvas === undefined || canvas.width !== width || canvas.height !== height) {
      canvas = { width, height, rgba: new Uint8Array(width * height * 4) };
      this.#canvases.set(segment, canvas);
    }
    put(canvas, rectangle);
    if ((flags & LAST_RECTANGLE) === 0) return;
    this.shown.set(segment, { ...canvas, rgba: canvas.rgba.slice() });
  }
}

/** Draws a rectangle on a canvas. */
function put(canvas: ViewedPicture, rectangle: Rectangle): void {
  const { x, y, width, height, channels } = rectangle;
  const bytes = unpack(rectangle);
  assert.equal(bytes.length, width * height * channels);
  assert(x + width <= canvas.width && y + height <= canvas.height, "it is inside the picture");
  const { rgba } = canvas;
  let from = 0;
  for (let row = y; row < y + height; row++) {
    let to = (row * canvas.width + x) * 4;
    for (let col = 0; col < width; col++, to += 4) {
      rgba[to] = bytes[from++]!;
      rgba[to + 1] = bytes[from++]!;
      rgba[to + 2] = bytes[from++]!;
      rgba[to + 3] = channels === 4 ? bytes[from++]! : 0xff;
    }
  }
}

function unpack({ codec, bytes, width, channels }: Rectangle): Uint8Array {
  if (codec === CODEC.raw) return bytes;
  const pixels = new Uint8Array(inflateRawSync(bytes));
  if (codec === CODEC.deflate) return pixels;
  assert.equal(codec, CODEC.deflateUp);
  const stride = width * channels;
  for (let at = stride; at < pixels.length; at++) pixels[at]! += pixels[at - stride]!;
  return pixels;
}
