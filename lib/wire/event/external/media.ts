/**
 * EXTERNAL events about media and transfers.
 *
 * @module
 */

import { bool8, f32, text, u32, u8 } from "../../fields.ts";
import * as lua from "../../record.ts";
import { LETTERS, TIME } from "../../record_text.ts";
import { recorded } from "./kind.ts";

export const MEDIA_KINDS = {
  streaminfo: recorded(6, { streamid: u8(16), datakind: u8(17), langid: text(18, 4) }, {
    kind: "streaminfo",
    doc: "one stream of a medium",
    fields: {
      lang: lua.filtered("langid", 3, LETTERS, "the language, as three letters"),
      streamid: lua.number("streamid", "the stream's number"),
      type: lua.choice(
        "datakind",
        ["audio", "video", "text", "overlay"],
        "what it carries",
        "broken",
      ),
    },
  }),

  /** `identifier` also tells the sink that a transfer has ended. */
  streamstatus: recorded(7, {
    time: text(16, 9),
    limit: text(25, 9),
    completion: f32(36),
    streaming: bool8(40),
    frameno: u32(44),
    identifier: u32(48),
  }, {
    kind: "streamstatus",
    doc: "progress of playback or of a transfer",
    fields: {
      ctime: lua.filtered("time", 8, TIME, "the position as text, such as `01:02:03`"),
      endtime: lua.filtered("limit", 8, TIME, "the end as text"),
      completion: lua.float("completion", "0 to 1, below 0 for a failure"),
      frameno: lua.number("frameno", "the frame of the medium"),
      streaming: lua.made(
        "number",
        "1 while data streams in, else 0 (a number, as in Lua)",
        ({ streaming }: { readonly streaming: boolean }) => streaming ? 1 : 0,
      ),
    },
  }),
};
