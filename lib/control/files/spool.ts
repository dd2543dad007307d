/**
 * A file without a name that can be read while it is written. It is gone with its process.
 *
 * @module
 */

import { FILE_PIECE_BYTES } from "../../limits.ts";
import { writeAll } from "../../write_all.ts";

export class Spool {
  readonly #writer: Deno.FsFile;
  readonly #reader: Deno.FsFile;
  #isClosed = false;
  #writtenBytes = 0;
  #end: "complete" | Error | undefined;
  #changed = Promise.withResolvers<void>();
  /** Settles when the reads before are done: they share a position. */
  #reading: Promise<unknown> = Promise.resolve();

  private constructor(writer: Deno.FsFile, reader: Deno.FsFile) {
    this.#writer = writer;
    this.#reader = reader;
  }

  /** Creates one in the temporary directory of the system. */
  static async open(): Promise<Spool> {
    const path = await Deno.makeTempFile({ prefix: "net-listen-" });
    try {
      const writer = await Deno.open(path, { write: true });
      try {
        return new Spool(writer, await Deno.open(path, { read: true }));
      } catch (error) {
        writer.close();
        throw error;
      }
    } finally {
      await Deno.remove(path);
    }
  }

  /** Adds bytes. One call at a time. */
  async append(bytes: Uint8Array): Promise<void> {
    await writeAll(this.#writer, bytes);
    this.#writtenBytes += bytes.length;
    this.#notify();
  }

  /** All of it has come. */
  complete(): void {
    this.#end ??= "complete";
    this.#notify();
  }

  /**
   * Reads a piece, waiting for it if it has not been written.
   *
   * @param offset Its first byte.
   * @returns At most {@linkcode FILE_PIECE_BYTES}; `undefined` at the end.
   * @throws What {@linkcode close} was given, and errors of the system.
   */
  async read(offset: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (offset >= this.#writtenBytes) {
      if (this.#end instanceof Error) throw this.#end;
      if (this.#end === "complete") return undefined;
      await this.#changed.promise;
    }
    const read = this.#reading.then(() => this.#readAt(offset));
    this.#reading = read.catch(() => {});
    return await read;
  }

  /** Gives the disk space back. @param error What later reads get; one that is under way fails. */
  close(error: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#end = error;
    this.#writtenBytes = 0;
    this.#notify();
    this.#writer.close();
    this.#reader.close();
  }

  async #readAt(offset: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(Math.min(FILE_PIECE_BYTES, this.#writtenBytes - offset));
    await this.#reader.seek(offset, Deno.SeekMode.Start);
    let count = 0;
    while (count < bytes.length) {
      const more = await this.#reader.read(bytes.subarray(count));
      if (more === null) break;
      count += more;
    }
    return bytes.subarray(0, count);
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
