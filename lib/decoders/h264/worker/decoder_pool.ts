/**
 * The workers of one listener that decode H.264: one for each client that needs it, and not too many.
 *
 * @module
 */

import { StreamError } from "../../../errors.ts";
import { H264_TIMEOUT_MS, MAX_H264_DECODERS } from "../../../limits.ts";
import type { DecoderThread } from "./video_decoder.ts";
import { VideoDecoder } from "./video_decoder.ts";

/** What a pool is made from. */
export interface DecoderPoolOptions {
  /** How many workers there may be. */
  readonly limit?: number;
  /** What one picture may take. */
  readonly timeoutMs?: number;
  /** Starts a worker. */
  readonly start?: () => DecoderThread;
}

/** The decoders of one listener. Nothing is loaded until the first is opened. */
export class DecoderPool {
  readonly #limit: number;
  readonly #timeoutMs: number;
  readonly #start: () => DecoderThread;
  #count = 0;

  /** @param options Bounds, and what to start instead of the worker. */
  constructor(options: DecoderPoolOptions = {}) {
    this.#limit = options.limit ?? MAX_H264_DECODERS;
    this.#timeoutMs = options.timeoutMs ?? H264_TIMEOUT_MS;
    this.#start = options.start ?? startWorker;
  }

  /** How many are at work. */
  get size(): number {
    return this.#count;
  }

  /** Starts a decoder; it must be closed. When there is none left it is one that has ended before. */
  open(): VideoDecoder {
    const thread = this.#startOne();
    if (!(thread instanceof StreamError)) this.#count++;
    return new VideoDecoder(thread, this.#timeoutMs, () => void this.#count--);
  }

  #startOne(): DecoderThread | StreamError {
    if (this.#count >= this.#limit) {
      return new StreamError(
        "too-many-decoders",
        `${this.#count} clients have their H.264 decoded, the limit is ${this.#limit}`,
      );
    }
    try {
      return this.#start();
    } catch (cause) {
      const { message } = cause as Error;
      return new StreamError("decoder-failed", `no worker was started: ${message}`, { cause });
    }
  }
}

function startWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "h264" });
}
