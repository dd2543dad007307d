/**
 * The default handler: accepts every client and prints its records.
 *
 * @module
 */

import type { ListenHandler, ListenSource } from "../net/listen_types.ts";
import type { Source } from "../segment/source.ts";
import type { IoTable, Status, StatusKind } from "../segment/status.ts";
import { TAKE_EVENT } from "../segment/event_handler.ts";
import { describe, describeJson } from "./describe.ts";
import { EventLines } from "./event_lines.ts";

/**
 * Prints a line.
 *
 * @param line Without its line feed; several lines where {@linkcode printHandler} may join them.
 * @param source The number of the source, for backpressure by source.
 * @param kind The kind of the record; `message` for several lines.
 * @returns When the source may print more; nothing for at once.
 */
export type PrintLine = (
  line: string,
  source: number,
  kind: StatusKind,
) => Promise<void> | void;

/**
 * A client waits for its own lines to be printed; the listener, and so a login, never waits.
 *
 * @param takesSeveral Whether `write` takes several lines at once, with a line feed between each two. Then
 *   most events are printed without their records, which saves a fifth of all that an event costs.
 */
export function printHandler(
  write: PrintLine,
  json: boolean,
  takesSeveral = false,
): ListenHandler {
  const lines = takesSeveral && !json
    ? new EventLines((text, source) => write(text, source, "message"))
    : undefined;
  const print = (
    source: ListenSource | Source,
    status: Status,
    input?: IoTable,
  ): Promise<void> | void => {
    const line = json
      ? describeJson(new Date(), source.id, status, input)
      : describe(source.role, source.id, status);
    lines?.flush();
    const room = write(line, source.id, status.kind);
    if (status.kind === "segment_request") source.acceptTarget(print);
    return source.role === "client" ? room : undefined;
  };
  return lines === undefined ? print : Object.assign(print, { [TAKE_EVENT]: lines.take });
}
