/**
 * The pictures of one segment of a recording: PNG files and an index.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { PixelPicture } from "../picture.ts";
import { isLarge, PictureEncoder } from "../pictures/encoder.ts";
import { encodePng } from "../pictures/png.ts";
import type { Folder } from "./folder.ts";
import type { Pace } from "./pace.ts";

/** Digits of a file's name, so that names sort in time. */
const DIGITS = 6;

/** Where pictures go, and when. */
export interface StillsOptions {
  /** The recording. */
  readonly folder: Folder;
  /** The directory of this segment in the folder. */
  readonly directory: string;
  /** When pictures are due. */
  readonly pace: Pace;
  /** Milliseconds since the recording began. */
  readonly elapsedMs: () => number;
}

/** Takes a picture on each change, but not more often than its pace allows; the last one always. */
export class Stills {
  readonly #options: StillsOptions;
  readonly #encoder = new PictureEncoder();
  #count = 0;
  #last: Uint8Array = new Uint8Array(0);
  #waiting: { now: () => PixelPicture | undefined; atMs: number } | undefined;
  #taking: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Makes the pictures' directory.
   *
   * @param options Where pictures go, and when.
   */
  constructor(options: StillsOptions) {
    this.#options = options;
    options.folder.makeDirectory(options.directory);
  }

  /**
   * Takes the picture that is shown now, at once or when it is due.
   *
   * @param now Gives the picture until another one is shown.
   * @returns When the client may draw on; `undefined` when it may at once.
   */
  show(now: () => PixelPicture | undefined): Promise<void> | undefined {
    const nowMs = this.#options.elapsedMs();
    this.#waiting = { now, atMs: nowMs };
    // One that is being taken ends with this one, or was read to its end.
    if (this.#taking !== undefined) return this.#taking.then(() => this.#goOn());
    return this.#goOn();
  }

  /**
   * Takes the picture that waits, if any. The segment has ended.
   *
   * @returns When that is done; `undefined` when it is.
   */
  end(): Promise<void> | undefined {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const taking = this.#taking?.then(() => this.#take()) ?? this.#take();
    if (taking === undefined) this.#encoder.close();
    return taking?.finally(() => this.#encoder.close());
  }

  /** Takes the picture that waits when it is due, or waits until it is. */
  #goOn(): Promise<void> | undefined {
    if (this.#timer !== undefined || this.#waiting === undefined) return undefined;
    const { pace, elapsedMs } = this.#options;
    const waitMs = pace.waitMs(elapsedMs());
    if (waitMs <= 0) return this.#take();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#goOn();
    }, waitMs);
    return undefined;
  }

  #take(): Promise<void> | undefined {
    const { folder, pace, elapsedMs } = this.#options;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const picture = waiting?.now();
    if (waiting === undefined || picture === undefined || folder.isStopped) return undefined;
    const startMs = elapsedMs();
    if (isLarge(picture)) {
      this.#taking = this.#takeLarge(waiting.now, waiting.atMs, startMs);
      return this.#taking;
    }
    const png = encodePng(picture);
    pace.taken(startMs, elapsedMs());
    this.#put(png, picture, waiting.atMs);
    return undefined;
  }

  /** One that changes while it is read is given up: the change was shown here, too. */
  async #takeLarge(
    now: () => PixelPicture | undefined,
    atMs: number,
    startMs: number,
  ): Promise<void> {
    const { folder, pace, elapsedMs } = this.#options;
    const picture = now()!;
    try {
      const png = await this.#encoder.png(now);
      if (png === undefined) return;
      pace.taken(startMs, elapsedMs());
      this.#put(png, picture, atMs);
    } catch (error) {
      // The machine has no memory for it.
      folder.stop("write-failed", error instanceof Error ? error.message : String(error));
    } finally {
      this.#taking = undefined;
    }
  }

  #put(png: Uint8Array, { width, height }: PixelPicture, atMs: number): void {
    const { folder, directory } = this.#options;
    if (Buffer.compare(png, this.#last) === 0) return;
    this.#last = png;
    const file = `${String(++this.#count).padStart(DIGITS, "0")}.png`;
    folder.put(`${directory}/${file}`, png);
    const seconds = Number((atMs / 1000).toFixed(6));
    const line = { seconds, file, width, height, bytes: png.length };
    folder.append(`${directory}/index.jsonl`, `${JSON.stringify(line)}\n`);
  }
}
