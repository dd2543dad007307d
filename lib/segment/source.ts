/**
 * A client's segment as a handler sees it: what Lua calls a `vid`.
 *
 * @module
 */

import type { AudioChunk } from "../decoders/audio.ts";
import type { AccessUnit } from "../decoders/h264/access_units.ts";
import type { SurfaceView } from "../decoders/surface_view.ts";
import { segmentKindNumber } from "../wire/constants.ts";
import type { Peer } from "./peer.ts";
import type { IoTable, Status } from "./status.ts";
import type { BinaryOffer } from "./transfer_types.ts";
import { readAccept } from "./verbs/accept.ts";
import { refuse } from "./verbs/check.ts";
import { HINT_VERBS } from "./verbs/hint_verbs.ts";
import { INPUT_VERBS } from "./verbs/input_verbs.ts";
import type { VerbMethods, VerbTarget } from "./verbs/verb.ts";

/**
 * Takes what happens to a client's segment, one record after the other: the next one waits until the
 * promise, if any, has settled. `input` is there for the kind `input` alone.
 */
export type ClientHandler = (
  source: Source,
  status: Status,
  input?: IoTable,
) => void | Promise<void>;

/** The kinds of segments that a client can be given unasked. */
export type PushedKind = "debug" | "accessibility";

/**
 * One segment of a client: what Lua calls a `vid`. Verbs return `false` once it has ended or
 * {@linkcode Source.deleteImage} was called; wrong arguments throw, before anything is sent.
 *
 * A client takes events slowly, and what does not fit its queue is lost there. So those that send wait
 * for their turn and return `Sent`: `await` them, or a caller that outruns the client for
 * long gets `queue-full`. What has waited is in order, and is not sent any more once the client ends.
 *
 * Verbs have the names of Lua in camelCase. These are not there, because nothing that a real source
 * understands could be sent for them:
 *
 * | Lua | why |
 * |---|---|
 * | `snapshot_target` | a source answers STORE by waiting without end for a file that no event can bring |
 * | `bond_target`, `open_nonblock` for reading | the same, with BCHUNK_OUT |
 * | `target_devicehint` | stopped by the sink of the reference; it would move the client elsewhere |
 * | `define_recordtarget`, `define_nulltarget`, `define_feedtarget` | picture and sound towards a source, which none takes |
 * | `target_outputhint`, `audio_gain` | no code sends anything for them; `targetDisplayhint` describes the screen |
 * | `focus_target`, `pacify_target`, `target_synchronous` | steer a display server from inside |
 */
export interface Source
  extends
    VerbMethods<typeof LIFE_VERBS>,
    VerbMethods<typeof INPUT_VERBS>,
    VerbMethods<typeof HINT_VERBS> {
  /** Tells it apart from a listener. */
  readonly role: "client";
  /** A number that no other source of this process has. */
  readonly id: number;
  /** The client's key and address. */
  readonly peer: Peer;
  /** The kind of segment, such as `terminal`; `unknown` before `registered`. */
  readonly segkind: string;
  /** The title that the client gave last. */
  readonly title: string;
  /** Whether it has ended. */
  readonly isEnded: boolean;
  /** Takes the records. */
  readonly handler: ClientHandler | undefined;

  /**
   * The last committed picture or text. It stays the same object; what it gives without a copy is
   * valid until the next frame.
   */
  readonly surface: SurfaceView;

  /**
   * Takes audio. Audio is discarded while it is not set.
   *
   * The client waits until its promise, if any, has settled. No known source sends sound.
   */
  onAudio: ((chunk: AudioChunk) => void | Promise<void>) | undefined;

  /**
   * Takes H.264 as it is, where the option `h264` is `pass`. It is discarded while this is not set.
   * The client waits until its promise, if any, has settled.
   */
  onH264: ((unit: AccessUnit) => void | Promise<void>) | undefined;

  /**
   * Takes or refuses transfers. All are refused while it is not set.
   *
   * A handler that has accepted a transfer may take its time to read it: the client continues, and
   * waits only while much is unread. Sources of the reference make no transfers.
   */
  onBinary: ((offer: BinaryOffer) => void | Promise<void>) | undefined;
}

/** The source of a segment, as the verbs about its life see it. */
export interface LifeTarget extends VerbTarget {
  /** The source of the segment that it belongs to. */
  readonly parent: Source | undefined;
  /** Takes the records. */
  handler: ClientHandler | undefined;
  /** See the records before the handler does. */
  readonly observers: ClientHandler[];
  /** Whether the handler gets frames; observers always do. */
  wantsFrames: boolean;
  /** Grants the request that the handler is asked about. @param handler Takes its records. */
  accept(handler: ClientHandler | undefined): Source | undefined;
  /** Opens a subsegment. @param kind Its number. @param handler Takes its records. */
  open(kind: number, handler: ClientHandler | undefined): Source | undefined;
}

