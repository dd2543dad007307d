/**
 * Compresses small rectangles at once and large ones in a worker, which all views of a thread share: it
 * starts with the first large one and ends with the last view. Without a worker all are compressed at once.
 *
 * @module
 */

import { VIEWER_COMPRESS_TIMEOUT_MS, VIEWER_INLINE_BYTES } from "../../limits.ts";
import { type WorkerLike, WorkerThread } from "../../worker_thread.ts";
import { CODEC } from "./protocol.ts";
import { compress, type Compressed, type CompressTask } from "./compress.ts";

export class Compressor {
  readonly #start: () => WorkerLike;
  #thread: WorkerThread<CompressTask, Compressed> | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #users = 0;
  #isBroken = false;

  constructor(start: () => WorkerLike = startWorker) {
    this.#start = start;
  }

  /** Keeps the worker alive until {@linkcode release} was called as often. */
  hold(): void {
    this.#users++;
  }

  release(): void {
    if (--this.#users === 0) this.#thread?.end(new Error("the last view has ended"));
  }

  /**
   * Compresses.
   *
   * @throws {Error} The worker cannot be started, or has failed: the pixels are lost. There is no
   * worker from then on.
   */
  compress(task: CompressTask): Compressed | Promise<Compressed> {
    const isQuick = task.codec === CODEC.raw || task.bytes.length <= VIEWER_INLINE_BYTES;
    if (this.#isBroken || isQuick) return compress(task);
    const result = this.#queue.then(() => this.#inWorker(task));
    this.#queue = result.catch(() => {});
    return result;
  }

  async #inWorker(task: CompressTask): Promise<Compressed> {
    // A worker that starts now would never be ended.
    if (this.#users === 0) throw new Error("the last view has ended");
    try {
      const thread = this.#thread ??= new WorkerThread(
        this.#start(),
        VIEWER_COMPRESS_TIMEOUT_MS,
        () => this.#thread = undefined,
      );
      return await thread.request(task, [task.bytes.buffer]);
    } catch (error) {
      this.#isBroken = this.#users > 0;
      throw error;
    }
  }
}

function startWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "views" });
}
