import type {
  PictureAnswer,
  PictureRequest,
  PictureWorker,
} from "../../lib/handlers/pictures/thread.ts";

/** A picture worker with the answers of the test. */
export class FakePictureWorker implements PictureWorker {
  onmessage: PictureWorker["onmessage"] = null;
  onmessageerror: PictureWorker["onmessageerror"] = null;
  onerror: PictureWorker["onerror"] = null;
  readonly requests: PictureRequest["type"][] = [];
  isTerminated = false;
  readonly #answer: (request: PictureRequest) => PictureAnswer | undefined;

  /** @param answer Returns `undefined` for no answer. */
  constructor(answer: (request: PictureRequest) => PictureAnswer | undefined) {
    this.#answer = answer;
  }

  postMessage(request: PictureRequest): void {
    this.requests.push(request.type);
    const data = this.#answer(request);
    if (data === undefined) return;
    queueMicrotask(() =>
      this.onmessage?.call(this as never, new MessageEvent("message", { data }))
    );
  }

  /** Fails like a worker whose code throws. */
  fail(message: string): void {
    this.onerror?.call(this as never, new ErrorEvent("error", { message, cancelable: true }));
  }

  terminate(): void {
    this.isTerminated = true;
  }
}
