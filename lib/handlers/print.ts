/**
 * The handler that is used when none is given: takes every client and prints what happens.
 *
 * @module
 */

import type { ListenHandler, ListenSource } from "../net/listen_types.ts";
import type { Source } from "../segment/source.ts";
import type { IoTable, Status } from "../segment/status.ts";
import { describe, describeJson } from "./describe.ts";

/**
 * Takes a line of the printing handler.
 *
 * @param line Without its newline.
 * @param source The number of the source.
 * @returns Settles when there is room for more lines of the source; nothing when there is.
 */
export type PrintLine = (line: string, source: number) => Promise<void> | void;

/**
 * Makes the printing handler. A client whose lines are not taken waits; a login never does.
 *
 * @param write Takes each line.
 * @param json Whether lines are JSON.
 */
export function printHandler(write: PrintLine, json: boolean): ListenHandler {
  const print = (
    source: ListenSource | Source,
    status: Status,
    input?: IoTable,
  ): Promise<void> | void => {
    const line = json
      ? describeJson(new Date(), source.id, status, input)
      : describe(source.role, source.id, status);
    const room = write(line, source.id);
    if (status.kind === "segment_request") source.acceptTarget(print);
    return source.role === "client" ? room : undefined;
  };
  return print;
}
