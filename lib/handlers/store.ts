/**
 * Stores transfers of clients as files.
 *
 * @module
 */

import { join } from "node:path";
import { ApiMisuseError, StreamError } from "../errors.ts";
import { STORE_MAX_BYTES, STORE_MAX_FILES } from "../limits.ts";
import type { BinaryOffer } from "../segment/transfer_types.ts";
import { writeAll } from "../write_all.ts";
import { compactTime, ensureDirectory, putFile, removeLeftovers } from "./new_file.ts";

/** Limits of a store, and a call-back. */
export interface StoreOptions {
  /** All files of this store together, in bytes; 1 GiB unless given. */
  readonly maxBytes?: number;
  /** The number of files, as empty ones use space as well; 10 000 unless given. */
  readonly maxFiles?: number;
  /**
   * Called when a transfer is stored.
   *
   * @param path The file.
   * @param offer The transfer.
   */
  readonly onKept?: (path: string, offer: BinaryOffer) => void | Promise<void>;
}

const NAME_CHARACTERS = /[^A-Za-z0-9._-]/g;
/** Matches the results of {@linkcode fileName}. */
const FILE_NAME = /^\d{8}T\d{6}Z-[0-9a-f]{8}-[A-Za-z0-9._-]+$/;

/**
 * Makes a function for `source.onBinary` that stores each transfer in a file.
 *
 * The name of the file ends in `.part` until the transfer is complete and its checksum, if any, is
 * right. A transfer that fails leaves no file. Parts that killed processes left are removed before the
 * first transfer. A transfer beyond a limit is rejected, or cancelled if its size was not known before.
 *
 * ```ts
 * import { type HandlerObject, storeTransfers } from "../mod.ts";
 *
 * const keep = storeTransfers("received");
 * const handler: HandlerObject = {
 *   preroll(source) {
 *     if (source.role === "client") source.onBinary = keep;
 *   },
 * };
 * ```
 *
 * @param directory Created when it is missing.
 * @param options Limits, and a call-back.
 * @returns A function that stores one transfer; it rejects when the transfer fails.
 * @throws {ApiMisuseError} `bad-argument` for a negative limit or one that is no number.
 */
export function storeTransfers(
  directory: string,
  options: StoreOptions = {},
): (offer: BinaryOffer) => Promise<void> {
  const maxBytes = options.maxBytes ?? STORE_MAX_BYTES;
  const maxFiles = options.maxFiles ?? STORE_MAX_FILES;
  for (const [name, value] of Object.entries({ maxBytes, maxFiles })) {
    if (!(value >= 0)) {
      throw new ApiMisuseError("bad-argument", `${name} is ${value}, must be 0 or more`);
    }
  }
  let usedBytes = 0;
  let usedFiles = 0;
  let cleaned: Promise<void> | undefined;
  return async (offer) => {
    if (usedBytes + (offer.size ?? 0) > maxBytes || usedFiles >= maxFiles) return offer.reject();
    usedFiles++;
    const content = offer.accept();
    // A known size is reserved, so that two transfers at once do not exceed the limit.
    let countedBytes = offer.size ?? 0;
    usedBytes += countedBytes;
    let writtenBytes = 0;
    const count = (bytes: number) => {
      writtenBytes += bytes;
      const moreBytes = Math.max(writtenBytes - countedBytes, 0);
      if (usedBytes + moreBytes > maxBytes) {
        throw new StreamError(
          "stream-too-long",
          `the transfer is larger than the rest of the store, whose limit is ${maxBytes} bytes`,
        );
      }
      usedBytes += moreBytes;
      countedBytes += moreBytes;
    };
    const path = join(directory, fileName(offer));
    try {
      await ensureDirectory(directory);
      await (cleaned ??= removeLeftovers(directory, FILE_NAME));
      await putFile(path, async (file) => {
        for await (const piece of content) {
          count(piece.length);
          await writeAll(file, piece);
        }
      });
    } catch (error) {
      usedBytes -= countedBytes;
      usedFiles--;
      await content.cancel(error).catch(() => {});
      throw error;
    }
    await options.onKept?.(path, offer);
  };
}

/** Time, random digits, type, and the client's name without unsafe characters; names sort by time. */
function fileName({ type, name }: BinaryOffer): string {
  const random = crypto.randomUUID().slice(0, 8);
  const safe = name.replace(NAME_CHARACTERS, "_");
  return `${compactTime(new Date())}-${random}-${type}${safe === "" ? "" : `-${safe}`}`;
}
