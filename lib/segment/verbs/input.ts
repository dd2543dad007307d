/**
 * One input event from a handler's table.
 *
 * @module
 */

import { ApiMisuseError } from "../../errors.ts";
import type { InputEventInput } from "../../wire/event/types.ts";
import type { IoInput } from "../status_io_types.ts";
import { ioToEvent } from "../status_io.ts";
import { refuse } from "./check.ts";

/**
 * Makes the event of a table, which may come from a program that knows no types.
 *
 * @throws {ApiMisuseError} `bad-argument`.
 */
export function inputEvent(io: IoInput): InputEventInput {
  if (typeof io !== "object" || io === null) refuse("the input is neither text nor a table");
  try {
    return ioToEvent(io);
  } catch (error) {
    if (error instanceof ApiMisuseError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new ApiMisuseError("bad-argument", `the input does not fit: ${text}`, { cause: error });
  }
}
