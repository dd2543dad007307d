/**
 * The life of a worker: one request at a time, each with a time limit, and an end at the first failure.
 *
 * @module
 */

/** The part of a worker that is used. */
export type WorkerLike = Pick<
  Worker,
  "onmessage" | "onerror" | "onmessageerror" | "postMessage" | "terminate"
>;

/** The worker did not answer in time. */
export class WorkerTimeoutError extends Error {}

/** A worker that answers requests in their order. */
export class WorkerThread<Request, Answer> {
  readonly #worker: WorkerLike;
  readonly #timeoutMs: number;
  readonly #onEnd: () => void;
  #pending: PromiseWithResolvers<Answer> | undefined;
  #failure: Error | undefined;

  /**
   * @param worker A new worker, terminated by {@linkcode end}.
   * @param timeoutMs How long one answer may take.
   * @param onEnd Called once, when the worker was terminated.
   */
  constructor(worker: WorkerLike, timeoutMs: number, onEnd: () => void) {
    this.#worker = worker;
    this.#timeoutMs = timeoutMs;
    this.#onEnd = onEnd;
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#pending?.resolve(data);
    worker.onmessageerror = () => this.end(new Error("the worker's answer cannot be read"));
    worker.onerror = (event) => {
      // Without this the error ends the process as well.
      event.preventDefault();
      this.end(new Error(event.message));
    };
  }

  /** Sends a request that has no answer; does nothing after the end. */
  send(request: Request): void {
    if (this.#failure === undefined) this.#worker.postMessage(request);
  }

  /**
   * Sends a request; the one before must have been answered.
   *
   * @param transfer Buffers that move to the worker.
   * @throws {WorkerTimeoutError} No answer in time; the worker has ended.
   * @throws {Error} The worker has failed, or the reason of {@linkcode end}.
   */
  async request(request: Request, transfer: Transferable[] = []): Promise<Answer> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#pending = Promise.withResolvers();
    const timer = setTimeout(
      () => this.end(new WorkerTimeoutError(`no answer after ${this.#timeoutMs} ms`)),
      this.#timeoutMs,
    );
    try {
      this.#worker.postMessage(request, transfer);
      return await this.#pending.promise;
    } finally {
      clearTimeout(timer);
      this.#pending = undefined;
    }
  }

  /** Terminates the worker; an answer that is awaited fails with `reason`. */
  end(reason: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#worker.terminate();
    this.#onEnd();
    this.#pending?.reject(reason);
  }
}
