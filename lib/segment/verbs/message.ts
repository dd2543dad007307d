/**
 * Text for a client, split into events. Source: arcan `arcan_lua.c`, `targetmessage`.
 *
 * @module
 */

import { splitUtf8 } from "../../bytes/text.ts";
import { MAX_SENT_MESSAGE_BYTES } from "../../limits.ts";
import type { TargetEventInput } from "../../wire/event/types.ts";
import { textBytes } from "./check.ts";

/** The field has 78 bytes, the last is NUL. */
const PART_BYTES = 77;

/**
 * Splits a message into events of at most 77 bytes.
 *
 * DEVIATION: upstream cuts inside code points and checks no text
 * (test "message: parts end on code points").
 */
export function messageEvents(text: string): TargetEventInput<"message">[] {
  const parts = splitUtf8(textBytes("the message", text, MAX_SENT_MESSAGE_BYTES), PART_BYTES);
  return parts.map((message, index) => ({
    category: "target",
    kind: "message",
    message,
    multipart: index < parts.length - 1 ? 1 : 0,
  }));
}
