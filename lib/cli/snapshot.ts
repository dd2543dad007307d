/**
 * `listen --snapshot`: pictures of clients on request.
 *
 * @module
 */

import type { Logger } from "../log.ts";
import type { ClientHandler } from "../segment/source.ts";
import { requireWritable } from "./record.ts";

/** Windows has no such signal. At the first one of its kind Deno starts to listen for debuggers. */
const SIGNAL = "SIGUSR2";

/** What takes pictures until it is closed. */
export interface SnapshotTaker {
  /** Sees every record of every client. */
  readonly observer: ClientHandler;
  /** Listens to the signal no more. */
  close(): void;
}

/**
 * Writes a picture of each client when it ends, and of all of them on SIGUSR2.
 *
 * @param directory Where to; it is made when it is missing.
 * @param log Takes what goes wrong later.
 * @throws {UsageError} When nothing can be written there.
 */
export async function openSnapshots(directory: string, log: Logger): Promise<SnapshotTaker> {
  await requireWritable(directory, "--snapshot");
  const { Snapshots, SNAPSHOT_NAME } = await import("../handlers/snapshots.ts");
  const { removeLeftovers } = await import("../handlers/new_file.ts");
  await removeLeftovers(directory, SNAPSHOT_NAME);
  const snapshots = new Snapshots(directory, log);
  const hasSignal = Deno.build.os !== "windows";
  const take = () => void snapshots.writeAll();
  if (hasSignal) Deno.addSignalListener(SIGNAL, take);
  return {
    observer: snapshots.observer,
    close: () => {
      if (hasSignal) Deno.removeSignalListener(SIGNAL, take);
    },
  };
}
