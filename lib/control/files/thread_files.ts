/**
 * The files of the clients of one thread, as the control interface moves them.
 *
 * @module
 */

import type { TransferState } from "../../segment/transfer_types.ts";
import type { Result } from "../operations.ts";

export type FileRow = Result<"files">[number];

/** How a file to a client ended; `sent` when the client has not said that it has it. */
export type SentState = Extract<TransferState, "sent" | "completed" | "cancelled" | "ended">;

/** Files of clients; in a worker all answers take a while. */
export interface ThreadFiles {
  /** The files of a client, the oldest first. */
  files(id: number): readonly FileRow[] | Promise<readonly FileRow[]>;
  /**
   * Reads a piece of a file that a client has offered, waiting for it if it has not arrived.
   *
   * @returns `undefined` at the end.
   * @throws {ControlError} `no-such-file`, `transfer-failed`.
   */
  readFile(
    id: number,
    file: number,
    offset: number,
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /**
   * Begins to give a client a file.
   *
   * @returns Its number; `undefined` once the client has ended.
   * @throws {ApiMisuseError} `queue-full`, `bad-argument`.
   */
  beginFile(
    id: number,
    name: string,
    sizeBytes: number,
  ): number | undefined | Promise<number | undefined>;
  /**
   * Adds a piece to such a file. One call at a time.
   *
   * @param piece Kept.
   * @returns Whether the client still takes the file; once it may get more.
   * @throws {ApiMisuseError} `bad-argument` for more than was announced.
   */
  feedFile(file: number, piece: Uint8Array): Promise<boolean>;
  /** Settles when such a file has ended. @returns How. */
  fileEnded(file: number): Promise<SentState>;
  /** Gives such a file up. */
  cancelFile(file: number): void | Promise<void>;
}
