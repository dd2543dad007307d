/**
 * The default handler: accepts every client and prints its records.
 *
 * @module
 */

import type { ListenHandler, ListenSource } from "../net/listen_types.ts";
import type { Source } from "../segment/source.ts";
import type { IoTable, Status, StatusKind } from "../segment/status.ts";
import { describe, describeJson } from "./describe.ts";

/**
 * Prints a line.
 *
 * @param line Without its line feed.
 * @param source The number of the source, for backpressure by source.
 * @param kind The kind of the record.
 * @returns When the source may print more; nothing for at once.
 */
export type PrintLine = (
  line: string,
  source: number,
  kind: StatusKind,
) => Promise<void> | void;

/** A client waits for its own lines to be printed; the listener, and so a login, never waits. */
export function printHandler(write: PrintLine, json: boolean): ListenHandler {
  const print = (
    source: ListenSource | Source,
    status: Status,
    input?: IoTable,
  ): Promise<void> | void => {
    const line = json
      ? describeJson(new Date(), source.id, status, input)
      : describe(source.role, source.id, status);
    const room = write(line, source.id, status.kind);
    if (status.kind === "segment_request") source.acceptTarget(print);
    return source.role === "client" ? room : undefined;
  };
  return print;
}
