/**
 * The handler that is used when none is given: takes every client and prints what happens.
 *
 * @module
 */

import type { ListenHandler, ListenSource } from "../net/listen_types.ts";
import type { Source } from "../segment/source.ts";
import type { Status } from "../segment/status.ts";
import { describe, describeJson } from "./describe.ts";

/**
 * Makes the printing handler.
 *
 * @param write Takes each line, without its newline.
 * @param json Whether lines are JSON.
 */
export function printHandler(write: (line: string) => void, json: boolean): ListenHandler {
  // A client's requests for subsegments stay unanswered, and so are refused.
  const print = (source: ListenSource | Source, status: Status): void => {
    write(
      json ? describeJson(new Date(), source.id, status) : describe(source.role, source.id, status),
    );
    if (status.kind === "segment_request" && source.role === "listener") {
      source.acceptTarget(print);
    }
  };
  return print;
}
