/**
 * A client's segment as a handler sees it: what Lua calls a `vid`.
 *
 * @module
 */

import type { SurfaceView } from "../decoders/surface_view.ts";
import type { Peer } from "./peer.ts";
import type { SourceHints } from "./source_hints.ts";
import type { SourceInput } from "./source_input.ts";
import type { SourceStreams } from "./source_streams.ts";
import type { IoTable, Status } from "./status.ts";

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
 * Verbs have the names of Lua in camelCase. These are not there, because nothing that a real source
 * understands could be sent for them:
 *
 * | Lua | why |
 * |---|---|
 * | `snapshot_target` | a source answers STORE by waiting for a file that no event can bring, for ever |
 * | `bond_target`, `open_nonblock` for reading | the same, with BCHUNK_OUT |
 * | `target_devicehint` | stopped by the sink of the reference; it would move the client elsewhere |
 * | `define_recordtarget`, `define_nulltarget`, `define_feedtarget` | picture and sound towards a source, which none takes |
 * | `target_outputhint`, `audio_gain` | no code sends anything for them; the screen is told by `targetDisplayhint` |
 * | `focus_target`, `pacify_target`, `target_synchronous` | steer a display server from inside |
 */
export interface Source extends SourceHints, SourceInput, SourceStreams {
  /** Tells it apart from a listener. */
  readonly role: "client";
  /** A number that no other source of this process has. */
  readonly id: number;
  /** Who the client is. */
  readonly peer: Peer;
  /** The kind of segment, such as `terminal`; `unknown` before `registered`. */
  readonly segkind: string;
  /** The title that the client gave last. */
  readonly title: string;
  /** Whether it has ended. */
  readonly isEnded: boolean;
  /** Who takes its records. */
  readonly handler: ClientHandler | undefined;

  /**
   * The last committed picture or text. It stays the same object; what it gives without a copy is
   * valid until the next frame.
   */
  readonly surface: SurfaceView;

  /**
   * The text on screen, one line a row, blanks at the ends of lines left out. Not a verb of Lua.
   *
   * @returns Empty unless the client shows text.
   */
  text(): string;

  /**
   * Grants the request for a subsegment that the handler is being asked about (`accept_target`).
   *
   * @param handler Takes the records of the new segment; this one's handler when absent.
   * @returns The new segment, or `undefined` when the client has no channel left.
   * @throws {ApiMisuseError} `wrong-state` outside a `segment_request`.
   */
  acceptTarget(handler?: ClientHandler): Source | undefined;

  /**
   * The same with a size (`accept_target`). A subsegment's client chooses its size by itself.
   *
   * @param width Width in pixels, 1 to 8192.
   * @param height Height in pixels, 1 to 8192.
   * @param handler Takes the records of the new segment; this one's handler when absent.
   * @returns The new segment, or `undefined` when the client has no channel left.
   * @throws {ApiMisuseError} `wrong-state` outside a `segment_request`, `bad-argument`.
   */
  acceptTarget(width: number, height: number, handler?: ClientHandler): Source | undefined;

  /**
   * Opens a subsegment that the client did not ask for (`target_alloc`). A client that has nothing to
   * show there never registers it.
   *
   * @param kind What it is to show.
   * @param handler Takes the records of the new segment; this one's handler when absent.
   * @returns The new segment, or `undefined` when the client has no channel left or has ended.
   * @throws {ApiMisuseError} `bad-argument`; `unsafe-verb` on a subsegment.
   */
  targetAlloc(kind: PushedKind, handler?: ClientHandler): Source | undefined;

  /** The segment that this one belongs to (`target_parent`); `undefined` for the primary. */
  targetParent(): Source | undefined;

  /**
   * Changes who takes the records (`target_updatehandler`).
   *
   * @param handler The new handler; nobody when absent.
   */
  targetUpdatehandler(handler: ClientHandler | undefined): void;

  /**
   * Lets an observer, such as a recorder, see each record before the handler does, frames included. It
   * stays when the handler is replaced, and sees the subsegments that are opened later. What it returns
   * is waited for; its failures are logged and hurt nobody. Not a verb of Lua.
   *
   * @param observer Sees the records.
   */
  addObserver(observer: ClientHandler): void;

  /**
   * Reports every frame as `frame` or `dropped_frame` from now on (`target_verbose`).
   *
   * @param on Whether to; it is unless `false`.
   */
  targetVerbose(on?: boolean): void;

  /**
   * Sets a flag (`target_flags`). The other flags of Lua steer how a display server draws.
   *
   * @param flag The flag.
   * @param on Whether it is set; it is unless `false`.
   * @throws {ApiMisuseError} `bad-argument` for another flag.
   */
  targetFlags(flag: "verbose", on?: boolean): void;

  /**
   * Ends the segment; the primary takes the whole client with it (`delete_image`). `terminated`
   * follows. Nothing is sent after this, transfers and text that still wait included.
   *
   * @param lastWords Why, cut at 108 bytes. The reference does not show them.
   */
  deleteImage(lastWords?: string): void;
}
