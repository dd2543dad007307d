/**
 * The pictures of one segment of a recording: PNG files and an index. Pictures are taken at a pace that
 * leaves the thread to others.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { messageOf } from "../../errors.ts";
import { isLarge, PictureEncoder } from "../pictures/encoder.ts";
import type { PictureSource, PixelPicture } from "../pictures/picture.ts";
import { encodePng } from "../pictures/png.ts";
import type { Folder } from "./folder.ts";

/** Digits of a file's number, so that names sort by time. */
const DIGITS = 6;

/** The share of the thread's time that all recordings together spend on encoding pictures. */
export class CpuShare {
  readonly #share: number;
  #freeAtMs = 0;

  /** @param share Above 0, at most 1. */
  constructor(share: number) {
    this.#share = share;
  }

  /** When the next picture may be encoded. */
  get freeAtMs(): number {
    return this.#freeAtMs;
  }

  /**
   * Counts an encoded picture.
   *
   * @param nowMs When it was done.
   * @param costMs How long it took.
   */
  spend(nowMs: number, costMs: number): void {
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + costMs / this.#share - costMs;
  }
}

/** Decides when the next picture of one segment is due. */
export class Pace {
  readonly #cpu: CpuShare;
  readonly #leastGapMs: number;
  #nextAtMs = 0;

  /** @param maxFps Pictures a second, above 0. */
  constructor(cpu: CpuShare, maxFps: number) {
    this.#cpu = cpu;
    this.#leastGapMs = 1000 / maxFps;
  }

  /** How long the next picture has to wait; 0 when it is due. */
  waitMs(nowMs: number): number {
    return Math.max(this.#nextAtMs - nowMs, this.#cpu.freeAtMs - nowMs, 0);
  }

  /** Counts a picture by the times at which its encoding began and ended. */
  taken(startMs: number, endMs: number): void {
    this.#nextAtMs = startMs + this.#leastGapMs;
    this.#cpu.spend(endMs, endMs - startMs);
  }
}

interface StillsOptions {
  readonly folder: Folder;
  /** The name of the segment's directory in the folder. */
  readonly directory: string;
  readonly pace: Pace;
  /** Milliseconds since the recording began. */
  readonly elapsedMs: () => number;
}

/** Takes a picture on each change, as often as its pace allows; the last one in any case. */
export class Stills {
  readonly #options: StillsOptions;
  readonly #encoder = new PictureEncoder();
  #count = 0;
  #last: Uint8Array = new Uint8Array(0);
  #waiting: { now: PictureSource; atMs: number } | undefined;
  #taking: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: StillsOptions) {
    this.#options = options;
    options.folder.makeDirectory(options.directory);
  }

  /**
   * Takes the picture that is shown now, at once or when it is due.
   *
   * @returns When the client may draw on; `undefined` for at once.
   */
  show(now: PictureSource): Promise<void> | undefined {
    this.#waiting = { now, atMs: this.#options.elapsedMs() };
    // The large picture before it either was read whole already or is given up because of this one.
    if (this.#taking !== undefined) return this.#taking.then(() => this.#takeWhenDue());
    return this.#takeWhenDue();
  }

  /**
   * Takes the picture that waits, if any; the segment has ended.
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

  #takeWhenDue(): Promise<void> | undefined {
    if (this.#timer !== undefined || this.#waiting === undefined) return undefined;
    const { pace, elapsedMs } = this.#options;
    const waitMs = pace.waitMs(elapsedMs());
    if (waitMs <= 0) return this.#take();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#takeWhenDue();
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
      this.#taking = this.#takeLarge(waiting.now, picture, waiting.atMs, startMs);
      return this.#taking;
    }
    const png = encodePng(picture);
    pace.taken(startMs, elapsedMs());
    this.#put(png, picture, waiting.atMs);
    return undefined;
  }

  /** A picture that changes while it is read is given up: `show` was called with the next one. */
  async #takeLarge(
    now: PictureSource,
    size: PixelPicture,
    atMs: number,
    startMs: number,
  ): Promise<void> {
    const { folder, pace, elapsedMs } = this.#options;
    try {
      const png = await this.#encoder.png(now);
      if (png === undefined) return;
      pace.taken(startMs, elapsedMs());
      this.#put(png, size, atMs);
    } catch (error) {
      // The picture does not fit into memory.
      folder.stop("write-failed", messageOf(error));
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
