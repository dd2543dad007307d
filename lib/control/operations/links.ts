/**
 * What can be asked of a listener: links to its page.
 *
 * @module
 */

import { MAX_CONTROL_WORD, MAX_WEB_LINK_SECONDS } from "../../limits.ts";
import {
  type Operations,
  optional,
  optionalText,
  optionalTruth,
  optionalWhole,
  text,
  whole,
  wholeParam,
} from "../description.ts";

const LINK = {
  id: whole("the number of the link"),
  rights: text("`look`, or `all` for all that can be done"),
  client: optional(whole("the one client that it is for")),
  expires: optional(text("when it ends, in ISO 8601")),
  since: text("when it was made, in ISO 8601"),
  logins: whole("how many times it was opened"),
  views: whole("how many views are open"),
} as const;

export const LINK_OPERATIONS = {
  link: {
    method: "POST",
    path: "/links",
    access: "manage",
    doc: "Makes a link to the page, for `listen --web`. It can be opened several times",
    params: {
      read_only: optionalTruth("whether it shows clients and can do nothing else"),
      client: optionalText(
        "body",
        MAX_CONTROL_WORD,
        "the one client that it is for; it ends with that",
      ),
      seconds: optionalWhole(
        "body",
        MAX_WEB_LINK_SECONDS,
        "how long it can be used; until it is withdrawn or the listener ends unless given",
      ),
    },
    result: "object",
    fields: { url: text("the link; it cannot be seen again"), ...LINK },
  },
  links: {
    method: "GET",
    path: "/links",
    access: "manage",
    doc: "Lists the links to the page",
    params: {},
    result: "rows",
    fields: LINK,
  },
  unlink: {
    method: "POST",
    path: "/links/:link/withdraw",
    access: "manage",
    doc: "Withdraws a link; what was opened by it ends at once",
    params: {
      link: wholeParam("path", Number.MAX_SAFE_INTEGER, "the number of the link"),
    },
    result: "object",
    fields: { id: whole("the number of the link") },
  },
} as const satisfies Operations;
