/**
 * What can be asked of a listener: keys that may log in, and those that were refused.
 *
 * @module
 */

import { MAX_COMMENT_CHARACTERS, MAX_CONTROL_WORD } from "../../limits.ts";
import {
  type Operations,
  optional,
  optionalText,
  text,
  textParam,
  texts,
  whole,
} from "../description.ts";

const KNOCK = textParam(
  "path",
  MAX_CONTROL_WORD,
  "the first digits of its fingerprint, at least four",
);

export const KEY_OPERATIONS = {
  knocks: {
    method: "GET",
    path: "/knocks",
    access: "manage",
    doc: "Lists the unknown keys that were refused, the latest first. A key is claimed, not proved",
    params: {},
    result: "rows",
    fields: {
      key: text("the fingerprint"),
      public_key: text("the key in base64"),
      address: text("where it came from last"),
      name: optional(text("the listening name that it was refused for last")),
      first: text("when it came first, in ISO 8601"),
      last: text("when it came last, in ISO 8601"),
      count: whole("how many times it came"),
    },
  },
  accept: {
    method: "POST",
    path: "/knocks/:key/accept",
    access: "manage",
    doc: "Lets a key in that has knocked, from its next login on",
    params: {
      key: KNOCK,
      name: optionalText(
        "body",
        MAX_CONTROL_WORD,
        "the listening name that it may log in under, or `*`; that of the listener unless given",
      ),
      comment: optionalText("body", MAX_COMMENT_CHARACTERS, "what people know the key by"),
    },
    result: "object",
    fields: {
      key: text("the fingerprint"),
      public_key: text("the key in base64"),
      names: texts("the listening names that it may log in under"),
      comment: optional(text("what people know the key by")),
    },
  },
  ignore: {
    method: "POST",
    path: "/knocks/:key/ignore",
    access: "manage",
    doc: "Lists a key that has knocked no more, also when it knocks again; it can still be let in",
    params: { key: KNOCK },
    result: "object",
    fields: { key: text("the fingerprint") },
  },
  keys: {
    method: "GET",
    path: "/keys",
    access: "manage",
    doc: "Lists the keys that may log in, and their conditions",
    params: {},
    result: "rows",
    fields: {
      key: text("the fingerprint"),
      public_key: text("the key in base64"),
      names: texts("the listening names that it may log in under"),
      comment: optional(text("what people know the key by")),
      expires: optional(text("when it ceases to log in, in ISO 8601")),
      from: optional(texts("the networks that it may log in from")),
      max_clients: optional(whole("how many clients it may have at once")),
      problem: optional(text("why it is refused: a condition that cannot be read")),
      last_login: optional(text("when it logged in last, in ISO 8601")),
      last_address: optional(text("where it logged in from last")),
    },
  },
} as const satisfies Operations;
