/**
 * `listen --snapshot`: pictures of clients on request.
 *
 * @module
 */

import type { Logger } from "../log.ts";
import type { ClientHandler } from "../segment/source.ts";
import { requireWritable } from "./record.ts";
import { onSignal } from "./signals.ts";

/** Windows has no such signal. */
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
  const { Snapshots, SNAPSHOT_NAME } = await import("../handlers/pictures/snapshot_files.ts");
  const { removeLeftovers } = await import("../handlers/new_file.ts");
  await removeLeftovers(directory, SNAPSHOT_NAME);
  const snapshots = new Snapshots(directory, log);
  return {
    observer: snapshots.observer,
    close: onSnapshotSignal(() => void snapshots.writeAll()),
  };
}

/**
 * Keeps SIGUSR2 from ending a process that takes no pictures.
 *
 * @param log Takes a line for each signal.
 * @returns Ends that.
 */
export function ignoreSnapshotSignal(log: Logger): () => void {
  return onSnapshotSignal(() => {
    log.log("warn", "signal-ignored", { signal: SIGNAL, detail: "it needs --snapshot DIR" });
  });
}

function onSnapshotSignal(listener: () => void): () => void {
  return Deno.build.os === "windows" ? () => {} : onSignal(SIGNAL, listener);
}
