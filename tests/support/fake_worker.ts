import type { WorkerLike } from "../../lib/worker_thread.ts";

/** A worker that answers as the test says. */
export class FakeWorker<Request, Answer> implements WorkerLike {
  onmessage: WorkerLike["onmessage"] = null;
  onmessageerror: WorkerLike["onmessageerror"] = null;
  onerror: WorkerLike["onerror"] = null;
  readonly requests: Request[] = [];
  terminations = 0;
  readonly #answerTo: (request: Request) => Answer | undefined;

  /** @param answerTo The answer to a request; without one the test calls {@linkcode answer}. */
  constructor(answerTo: (request: Request) => Answer | undefined = () => undefined) {
    this.#answerTo = answerTo;
  }

  postMessage(request: Request): void {
    this.requests.push(request);
    const answer = this.#answerTo(request);
    if (answer !== undefined) queueMicrotask(() => this.answer(answer));
  }

  answer(data: Answer): void {
    this.onmessage!.call(this as never, new MessageEvent("message", { data }));
  }

  /** Sends an answer that cannot be read. */
  garble(): void {
    this.onmessageerror!.call(this as never, new MessageEvent("messageerror"));
  }

  /** Throws an error that is not caught. @returns Whether the process survives it. */
  fail(message: string): boolean {
    const event = new ErrorEvent("error", { message, cancelable: true });
    this.onerror!.call(this as never, event);
    return event.defaultPrevented;
  }

  terminate(): void {
    this.terminations++;
  }
}
