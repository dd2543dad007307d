/**
 * `listen --snapshot`: pictures of clients on SIGUSR2.
 *
 * @module
 */

import type { ClientHandler, Logger } from "../mod.ts";
import { onSignal } from "./signals.ts";

/** Windows does not have it. */
const SIGNAL = "SIGUSR2";

interface OpenSnapshots {
  /** Needs every record of every client. */
  readonly observer: ClientHandler;
  /** Ends the handling of the signal. */
  close(): void;
}

/** Writes a picture of each client when it ends, and of all clients on SIGUSR2. */
export async function openSnapshots(directory: string, log: Logger): Promise<OpenSnapshots> {
  const { Snapshots } = await import("../handlers/mod.ts");
  const snapshots = new Snapshots(directory, log);
  return {
    observer: snapshots.observer,
    close: onSnapshotSignal(() => void snapshots.writeAll()),
  };
}

/** Keeps SIGUSR2 from ending a process that writes no pictures. @returns Ends that. */
export function ignoreSnapshotSignal(log: Logger): () => void {
  return onSnapshotSignal(() => {
    log.log("warn", "signal-ignored", { signal: SIGNAL, detail: "it needs --snapshot DIR" });
  });
}

/** Listens to SIGUSR2. @returns Ends that. */
export function onSnapshotSignal(listener: () => void): () => void {
  return Deno.build.os === "windows" ? () => {} : onSignal(SIGNAL, listener);
}
