/**
 * A worker that decodes for one client, and its end.
 *
 * @module
 */

import type { CodedPicture } from "../coded_pictures.ts";
import { StreamError } from "../../../errors.ts";
import type { DecodeAnswer, WorkerRequest } from "./messages.ts";

/** The part of a worker that is needed. */
export type DecoderThread = Pick<
  Worker,
  "onmessage" | "onerror" | "onmessageerror" | "postMessage" | "terminate"
>;

/** Decodes for one client. The first failure ends it. */
export class VideoDecoder {
  readonly #thread: DecoderThread | undefined;
  readonly #timeoutMs: number;
  readonly #onEnd: () => void;
  #settle: ((result: Uint8Array<ArrayBuffer> | StreamError) => void) | undefined;
  #ended: StreamError | undefined;

  /**
   * @param thread A new worker, ended by the decoder; or why there is none.
   * @param timeoutMs What one picture may take.
   * @param onEnd Is told once when the worker was ended, for whatever reason.
   */
  constructor(thread: DecoderThread | StreamError, timeoutMs: number, onEnd: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#onEnd = onEnd;
    if (thread instanceof StreamError) {
      this.#ended = thread;
      return;
    }
    this.#thread = thread;
    thread.onmessage = ({ data }: MessageEvent<DecodeAnswer>) => this.#take(data);
    thread.onmessageerror = () => this.#fail("decoder-failed", "an answer that cannot be read");
    thread.onerror = (event) => {
      // It would end this process as well.
      event.preventDefault();
      this.#fail("decoder-failed", event.message);
    };
  }

  /**
   * Decodes one picture; the one before must be done.
   *
   * @param channel The channel that it belongs to.
   * @param picture The picture; its data is handed over.
   * @returns R, G, B, A bytes, or why there are none; then it has ended.
   */
  async decode(
    channel: number,
    picture: CodedPicture,
  ): Promise<Uint8Array<ArrayBuffer> | StreamError> {
    if (this.#ended !== undefined) return this.#ended;
    const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer> | StreamError>();
    this.#settle = resolve;
    this.#send({ type: "decode", channel, picture }, [picture.data.buffer]);
    const timer = setTimeout(
      () => this.#fail("decoder-timeout", `no picture after ${this.#timeoutMs} ms`),
      this.#timeoutMs,
    );
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param channel A channel that has ended. */
  forget(channel: number): void {
    if (this.#ended === undefined) this.#send({ type: "forget", channel });
  }

  /** Ends it at once; the picture under way is given up. */
  close(): void {
    this.#fail("cancelled", "the client has left");
  }

  #send(request: WorkerRequest, transfer: Transferable[] = []): void {
    this.#thread?.postMessage(request, transfer);
  }

  #take(answer: DecodeAnswer): void {
    if ("rgba" in answer) this.#settle?.(answer.rgba);
    else this.#fail(answer.code, answer.message);
  }

  #fail(code: StreamError["code"], message: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = new StreamError(code, message);
    this.#thread?.terminate();
    this.#onEnd();
    this.#settle?.(this.#ended);
  }
}