const PUSHED_KINDS: readonly string[] = ["debug", "accessibility"] satisfies PushedKind[];

/** The verbs about a segment's life, its records and its subsegments. */
export const LIFE_VERBS = {
  acceptTarget: {
    lua: "accept_target",
    doc: "Grants the request for a subsegment that the handler is being asked about; the client " +
      "chooses its size by itself. Gives the new segment, or `undefined` when the client has no " +
      "channel left",
    args: {
      width: "width in pixels, 1 to 8192; may be left out, together with the height",
      height: "height in pixels, 1 to 8192",
      handler: "takes the records of the new segment; this one's handler when absent",
    },
    on: "any",
    isLocal: true,
    run: (
      target: LifeTarget,
      ...args:
        | [handler?: ClientHandler]
        | [width: number, height: number, handler?: ClientHandler]
    ): Source | undefined => {
      const [first, height, third] = args as [
        ClientHandler | number | undefined,
        number?,
        ClientHandler?,
      ];
      return target.accept(readAccept(first, height, third).handler);
    },
  },

  targetAlloc: {
    lua: "target_alloc",
    doc: "Opens a subsegment that the client did not ask for. A client that has nothing to show " +
      "there never registers it. Gives the new segment, or `undefined` when the client has no " +
      "channel left or has ended",
    args: {
      kind: "`debug` or `accessibility`",
      handler: "takes the records of the new segment; this one's handler when absent",
    },
    on: "primary",
    run: (
      target: LifeTarget,
      kind: PushedKind,
      handler?: ClientHandler,
    ): Source | undefined => {
      if (!PUSHED_KINDS.includes(kind)) refuse(`no segment of kind ${kind} can be pushed`);
      return target.isClosed ? undefined : target.open(segmentKindNumber(kind)!, handler);
    },
  },

  targetParent: {
    lua: "target_parent",
    doc: "Gives the segment that this one belongs to; `undefined` for the primary",
    args: {},
    on: "any",
    run: (target: LifeTarget): Source | undefined => target.parent,
  },

  targetUpdatehandler: {
    lua: "target_updatehandler",
    doc: "Changes the handler of the records",
    args: { handler: "the new handler; records are dropped when it is absent" },
    on: "any",
    isLocal: true,
    run: (target: LifeTarget, handler: ClientHandler | undefined): void => {
      target.handler = handler;
    },
  },

  addObserver: {
    doc: "Lets an observer, such as a recorder, see each record before the handler does, frames " +
      "included. It stays when the handler is replaced, and sees the subsegments that are opened " +
      "later. The handler waits for its promise; its failures are logged",
    args: { observer: "sees the records" },
    on: "any",
    isLocal: true,
    run: (target: LifeTarget, observer: ClientHandler): void => {
      target.observers.push(observer);
      target.segment.verbose = true;
    },
  },

  targetVerbose: {
    lua: "target_verbose",
    doc: "Reports every frame as `frame` or `dropped_frame` from now on",
    args: { on: "whether to; `true` unless given" },
    on: "any",
    run: (target: LifeTarget, on = true): void => reportFrames(target, on),
  },

  targetFlags: {
    lua: "target_flags",
    doc: "Sets a flag; the other flags of Lua steer how a display server draws",
    args: { flag: "`verbose`", on: "whether it is set; `true` unless given" },
    on: "any",
    run: (target: LifeTarget, flag: "verbose", on = true): void => {
      if (flag !== "verbose") refuse(`the flag ${flag} steers a display server, there is none`);
      reportFrames(target, on);
    },
  },

  text: {
    doc: "Gives the text on screen, one line a row, blanks at the ends of lines left out; empty " +
      "unless the client shows text",
    args: {},
    on: "any",
    run: (target: LifeTarget): string => target.segment.video.surface.gridText({ trimEnd: true }),
  },

  deleteImage: {
    lua: "delete_image",
    doc: "Ends the segment; the primary takes the whole client with it. `terminated` follows. " +
      "Nothing is sent after this, transfers and text that still wait included",
    args: { lastWords: "why, cut at 108 bytes; the reference does not show them" },
    on: "any",
    run: (target: LifeTarget, lastWords = ""): void => {
      if (lastWords.includes("\0")) refuse("the last words contain NUL");
      target.close(lastWords);
    },
  },
} as const;

function reportFrames(target: LifeTarget, on: boolean): void {
  target.wantsFrames = on;
  target.segment.verbose = on || target.observers.length > 0;
}

/** Every verb of a client, by its name. */
export const VERBS = { ...LIFE_VERBS, ...INPUT_VERBS, ...HINT_VERBS } as const;
