/**
 * Records of the host, which are its logins, on the disk for as long as they are in memory alone.
 *
 * @module
 */

import { messageOf } from "../../errors.ts";
import { FLEET_JOURNAL_BYTES } from "../../limits.ts";
import type { FleetRecord } from "./record.ts";

/** The file of a journal in the directory of a spool, behind all files of the spool. */
export const JOURNAL = "logins.jsonl";

/**
 * A file that a record is in before anything follows from the login. The system has it then, so that
 * `kill -9` does not cost it; a loss of power does. A write waits for the system, which takes 2 µs.
 */
export class Journal {
  readonly #path: string;
  readonly #onFailed: (detail: string) => void;
  #file: Deno.FsFile | undefined;
  #bytes = 0;
  #hasFailed = false;

  /**
   * @param directory Where its file is made, with the first record.
   * @param onFailed Called when the disk takes no record, once until it takes one again.
   */
  constructor(directory: string, onFailed: (detail: string) => void) {
    this.#path = `${directory}/${JOURNAL}`;
    this.#onFailed = onFailed;
  }

  /** Whether it is time to let its records go through the spool, which clears it. */
  get isHalfFull(): boolean {
    return this.#bytes > FLEET_JOURNAL_BYTES / 2;
  }

  /**
   * Adds a record. One that the disk does not take is in memory alone.
   *
   * @returns Whether there is room for it.
   */
  write({ line }: FleetRecord): boolean {
    const bytes = new TextEncoder().encode(`${line}\n`);
    if (this.#bytes + bytes.length > FLEET_JOURNAL_BYTES) return false;
    try {
      this.#file ??= Deno.openSync(this.#path, { create: true, append: true, mode: 0o600 });
      for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
      this.#bytes += bytes.length;
      this.#hasFailed = false;
    } catch (error) {
      this.#cut(this.#bytes);
      if (!this.#hasFailed) this.#onFailed(messageOf(error));
      this.#hasFailed = true;
    }
    return true;
  }

  /** Its records are stored, or in files of the spool. */
  clear(): void {
    if (this.#bytes > 0) this.#cut(0);
  }

  /** Ends it; its file stays. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #cut(bytes: number): void {
    try {
      this.#file?.truncateSync(bytes);
      this.#bytes = bytes;
    } catch {
      // What is left in it is stored once, as records are numbered.
    }
  }
}
