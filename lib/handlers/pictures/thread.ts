/**
 * The one worker of this process that compresses pictures: started when it is needed, ended when
 * nothing needs it any more.
 *
 * @module
 */

import { PICTURE_TIMEOUT_MS } from "../../limits.ts";
import type { PictureAnswer, PictureRequest } from "./messages.ts";

/** The part of a worker that is needed. */
export type PictureWorker = Pick<
  Worker,
  "onmessage" | "onerror" | "onmessageerror" | "postMessage" | "terminate"
>;

/** A worker and its queue. */
export class PictureThread {
  readonly #start: () => PictureWorker;
  #worker: PictureWorker | undefined;
  #users = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #asked: PromiseWithResolvers<PictureAnswer> | undefined;

  /** @param start Starts a worker. */
  constructor(start: () => PictureWorker = startWorker) {
    this.#start = start;
  }

  /** Whether there is a worker. */
  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  /** Keeps the worker until {@linkcode release} was called as often. */
  hold(): void {
    this.#users++;
  }

  /** Ends the worker when nothing else holds it. */
  release(): void {
    if (--this.#users === 0) this.#end(new Error("the worker was ended"));
  }

  /**
   * Runs something that asks the worker, once nothing else does.
   *
   * @param task What to run.
   * @returns What it returns.
   */
  async alone<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => {});
    return await result;
  }

  /**
   * Asks the worker, which is started for that; the question before must have been answered.
   *
   * @param request The question.
   * @param transfer What is handed over.
   * @returns The answer.
   * @throws {Error} There is no worker, it has failed or takes too long; then it was ended.
   */
  async ask(request: PictureRequest, transfer: Transferable[] = []): Promise<PictureAnswer> {
    const worker = this.#worker ??= this.#open();
    this.#asked = Promise.withResolvers();
    const timer = setTimeout(
      () => this.#end(new Error(`no answer after ${PICTURE_TIMEOUT_MS} ms`)),
      PICTURE_TIMEOUT_MS,
    );
    try {
      worker.postMessage(request, transfer);
      return await this.#asked.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #open(): PictureWorker {
    const worker = this.#start();
    worker.onmessage = ({ data }: MessageEvent<PictureAnswer>) => {
      if (data.type === "failed") this.#end(new Error(data.message));
      else this.#asked?.resolve(data);
    };
    worker.onmessageerror = () => this.#end(new Error("an answer that cannot be read"));
    worker.onerror = (event) => {
      // It would end this process as well.
      event.preventDefault();
      this.#end(new Error(event.message));
    };
    return worker;
  }

  #end(reason: Error): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#asked?.reject(reason);
    this.#asked = undefined;
  }
}

function startWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "pictures" });
}
