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
 * Makes the printing handler.
 *
 * @param write Takes each line, without its newline.
 * @param json Whether lines are JSON.
 */
export function printHandler(write: (line: string) => void, json: boolean): ListenHandler {
  const print = (source: ListenSource | Source, status: Status, input?: IoTable): void => {
    write(
      json
        ? describeJson(new Date(), source.id, status, input)
        : describe(source.role, source.id, status),
    );
    if (status.kind === "segment_request") source.acceptTarget(print);
  };
  return print;
}
