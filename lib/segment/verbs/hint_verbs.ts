/**
 * The verbs that tell a client how it is shown and how it is to behave.
 *
 * @module
 */

import { ApiMisuseError } from "../../errors.ts";
import type { EventInput, TargetEventInput } from "../../wire/event/types.ts";
import type { Segment } from "../segment.ts";
import type { Sent } from "../sent.ts";
import type { BinaryTransfer, TransferOptions } from "../transfer_types.ts";
import type { DisplayFlag, DisplayhintOptions } from "./display.ts";
import { anchorhintEvent, displayhintEvents } from "./display.ts";
import type { SeekOptions } from "./playback.ts";
import {
  coreoptEvent,
  framemodeEvent,
  portconfigEvent,
  seekEvent,
  stepframeEvent,
} from "./playback.ts";
import { fonthintEvent, geohintEvent, graphmodeEvent } from "./preferences.ts";
import type { VerbTarget } from "./verb.ts";
import { hint, one } from "./verb.ts";

/** What comes with a font hint. */
export interface FonthintOptions extends TransferOptions {
  /** A font file: TrueType, OpenType or what else the client reads. Not copied. */
  readonly font?: Uint8Array;
  /** Whether the font adds to the one before it and does not replace it. */
  readonly merge?: boolean;
  /** Sends also what real clients do not survive. */
  readonly force?: boolean;
}

const PAUSE: EventInput = { category: "target", kind: "pause" };
const UNPAUSE: EventInput = { category: "target", kind: "unpause" };

/** Real terminals crash when their cells become smaller after the preroll. */
function requireSafeCells({ segment }: VerbTarget, force: boolean | undefined): void {
  if (force || !segment.isText || segment.state !== "active") return;
  throw new ApiMisuseError(
    "unsafe-verb",
    `source ${segment.id} shows text and could crash when its cells change after the preroll; ` +
      "do it in the preroll, or with the option force",
  );
}

function transferVerb(lua: string, type: "state" | "blob", doc: string, content: string) {
  return {
    lua,
    doc,
    args: {
      content,
      options: "compression, name and call-backs of the transfer",
    },
    on: "primary",
    run: (
      target: VerbTarget,
      content: Uint8Array,
      options: TransferOptions = {},
    ): BinaryTransfer | false => target.transfer(type, content, options),
  } as const;
}

