/**
 * Sends what is in a spool.
 *
 * @module
 */

import { FLEET_RETRY_MS } from "../../limits.ts";
import type { FleetConnection } from "../connection.ts";
import { pause, until } from "../wait.ts";
import type { Sender } from "./sender.ts";
import type { Spool } from "./spool.ts";

/** What is used of the connection. */
export type DrainConnection = Pick<FleetConnection, "state" | "onState">;

export interface DrainEvents {
  /** Records could not be sent. */
  failed(error: unknown): void;
  /** So many were sent. */
  sent(count: number): void;
}

/**
 * Sends the records of a spool, oldest first, until it is empty; failures are tried again.
 *
 * @throws When files cannot be read or removed, or as the signal says.
 */
export async function drain(
  spool: Spool,
  sender: Sender,
  connection: DrainConnection,
  signal: AbortSignal,
  events: DrainEvents,
): Promise<void> {
  for (let segment; (segment = await spool.oldest()) !== undefined;) {
    while (true) {
      await connected(connection, signal);
      try {
        await sender.sendAll(segment.records);
        break;
      } catch (error) {
        events.failed(error);
        sender.doubt();
        await pause(FLEET_RETRY_MS, signal);
      }
    }
    signal.throwIfAborted();
    events.sent(segment.records.length);
    await spool.remove(segment);
  }
}

/** Waits until a server can be reached. @throws As the signal says. */
export async function connected(connection: DrainConnection, signal: AbortSignal): Promise<void> {
  while (connection.state !== "connected" && !signal.aborted) {
    await until(signal, (resolve) => connection.onState(resolve));
  }
  signal.throwIfAborted();
}
