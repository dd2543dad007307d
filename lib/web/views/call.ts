/**
 * The verbs that people may call on a client from outside: input and hints, and the end of a segment.
 *
 * @module
 */

import { ApiMisuseError } from "../../errors.ts";
import { perform } from "../../handlers/pipe/call.ts";
import type { Source } from "../../segment/source.ts";
import { HINT_VERBS } from "../../segment/verbs/hint_verbs.ts";
import { INPUT_VERBS } from "../../segment/verbs/input_verbs.ts";

/** Without those that change what the handler of the client gets. */
export const CALLABLE_VERBS: readonly string[] = [
  ...Object.keys(INPUT_VERBS),
  ...Object.keys(HINT_VERBS),
  "text",
  "deleteImage",
];

/**
 * Calls a verb.
 *
 * @param args In JSON; `{"utf8": …}` and `{"base64": …}` stand for bytes.
 * @throws {ApiMisuseError} `bad-argument` for another verb; errors of the verb are passed on.
 */
export function performCall(source: Source, verb: string, args: readonly unknown[]): unknown {
  if (CALLABLE_VERBS.includes(verb)) return perform(source, { verb, args });
  throw new ApiMisuseError(
    "bad-argument",
    `the verb ${JSON.stringify(verb.slice(0, 60))} cannot be called from outside; ` +
      `these can: ${CALLABLE_VERBS.join(", ")}`,
  );
}
