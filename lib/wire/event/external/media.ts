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
    doc: "a stream of a medium",
    fields: {
      lang: lua.filtered("langid", 3, LETTERS, "language, three letters"),
      streamid: lua.number("streamid", "number of the stream"),
      type: lua.choice(
        "datakind",
        ["audio", "video", "text", "overlay"],
        "content of the stream",
        "broken",
      ),
    },
  }),

  /** `identifier` also reports the end of a transfer to the sink. */
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
      ctime: lua.filtered("time", 8, TIME, "position as text, such as `01:02:03`"),
      endtime: lua.filtered("limit", 8, TIME, "end as text"),
      completion: lua.float("completion", "0 to 1; negative after a failure"),
      frameno: lua.number("frameno", "current frame"),
      streaming: lua.made(
        "number",
        "1 while data arrives, otherwise 0; a number, as in Lua",
        ({ streaming }: { readonly streaming: boolean }) => streaming ? 1 : 0,
      ),
    },
  }),
};
