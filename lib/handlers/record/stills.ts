/**
 * The pictures of one segment of a recording: PNG files and an index.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { PixelPicture } from "../picture.ts";
import { encodePng } from "../png.ts";
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
  #count = 0;
  #last: Uint8Array = new Uint8Array(0);
  #waiting: { picture: PixelPicture; atMs: number } | undefined;
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
   * @param picture The picture; borrowed until the next call.
   */
  show(picture: PixelPicture): void {
    const nowMs = this.#options.elapsedMs();
    this.#waiting = { picture, atMs: nowMs };
    if (this.#timer === undefined) this.#takeOrWait(nowMs);
  }

  /** Takes the picture that waits, if any. The segment has ended. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#take();
  }

  #takeOrWait(nowMs: number): void {
    const waitMs = this.#options.pace.waitMs(nowMs);
    if (waitMs <= 0) {
      this.#take();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#takeOrWait(this.#options.elapsedMs());
    }, waitMs);
  }

  #take(): void {
    const { folder, directory, pace, elapsedMs } = this.#options;
    if (this.#waiting === undefined || folder.isStopped) return;
    const { picture: { width, height, rgba, bottomUp }, atMs } = this.#waiting;
    this.#waiting = undefined;
    const startMs = elapsedMs();
    const png = encodePng(width, height, rgba, bottomUp);
    pace.taken(startMs, elapsedMs());
    if (Buffer.compare(png, this.#last) === 0) return;
    this.#last = png;
    const file = `${String(++this.#count).padStart(DIGITS, "0")}.png`;
    folder.put(`${directory}/${file}`, png);
    const seconds = Number((atMs / 1000).toFixed(6));
    const line = { seconds, file, width, height, bytes: png.length };
    folder.append(`${directory}/index.jsonl`, `${JSON.stringify(line)}\n`);
  }
}
