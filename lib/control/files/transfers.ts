/**
 * Moves files between the control interface and the threads of clients.
 *
 * @module
 */

import { ApiMisuseError, ControlError } from "../../errors.ts";
import {
  FILE_PIECE_BYTES,
  FILE_STALL_TIMEOUT_MS,
  MAX_CONTROL_TRANSFERS,
  MAX_SENT_FILE_BYTES,
} from "../../limits.ts";
import type { Content } from "../description.ts";
import type { Result } from "../operations.ts";
import { clientName, safeName } from "./names.ts";
import type { ThreadFiles } from "./thread_files.ts";

/** The files that are moved now. */
export class Transfers {
  readonly #stallMs: number;
  #count = 0;

  constructor(stallMs = FILE_STALL_TIMEOUT_MS) {
    this.#stallMs = stallMs;
  }

  /**
   * Gives a client a file.
   *
   * @param client Its number.
   * @param sizeBytes What the caller says; else that of the content counts.
   * @throws {ControlError} `busy`, `not-taken`, `body-timeout`.
   * @throws {ApiMisuseError} `bad-argument`, `queue-full`.
   */
  async send(
    thread: ThreadFiles,
    client: number,
    name: string,
    content: Content,
    sizeBytes = content.sizeBytes,
  ): Promise<Result<"send">> {
    const bytes = requireSize(sizeBytes);
    this.#enter();
    try {
      const file = await thread.beginFile(client, clientName(name), bytes);
      if (file === undefined) throw notTaken(client);
      try {
        await this.#feed(thread, file, content, bytes);
      } catch (error) {
        await thread.cancelFile(file);
        throw error;
      }
      const state = await thread.fileEnded(file);
      if (state === "cancelled" || state === "ended") throw notTaken(client);
      return { client, bytes, confirmed: state === "completed" };
    } finally {
      this.#count--;
      void content.stream.cancel().catch(() => {});
    }
  }

  /**
   * Gives a file that a client has offered.
   *
   * @throws {ControlError} `busy`, `no-such-file`, `transfer-failed`.
   */
  async fetch(thread: ThreadFiles, client: number, file: number): Promise<Content> {
    this.#enter();
    let offset = 0;
    let isOpen = true;
    const leave = () => {
      if (isOpen) this.#count--;
      isOpen = false;
    };
    try {
      const row = (await thread.files(client)).find(({ id }) => id === file);
      // The first piece shows whether it can be read at all.
      let piece = await thread.readFile(client, file, 0);
      const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
        async pull(controller) {
          try {
            piece ??= await thread.readFile(client, file, offset);
            if (piece === undefined) {
              leave();
              return controller.close();
            }
            offset += piece.length;
            controller.enqueue(piece);
            piece = undefined;
          } catch (error) {
            leave();
            controller.error(error);
          }
        },
        cancel: leave,
      }, { highWaterMark: 0 });
      return { stream, sizeBytes: row?.size, name: safeName(row?.name ?? "", file) };
    } catch (error) {
      leave();
      throw error;
    }
  }

  #enter(): void {
    if (this.#count >= MAX_CONTROL_TRANSFERS) {
      throw new ControlError(
        "busy",
        `${MAX_CONTROL_TRANSFERS} files are being moved, which is the most; try again`,
      );
    }
    this.#count++;
  }

  async #feed(
    thread: ThreadFiles,
    file: number,
    { stream }: Content,
    sizeBytes: number,
  ): Promise<void> {
    const reader = stream.getReader();
    try {
      let fedBytes = 0;
      for (;;) {
        const { value, done } = await this.#inTime(reader.read());
        if (done) break;
        for (let at = 0; at < value.length; at += FILE_PIECE_BYTES) {
          const piece = value.slice(at, at + FILE_PIECE_BYTES);
          fedBytes += piece.length;
          if (!await thread.feedFile(file, piece)) return;
        }
      }
      if (fedBytes < sizeBytes) {
        throw new ApiMisuseError(
          "bad-argument",
          `the body ended after ${fedBytes} bytes of ${sizeBytes}`,
        );
      }
    } catch (error) {
      void reader.cancel().catch(() => {});
      throw error instanceof ControlError || error instanceof ApiMisuseError
        ? error
        : new ApiMisuseError("bad-argument", "the body ended early", { cause: error });
    } finally {
      reader.releaseLock();
    }
  }

  async #inTime<T>(read: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const seconds = this.#stallMs / 1000;
        reject(new ControlError("body-timeout", `no byte of the body came within ${seconds} s`));
      }, this.#stallMs);
    });
    try {
      return await Promise.race([read, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function requireSize(bytes: number | undefined): number {
  if (bytes === undefined) {
    throw new ApiMisuseError(
      "bad-argument",
      "the size of the file is not known: give the length of the body, or size in the query",
    );
  }
  if (bytes === 0) throw new ApiMisuseError("bad-argument", "the file is empty");
  if (bytes <= MAX_SENT_FILE_BYTES) return bytes;
  throw new ApiMisuseError(
    "bad-argument",
    `the file has ${bytes} bytes, the most is ${MAX_SENT_FILE_BYTES}`,
  );
}

function notTaken(client: number): ControlError {
  return new ControlError("not-taken", `client ${client} has not taken the file, or has ended`);
}
