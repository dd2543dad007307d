/**
 * EXTERNAL events that carry a text for people. It is valid UTF-8, but the peer may put any control
 * character into it.
 *
 * @module
 */

import * as lua from "../../record.ts";
import { bare, quoted } from "../../record_line.ts";
import { CURSOR } from "../../record_text.ts";
import { recorded, TEXT, textInParts } from "./kind.ts";

export const TEXT_KINDS = {
  message: textInParts(0, "message", "messages", "a text from the client"),

  ident: recorded(2, TEXT, {
    kind: "ident",
    doc: "the changing part of the title",
    line: [quoted("message")],
    fields: { message: lua.text("message", 77, "such as the name of the document") },
  }),

  failure: recorded(3, TEXT, {
    kind: "failure",
    doc: "a transfer failed",
    line: [quoted("message")],
    fields: { message: lua.text("message", 77, "the reason") },
  }),

  cursorhint: recorded(12, TEXT, {
    kind: "cursorhint",
    doc: "the wanted shape of the mouse cursor",
    line: [bare("cursor")],
    fields: {
      cursor: lua.filtered(
        "message",
        77,
        CURSOR,
        "a name such as `hidden-hot:3:4`; only `a` to `z`, `0` to `9`, `:` and `-`",
      ),
    },
  }),

  alert: textInParts(
    17,
    "alert",
    "alerts",
    "a call for attention: empty for focus, a URI to open, or a text",
  ),
};
