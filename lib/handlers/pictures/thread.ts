/**
 * The worker that compresses large pictures, as the process sees it: one worker for all users, started
 * with the first request and ended when its last user releases it.
 *
 * A picture is begun, gets its rows, and is ended. Each request has one answer, in order. A picture
 * that is begun replaces one that was not ended.
 *
 * @module
 */

import { PICTURE_TIMEOUT_MS } from "../../limits.ts";
import { type WorkerLike, WorkerThread } from "../../worker_thread.ts";
import type { Channels } from "./png.ts";

/** Begins a picture. */
export interface BeginRequest {
  readonly type: "begin";
  /** The result: a PNG file, or the rows as they are, compressed. */
  readonly format: "png" | "zlib";
  readonly width: number;
  readonly height: number;
  readonly channels: Channels;
}

export type PictureRequest =
  | BeginRequest
  /** The next rows from the top; for a PNG file R, G, B, A bytes. Their memory is transferred. */
  | { readonly type: "rows"; readonly rows: Uint8Array<ArrayBuffer> }
  | { readonly type: "end" };

export type PictureAnswer =
  | { readonly type: "begun" }
  /** The rows are compressed; their memory comes back. */
  | { readonly type: "taken"; readonly rows: Uint8Array<ArrayBuffer> }
  /** A pixel is transparent in a picture that was begun without alpha: begin again with it. */
  | { readonly type: "transparent"; readonly rows: Uint8Array<ArrayBuffer> }
  | { readonly type: "done"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "failed"; readonly message: string };

export class PictureThread {
  readonly #start: () => WorkerLike;
  #thread: WorkerThread<PictureRequest, PictureAnswer> | undefined;
  #users = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(start: () => WorkerLike = startWorker) {
    this.#start = start;
  }

  get isRunning(): boolean {
    return this.#thread !== undefined;
  }

  /** Keeps the worker alive until {@linkcode release} was called as often. */
  hold(): void {
    this.#users++;
  }

  release(): void {
    if (--this.#users === 0) this.#thread?.end(new Error("the worker was ended"));
  }

  /** Runs a task that sends requests when the tasks before it have ended. */
  async alone<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => {});
    return await result;
  }

  /**
   * Sends a request; the one before it must have its answer. Starts the worker if there is none.
   *
   * @throws {Error} The worker cannot be started, fails, or takes longer than
   *   {@linkcode PICTURE_TIMEOUT_MS}; a started one is ended then.
   */
  async request(request: PictureRequest, transfer: Transferable[] = []): Promise<PictureAnswer> {
    const thread = this.#thread ??= new WorkerThread(
      this.#start(),
      PICTURE_TIMEOUT_MS,
      () => this.#thread = undefined,
    );
    const answer = await thread.request(request, transfer);
    if (answer.type !== "failed") return answer;
    const failure = new Error(answer.message);
    thread.end(failure);
    throw failure;
  }
}

function startWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "pictures" });
}
