/**
 * The workers of one listener that decode H.264: one for each client that needs it, up to a limit.
 *
 * @module
 */

import type { StreamCode } from "../../../errors.ts";
import { StreamError } from "../../../errors.ts";
import { H264_TIMEOUT_MS, MAX_H264_DECODERS } from "../../../limits.ts";
import { type WorkerLike, WorkerThread, WorkerTimeoutError } from "../../../worker_thread.ts";
import type { DecodeJob } from "../../frame_decoder.ts";
import type { DecodeAnswer, WorkerRequest } from "./messages.ts";

/** How many decoders there are, where several pools share a limit. */
export interface DecoderCount {
  /** @returns How many there are then. */
  add(change: 1 | -1): number;
}

/** Bounds of a pool, and what it starts. */
export interface DecoderPoolOptions {
  /** How many workers there may be. */
  readonly limit?: number;
  /** The workers of all pools that share the limit; those of this one when absent. */
  readonly count?: DecoderCount;
  /** How long one picture may take. */
  readonly timeoutMs?: number;
  readonly start?: () => WorkerLike;
}

/** The decoders of one listener. Nothing is loaded until the first is opened. */
export class DecoderPool {
  readonly #limit: number;
  readonly #timeoutMs: number;
  readonly #start: () => WorkerLike;
  readonly #count: DecoderCount;
  #size = 0;

  constructor(options: DecoderPoolOptions = {}) {
    this.#limit = options.limit ?? MAX_H264_DECODERS;
    this.#timeoutMs = options.timeoutMs ?? H264_TIMEOUT_MS;
    this.#start = options.start ?? startWorker;
    let own = 0;
    this.#count = options.count ?? { add: (change) => own += change };
  }

  /** How many workers there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Starts a decoder.
   *
   * @returns A decoder to close; it has failed already when no worker could be had.
   */
  open(): VideoDecoder {
    return new VideoDecoder(this.#startThread());
  }

  #startThread(): DecoderThread | StreamError {
    const before = this.#add(1) - 1;
    if (before >= this.#limit) {
      this.#add(-1);
      return new StreamError(
        "too-many-decoders",
        `${before} clients have their H.264 decoded, the limit is ${this.#limit}`,
      );
    }
    try {
      return new WorkerThread(this.#start(), this.#timeoutMs, () => void this.#add(-1));
    } catch (cause) {
      this.#add(-1);
      const { message } = cause as Error;
      return new StreamError("decoder-failed", `no worker was started: ${message}`, { cause });
    }
  }

  #add(change: 1 | -1): number {
    this.#size += change;
    return this.#count.add(change);
  }
}

type DecoderThread = WorkerThread<WorkerRequest, DecodeAnswer>;

/** Decodes for one client. The first failure is final. */
export class VideoDecoder {
  readonly #thread: DecoderThread | StreamError;

  /** @param thread A new worker, or why there is none. */
  constructor(thread: DecoderThread | StreamError) {
    this.#thread = thread;
  }

  /**
   * Decodes one picture; the one before must be done.
   *
   * @param job Its data is transferred to the worker.
   * @returns R, G, B, A bytes, or why there are none.
   */
  async decode({ channel, picture }: DecodeJob): Promise<Uint8Array<ArrayBuffer> | StreamError> {
    const thread = this.#thread;
    if (thread instanceof StreamError) return thread;
    try {
      const request = { type: "decode", channel, picture } as const;
      const answer = await thread.request(request, [picture.data.buffer]);
      if ("rgba" in answer) return answer.rgba;
      return this.#end(answer.code, answer.message);
    } catch (cause) {
      if (cause instanceof StreamError) return cause;
      const code = cause instanceof WorkerTimeoutError ? "decoder-timeout" : "decoder-failed";
      return this.#end(code, (cause as Error).message);
    }
  }

  /** Releases the decoder of a channel that has ended. */
  forget(channel: number): void {
    if (this.#thread instanceof WorkerThread) this.#thread.send({ type: "forget", channel });
  }

  /** Terminates the worker; a picture that is being decoded has no result. */
  close(): void {
    this.#end("cancelled", "the client has left");
  }

  #end(code: StreamCode, message: string): StreamError {
    const error = new StreamError(code, message);
    if (this.#thread instanceof WorkerThread) this.#thread.end(error);
    return error;
  }
}

function startWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "h264" });
}
