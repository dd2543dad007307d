/**
 * Text for a client, split into events. Source: arcan `arcan_lua.c`, `targetmessage`.
 *
 * @module
 */

import { encodeUtf8, splitUtf8 } from "../../bytes/text.ts";
import { ApiMisuseError } from "../../errors.ts";
import type { EventInput } from "../../wire/event/types.ts";

/** The field has 78 bytes, the last is NUL. */
const PART_BYTES = 77;
/** What the reference joins at most; more would be thrown away there. */
const MAX_MESSAGE_BYTES = 1_024;

/**
 * Splits a message into events of at most 77 bytes, each ending on a code point.
 *
 * @param text 1 to 1024 bytes of UTF-8, without NUL.
 * @throws {ApiMisuseError} `bad-argument`.
 */
export function messageEvents(text: string): EventInput[] {
  const bytes = encodeUtf8(text);
  if (bytes.length > MAX_MESSAGE_BYTES) {
    throw new ApiMisuseError(
      "bad-argument",
      `the message has ${bytes.length} bytes, the limit is ${MAX_MESSAGE_BYTES}`,
    );
  }
  if (bytes.includes(0)) throw new ApiMisuseError("bad-argument", "the message contains NUL");
  const parts = splitUtf8(bytes, PART_BYTES);
  return parts.map((message, index) => ({
    category: "target",
    kind: "message",
    message,
    multipart: index < parts.length - 1 ? 1 : 0,
  }));
}
