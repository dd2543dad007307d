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

export type PictureWorker = Pick<
  Worker,
  "onmessage" | "onerror" | "onmessageerror" | "postMessage" | "terminate"
>;

export class PictureThread {
  readonly #start: () => PictureWorker;
  #worker: PictureWorker | undefined;
  #users = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #pending: PromiseWithResolvers<PictureAnswer> | undefined;

  constructor(start: () => PictureWorker = startWorker) {
    this.#start = start;
  }

  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  /** Keeps the worker alive until {@linkcode release} was called as often. */
  hold(): void {
    this.#users++;
  }

  release(): void {
    if (--this.#users === 0) this.#end(new Error("the worker was ended"));
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
    const worker = this.#worker ??= this.#open();
    this.#pending = Promise.withResolvers();
    const timer = setTimeout(
      () => this.#end(new Error(`no answer after ${PICTURE_TIMEOUT_MS} ms`)),
      PICTURE_TIMEOUT_MS,
    );
    try {
      worker.postMessage(request, transfer);
      return await this.#pending.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #open(): PictureWorker {
    const worker = this.#start();
    worker.onmessage = ({ data }: MessageEvent<PictureAnswer>) => {
      if (data.type === "failed") this.#end(new Error(data.message));
      else this.#pending?.resolve(data);
    };
    worker.onmessageerror = () => this.#end(new Error("the answer is unreadable"));
    worker.onerror = (event) => {
      // An error that is not handled here ends the process.
      event.preventDefault();
      this.#end(new Error(event.message));
    };
    return worker;
  }

  #end(reason: Error): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#pending?.reject(reason);
    this.#pending = undefined;
  }
}

function startWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "pictures" });
}
