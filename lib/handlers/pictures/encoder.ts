/**
 * Compresses small pictures at once and large ones in a worker. The worker gets a few rows at a time,
 * so that a large picture neither blocks the listener nor is copied as a whole.
 *
 * @module
 */

import { deflateSync } from "node:zlib";
import { MAX_INLINE_PICTURE_PIXELS } from "../../limits.ts";
import type { PictureSource, PixelPicture } from "./picture.ts";
import type { Channels } from "./png.ts";
import { DEFLATE_LEVEL, encodePng, topDown } from "./png.ts";
import { PictureThread } from "./thread.ts";

/** Rows of one request to the worker. */
const REQUEST_BYTES = 1 << 20;

const sharedThread = new PictureThread();

/** Whether a picture is compressed in the worker. */
export function isLarge({ width, height }: Pick<PixelPicture, "width" | "height">): boolean {
  return width * height > MAX_INLINE_PICTURE_PIXELS;
}

/** Compresses the pictures of one user. It keeps the shared worker alive until it is closed. */
export class PictureEncoder implements Disposable {
  readonly #thread: PictureThread;
  #holdsThread = false;
  #isClosed = false;

  constructor(thread: PictureThread = sharedThread) {
    this.#thread = thread;
  }

  /**
   * Makes a PNG file. Without a worker, or when it fails, the file is made at once.
   *
   * @param now Called until all rows of the picture were read.
   * @returns `undefined` when the picture changed before that.
   */
  async png(now: PictureSource): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const picture = now();
    if (picture === undefined) return undefined;
    if (!isLarge(picture)) return encodePng(picture);
    return await this.#inWorker(
      async () => {
        // Most pictures are opaque, but only all rows of one show that.
        for (const channels of [3, 4] as const) {
          const file = await this.#sendPicture(now, channels);
          if (file !== "transparent") return file;
        }
        return undefined;
      },
      () => {
        const last = now();
        return last && encodePng(last);
      },
    );
  }

  /**
   * Compresses R, G, B bytes for zlib.
   *
   * @param rgb Owned by the encoder from here on.
   */
  async zlib(rgb: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const inline = (): Uint8Array => deflateSync(rgb, { level: DEFLATE_LEVEL });
    if (rgb.length <= MAX_INLINE_PICTURE_PIXELS * 3) return inline();
    return await this.#inWorker<Uint8Array>(async () => {
      const size = { width: 0, height: 0 };
      await this.#thread.request({ type: "begin", format: "zlib", ...size, channels: 3 });
      await this.#thread.request({ type: "rows", rows: rgb });
      return await this.#end();
    }, inline);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#holdsThread) this.#thread.release();
    this.#holdsThread = false;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #inWorker<T>(task: () => Promise<T>, fallback: () => T): Promise<T> {
    if (this.#isClosed) return fallback();
    if (!this.#holdsThread) this.#thread.hold();
    this.#holdsThread = true;
    try {
      return await this.#thread.alone(async () => {
        // A request would start another worker that nothing ends.
        if (this.#isClosed) throw new Error("the encoder was closed while it waited");
        return await task();
      });
    } catch {
      return fallback();
    }
  }

  async #sendPicture(
    now: PictureSource,
    channels: Channels,
  ): Promise<Uint8Array<ArrayBuffer> | "transparent" | undefined> {
    const first = now();
    if (first === undefined) return undefined;
    const { width, height } = first;
    await this.#thread.request({ type: "begin", format: "png", width, height, channels });
    const rowsAtOnce = Math.max(1, Math.floor(REQUEST_BYTES / (width * 4)));
    let memory = new Uint8Array(rowsAtOnce * width * 4);
    for (let top = 0; top < height; top += rowsAtOnce) {
      const picture = now();
      if (picture === undefined) return undefined;
      const rows = topDown(picture, top, Math.min(rowsAtOnce, height - top), memory);
      const answer = await this.#thread.request({ type: "rows", rows }, [rows.buffer]);
      if (answer.type === "transparent") return "transparent";
      if (answer.type === "taken") memory = new Uint8Array(answer.rows.buffer);
    }
    return await this.#end();
  }

  async #end(): Promise<Uint8Array<ArrayBuffer>> {
    const answer = await this.#thread.request({ type: "end" });
    if (answer.type !== "done") throw new Error(`the worker answered ${answer.type}, must be done`);
    return answer.bytes;
  }
}
