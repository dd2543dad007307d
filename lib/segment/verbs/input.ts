/**
 * One input event from a handler's table.
 *
 * @module
 */

import { ApiMisuseError } from "../../errors.ts";
import { EVENT_BYTES } from "../../wire/constants.ts";
import { encodeEvent } from "../../wire/event/event.ts";
import type { InputEventInput } from "../../wire/event/types.ts";
import type { IoInput } from "../status_io_types.ts";
import { ioToEvent } from "../status_io.ts";
import { refuse } from "./check.ts";

const scratch = new Uint8Array(EVENT_BYTES);

/**
 * Makes the event of a table. The table may come from a program that knows no types, so the event is
 * encoded once to see whether it can be.
 *
 * @param io The table.
 * @throws {ApiMisuseError} `bad-argument`.
 */
export function inputEvent(io: IoInput): InputEventInput {
  if (typeof io !== "object" || io === null) refuse("the input is neither text nor a table");
  try {
    const event = ioToEvent(io);
    encodeEvent(event, scratch);
    return event;
  } catch (error) {
    if (error instanceof ApiMisuseError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new ApiMisuseError("bad-argument", `the input does not fit: ${text}`, { cause: error });
  }
}
