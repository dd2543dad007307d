/**
 * Parameters of several operations.
 *
 * @module
 */

import { MAX_CONTROL_WORD } from "../../limits.ts";
import { textParam } from "../description.ts";

export const CLIENT = textParam(
  "path",
  MAX_CONTROL_WORD,
  "the number of the client, or the first digits of the fingerprint of its key, at least four",
);

/** The largest number of a segment, file or picture. */
export const MAX_ID = Number.MAX_SAFE_INTEGER;
