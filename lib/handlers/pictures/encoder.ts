/**
 * Compresses pictures: small ones at once, large ones in a worker that is given a few rows at a time,
 * so that neither the thread nor the memory of the listener is taken by them.
 *
 * @module
 */

import { deflateSync } from "node:zlib";
import { MAX_INLINE_PICTURE_PIXELS } from "../../limits.ts";
import type { PixelPicture } from "../picture.ts";
import type { Channels } from "./png.ts";
import { DEFLATE_LEVEL, encodePng, topDown } from "./png.ts";
import { PictureThread } from "./thread.ts";

/** What the worker is given at once, in bytes. */
const ROWS_BYTES = 1 << 20;

const sharedThread = new PictureThread();

/** Whether a picture is compressed in the worker. */
export function isLarge({ width, height }: Pick<PixelPicture, "width" | "height">): boolean {
  return width * height > MAX_INLINE_PICTURE_PIXELS;
}

/** Compresses pictures for one user, who closes it. The worker is shared and started when needed. */
export class PictureEncoder implements Disposable {
  readonly #thread: PictureThread;
  #isHolding = false;
  #isClosed = false;

  /** @param thread The worker. */
  constructor(thread: PictureThread = sharedThread) {
    this.#thread = thread;
  }

  /**
   * Makes a PNG file. Where no worker can be had, the file is made at once.
   *
   * @param now Gives the picture, the same each time; `undefined` once it is shown no more. It is
   * asked again and again until all of a large picture was read.
   * @returns The file; `undefined` when the picture changed before all of it was read.
   */
  async png(now: () => PixelPicture | undefined): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const picture = now();
    if (picture === undefined) return undefined;
    if (!isLarge(picture)) return encodePng(picture);
    return await this.#aside(
      async () => {
        for (const channels of [3, 4] as const) {
          const file = await this.#file(now, channels);
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
   * @param rgb The bytes; owned from here on.
   * @returns The compressed bytes.
   */
  async zlib(rgb: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const inline = (): Uint8Array => deflateSync(rgb, { level: DEFLATE_LEVEL });
    if (rgb.length <= MAX_INLINE_PICTURE_PIXELS * 3) return inline();
    return await this.#aside<Uint8Array>(async () => {
      await this.#thread.ask({ type: "begin", format: "zlib", width: 0, height: 0, channels: 3 });
      await this.#thread.ask({ type: "rows", rows: rgb });
      return await this.#end();
    }, inline);
  }

  /** Lets go of the worker. */
  close(): void {
    this.#isClosed = true;
    if (this.#isHolding) this.#thread.release();
    this.#isHolding = false;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Does something in the worker, or else here. */
  async #aside<T>(inWorker: () => Promise<T>, here: () => T): Promise<T> {
    if (this.#isClosed) return here();
    if (!this.#isHolding) this.#thread.hold();
    this.#isHolding = true;
    try {
      return await this.#thread.alone(async () => {
        if (this.#isClosed) throw new Error("it was closed before its turn came");
        return await inWorker();
      });
    } catch {
      return here();
    }
  }

  /** Gives the worker a picture row by row. */
  async #file(
    now: () => PixelPicture | undefined,
    channels: Channels,
  ): Promise<Uint8Array<ArrayBuffer> | "transparent" | undefined> {
    const first = now();
    if (first === undefined) return undefined;
    const { width, height } = first;
    await this.#thread.ask({ type: "begin", format: "png", width, height, channels });
    const rowsAtOnce = Math.max(1, Math.floor(ROWS_BYTES / (width * 4)));
    let memory = new Uint8Array(rowsAtOnce * width * 4);
    for (let top = 0; top < height; top += rowsAtOnce) {
      const picture = now();
      if (picture === undefined) return undefined;
      const rows = topDown(picture, top, Math.min(rowsAtOnce, height - top), memory);
      const answer = await this.#thread.ask({ type: "rows", rows }, [rows.buffer]);
      if (answer.type === "transparent") return "transparent";
      if (answer.type === "taken") memory = new Uint8Array(answer.rows.buffer);
    }
    return await this.#end();
  }

  async #end(): Promise<Uint8Array<ArrayBuffer>> {
    const answer = await this.#thread.ask({ type: "end" });
    if (answer.type !== "done") throw new Error(`an answer of the type ${answer.type}`);
    return answer.bytes;
  }
}
