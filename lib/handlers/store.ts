/**
 * Keeps what clients transfer: each transfer becomes one file.
 *
 * @module
 */

import { join } from "node:path";
import { ApiMisuseError, StreamError } from "../errors.ts";
import { STORE_MAX_BYTES, STORE_MAX_FILES } from "../limits.ts";
import type { BinaryOffer } from "../segment/transfer_types.ts";
import { ensureDirectory, putFile, removeLeftovers, writeAll } from "./new_file.ts";

/** How a store is bounded, and who is told. */
export interface StoreOptions {
  /** What all files of this store may take together, in bytes; 1 GiB unless given. */
  readonly maxBytes?: number;
  /** How many files this store may make, as empty ones take place as well; 10 000 unless given. */
  readonly maxFiles?: number;
  /**
   * Is told when a transfer was kept whole.
   *
   * @param path Its file.
   * @param offer The transfer.
   */
  readonly onKept?: (path: string, offer: BinaryOffer) => void | Promise<void>;
}

const NAME_CHARACTERS = /[^A-Za-z0-9._-]/g;
/** What {@linkcode fileName} makes. */
const FILE_NAME = /^\d{8}T\d{6}Z-[0-9a-f]{8}-[A-Za-z0-9._-]+$/;

/**
 * Makes a taker of transfers for `source.onBinary`.
 *
 * Each is written to a file whose name ends in `.part` until it is whole and its checksum, if any, was
 * found right; one that fails leaves nothing behind, and what a killed process left is removed before
 * the first one. A transfer that would be too much is refused, or
 * given up when its size was not known.
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
 * @param directory Where files go; made when it is not there.
 * @param options Bound and call-back.
 * @returns Takes one transfer; rejects when it fails.
 * @throws {ApiMisuseError} `bad-argument`.
 */
export function storeTransfers(
  directory: string,
  options: StoreOptions = {},
): (offer: BinaryOffer) => Promise<void> {
  const maxBytes = options.maxBytes ?? STORE_MAX_BYTES;
  const maxFiles = options.maxFiles ?? STORE_MAX_FILES;
  for (const [name, value] of Object.entries({ maxBytes, maxFiles })) {
    if (!(value >= 0)) throw new ApiMisuseError("bad-argument", `${name} is ${value}`);
  }
  let usedBytes = 0;
  let usedFiles = 0;
  let cleaned: Promise<void> | undefined;
  return async (offer) => {
    if (usedBytes + (offer.size ?? 0) > maxBytes || usedFiles >= maxFiles) return offer.reject();
    usedFiles++;
    const content = offer.accept();
    // The size that is known is kept free for it, so that two at once do not exceed the bound.
    let countedBytes = offer.size ?? 0;
    usedBytes += countedBytes;
    let writtenBytes = 0;
    const count = (bytes: number) => {
      writtenBytes += bytes;
      const moreBytes = Math.max(writtenBytes - countedBytes, 0);
      if (usedBytes + moreBytes > maxBytes) {
        throw new StreamError(
          "stream-too-long",
          `the store has no place for more than ${maxBytes} bytes`,
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

/** Time, chance, type and name; names sort in time. The last is the client's and may be anything. */
function fileName({ type, name }: BinaryOffer): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const chance = crypto.randomUUID().slice(0, 8);
  const safe = name.replace(NAME_CHARACTERS, "_");
  return `${time}-${chance}-${type}${safe === "" ? "" : `-${safe}`}`;
}