/** The tables of these verbs. */
export const HINT_VERBS = {
  targetDisplayhint: {
    lua: "target_displayhint",
    doc:
      "Asks for another size, or tells the state of the window. Given in `preroll` it replaces " +
      "the size that clients begin with. A terminal rounds the size down to whole cells; `resized` " +
      "says what it made of it. Another density after the preroll of a terminal is refused: real " +
      "ones crash",
    args: {
      width: "width in pixels, 0 to 8192; 0 to keep",
      height: "height in pixels, 0 to 8192; 0 to keep",
      flags: "every state that holds from now on, as names or bits: `continued` while the user " +
        "still drags, `invisible`, `unfocused`, `maximized`, `fullscreen`, `detached`",
      options: "density, cells and screen",
    },
    on: "primary",
    run: (
      target: VerbTarget,
      width: number,
      height: number,
      flags: number | readonly DisplayFlag[] = 0,
      options: DisplayhintOptions = {},
    ): Sent => {
      const events = displayhintEvents(width, height, flags, options);
      if (options.ppcm !== undefined) requireSafeCells(target, options.force);
      const sent = target.send(events);
      const { segment } = target;
      if (sent !== false && segment.state !== "active") {
        segment.hints.display = events.at(-1) as TargetEventInput<"displayhint">;
        if (options.output !== undefined) segment.hints.output = true;
      }
      return sent;
    },
  },

  targetFonthint: {
    lua: "target_fonthint",
    doc: "Sets size and hinting of the font, and sends the font itself behind the hint. A client " +
      "that has the same one in its cache cancels the transfer. In a preroll it leaves the cells of " +
      "a terminal as they are, 8 by 16 pixels unless `targetDisplayhint` gives others there. After " +
      "the preroll of a terminal it is refused: real ones crash",
    args: {
      sizeMm: "size in millimetres; 0 to keep",
      hinting: "-1 to keep, 0 off, 1 monochrome, 2 light, 3 medium, to 16; -1 unless given",
      options: "the font, and call-backs of its transfer",
    },
    on: "primary",
    run: (
      target: VerbTarget,
      sizeMm: number,
      hinting = -1,
      options: FonthintOptions = {},
    ): Sent => {
      const event = fonthintEvent(sizeMm, hinting);
      requireSafeCells(target, options.force);
      const { font, merge } = options;
      // The event goes first: the source remembers the size for the font that follows.
      const sent = font === undefined
        ? target.send([event])
        : target.transfer(merge ? "fontSupplement" : "font", font, options, event) !== false;
      if (sent !== false && target.segment.state !== "active") target.segment.hints.font = true;
      return sent;
    },
  },

  targetGeohint: hint({
    lua: "target_geohint",
    doc: "Tells where the user is and which languages they use; real clients read it in their " +
      "preroll alone",
    args: { place: "degrees, metres, codes of three letters" },
  }, one(geohintEvent)),

  targetGraphmode: hint({
    lua: "target_graphmode",
    doc:
      "Sets one colour of the palette, or puts the colours into effect; a terminal changes its " +
      "colours at the slot `commit`",
    args: {
      slot: "a name, or a number with the bit 256 for the background",
      red: "0 to 255; the opacity for the slot `alpha`. 0 unless given",
      green: "0 to 255; 0 unless given",
      blue: "0 to 255; 0 unless given",
      behind: "whether the colour behind the text is meant; only `text`, and `highlight` to `ui`",
    },
  }, one(graphmodeEvent)),

  targetAnchorhint: hint({
    lua: "target_anchorhint",
    doc: "Tells where a window is, for clients that arrange windows themselves",
    args: { anchor: "pixels, order, and the windows that are meant" },
  }, one(anchorhintEvent)),

  suspendTarget: {
    lua: "suspend_target",
    doc:
      "Pauses the client; inside `preroll` it withholds the permission to draw. A paused client " +
      "loses the input that is sent to it, so none is sent then",
    args: {},
    on: "primary",
    run: (target: VerbTarget): Sent => {
      if (target.isClosed) return false;
      target.segment.suspended = true;
      return target.segment.state !== "active" || target.send([PAUSE]);
    },
  },

  resumeTarget: {
    lua: "resume_target",
    doc: "Ends what `suspendTarget` began",
    args: {},
    on: "primary",
    run: (target: VerbTarget): Sent => {
      if (target.isClosed) return false;
      target.segment.suspended = false;
      if (target.segment.state === "active") return target.send([UNPAUSE]);
      target.activate();
      return true;
    },
  },

  resetTarget: hint(
    {
      lua: "reset_target",
      doc: "Asks the client to start over",
      args: { hard: "whether nothing is to be kept; a real terminal does not come back from that" },
    },
    one((hard?: boolean): EventInput => ({
      category: "target",
      kind: "reset",
      level: hard ? 1 : 0,
    })),
  ),

  stepframeTarget: hint({
    lua: "stepframe_target",
    doc: "Steps the frames of the client, or one of its clocks. A real source makes the steps of " +
      "the clocks that its client asks for by itself",
    args: {
      frames: "how many steps; 1 unless given",
      id: "0 for frames, else the number of the clock; 0 unless given",
    },
  }, one(stepframeEvent)),

  targetFramemode: hint({
    lua: "target_framemode",
    doc: "Sets which frames the client delivers",
    args: {
      mode:
        "`automatic` or 0; `all` or -1; 1 to 9 for every nth; from 10 for every (n - 9)th with " +
        "a faster clock",
      options: "delays",
    },
  }, one(framemodeEvent)),

  targetSeek: hint({
    lua: "target_seek",
    doc: "Moves to a position in time or in the content. Scroll a terminal up by " +
      "`targetSeek(-3, { time: false })`; it gets an `x` of -1 with that, as real ones need it",
    args: {
      value: "relative: milliseconds, or whole steps from top to bottom; absolute: 0 to 1",
      options: "relative and in time unless it says otherwise",
    },
  }, (segment: Segment, value: number, options: SeekOptions = {}) => {
    const { relative = true, time = true, x } = options;
    // The real terminal tells up from down by the sign of x.
    const isUp = value < 0 && relative && !time && x === undefined;
    const leftward = isUp && segment.kindName === "terminal" ? { x: -1 } : {};
    return [seekEvent(value, { ...options, ...leftward })];
  }),

  targetCoreopt: hint({
    lua: "target_coreopt",
    doc: "Sets an option that the client announced by `coreopt`",
    args: { slot: "the number of the option", value: "at most 77 bytes of UTF-8" },
  }, one(coreoptEvent)),

  targetPortconfig: hint({
    lua: "target_portconfig",
    doc: "Says what is plugged into an input port",
    args: { port: "the port", kind: "the kind of device, as the client numbers them" },
  }, one(portconfigEvent)),

  restoreTarget: transferVerb(
    "restore_target",
    "state",
    "Gives the client a state that it saved before",
    "at least 1 byte; not copied, so it must stay as it is until the transfer ends",
  ),

  openNonblock: transferVerb(
    "open_nonblock",
    "blob",
    "Gives the client a file, which it opens or takes in; it says by `bchunkstate` what it takes. " +
      "The size must be known: real clients are never given what has none",
    "at least 1 byte; not copied, so it must stay as it is until the transfer ends",
  ),
} as const;
