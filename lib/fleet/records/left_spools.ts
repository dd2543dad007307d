/**
 * Spools that listeners have left when they were killed, or ended while no server could be reached.
 *
 * @module
 */

import { messageOf } from "../../errors.ts";
import { FLEET_RETRY_MS, MAX_FLEET_SPOOLS } from "../../limits.ts";
import type { Logger } from "../../log.ts";
import { pause } from "../wait.ts";
import { connected, drain, type DrainConnection } from "./drain.ts";
import { isHostId } from "./record.ts";
import { Sender } from "./sender.ts";
import { Spool } from "./spool.ts";
import type { RecordStream } from "./stream.ts";

export interface LeftSpoolsOptions {
  /** The directory of all spools of the fleet. */
  readonly root: string;
  readonly stream: Pick<RecordStream, "store" | "last">;
  readonly connection: DrainConnection;
  readonly log: Logger;
  /**
   * Called with the host of a spool that was sent, whose clients may have ended without a word; again
   * after a failure.
   */
  readonly onSent: (host: string) => Promise<unknown>;
}

/** Sends the spools that no running listener has open, one after the other, and removes them. */
export async function sendLeftSpools(
  { root, stream, connection, log, onSent }: LeftSpoolsOptions,
  signal: AbortSignal,
): Promise<void> {
  const end = async (host: string) => {
    for (;;) {
      await connected(connection, signal);
      try {
        return await onSent(host);
      } catch (error) {
        log.log("debug", "fleet-lease-failed", { host, detail: messageOf(error) });
        await pause(FLEET_RETRY_MS, signal);
      }
    }
  };
  const onLost = (count: number, detail: string) =>
    log.log("warn", "fleet-records-lost", { lost: count, detail });
  const onUnusable = (path: string, detail: string) =>
    log.log("warn", "fleet-spool-unusable", { path, detail });
  for (const host of hosts(root, log)) {
    let spool: Spool | undefined;
    let isEnded = false;
    try {
      spool = await Spool.open(root, host, { onLost, onUnusable });
      if (spool === undefined) continue;
      const events = { failed() {}, sent() {} };
      await drain(spool, new Sender(stream, false), connection, signal, events);
      log.log("info", "fleet-spool-sent", { host });
      await end(host);
      isEnded = true;
    } catch (error) {
      if (signal.aborted) return;
      onUnusable(`${root}/${host}`, messageOf(error));
    } finally {
      // The next listener ends its clients where this one could not.
      await spool?.close(!isEnded);
    }
  }
}

function hosts(root: string, log: Logger): string[] {
  try {
    return [...Deno.readDirSync(root)]
      .filter(({ name, isDirectory }) => isDirectory && isHostId(name))
      .map(({ name }) => name).slice(0, MAX_FLEET_SPOOLS);
  } catch (error) {
    log.log("warn", "fleet-spool-unusable", { path: root, detail: messageOf(error) });
    return [];
  }
}
