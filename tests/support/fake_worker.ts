import type {
  PictureAnswer,
  PictureRequest,
  PictureWorker,
} from "../../lib/handlers/pictures/thread.ts";

/** A worker that compresses pictures as the test says. */
export class FakePictureWorker implements PictureWorker {
  onmessage: PictureWorker["onmessage"] = null;
  onmessageerror: PictureWorker["onmessageerror"] = null;
  onerror: PictureWorker["onerror"] = null;
  readonly requests: PictureRequest["type"][] = [];
  isTerminated = false;
  readonly #answer: (request: PictureRequest) => PictureAnswer | undefined;

  /** @param answer What it answers to a request, if anything. */
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

  /** Fails as one does whose code throws. */
  fail(message: string): void {
    this.onerror?.call(this as never, new ErrorEvent("error", { message, cancelable: true }));
  }

  terminate(): void {
    this.isTerminated = true;
  }
}
