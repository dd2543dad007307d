/**
 * A client's segment as a handler sees it: what Lua calls a `vid`.
 *
 * @module
 */

import type { Surface } from "../decoders/surface.ts";
import { ApiMisuseError } from "../errors.ts";
import { MAX_SURFACE_SIDE_PX } from "../limits.ts";
import type { EventInput } from "../wire/event/types.ts";
import type { SinkEndpoint } from "./endpoint.ts";
import type { Peer } from "./peer.ts";
import type { Segment } from "./segment.ts";
import type { IoInput } from "./status_io_types.ts";
import type { IoTable, Status } from "./status.ts";
import { ioToEvent } from "./status_io.ts";
import { messageEvents } from "./verbs/message.ts";

/**
 * Takes what happens to a client's segment, one record after the other: the next one waits until the
 * promise, if any, has settled. `input` is there for the kind `input` alone.
 */
export type ClientHandler = (
  source: Source,
  status: Status,
  input?: IoTable,
) => void | Promise<void>;

/** The first size of a segment, in pixels. */
export interface SegmentSize {
  readonly width: number;
  readonly height: number;
}

/** One segment of a client. Verbs return `false` once it has ended; wrong arguments throw. */
export class Source {
  readonly #endpoint: SinkEndpoint;
  #handler: ClientHandler | undefined;

  /** Tells it apart from a listener. */
  readonly role = "client" as const;
  /** The state behind this source, for the library alone. */
  readonly segment: Segment;

  /**
   * @param endpoint The connection.
   * @param segment The segment.
   */
  constructor(endpoint: SinkEndpoint, segment: Segment) {
    this.#endpoint = endpoint;
    this.segment = segment;
  }

  /** A number that no other source of this process has. */
  get id(): number {
    return this.segment.id;
  }

  /** Who the client is. */
  get peer(): Peer {
    return this.#endpoint.peer;
  }

  /** The kind of segment, such as `terminal`; `unknown` before `registered`. */
  get segkind(): string {
    return this.segment.kindName;
  }

  /** The title that the client gave last. */
  get title(): string {
    return this.segment.title;
  }

  /** Whether it has ended. */
  get isEnded(): boolean {
    return this.segment.state === "ended";
  }

  /** The last committed picture or text. */
  get surface(): Surface {
    return this.segment.video.surface;
  }

  /** Who takes its records. */
  get handler(): ClientHandler | undefined {
    return this.#handler;
  }

  /**
   * The text on screen, one line a row.
   *
   * @returns Empty unless the client shows text.
   */
  text(): string {
    return this.surface.gridText({ trimEnd: true });
  }

  /**
   * Grants the request that the handler is being asked about (`accept_target`).
   *
   * @param handler Takes the records of the new segment; this one's handler when absent.
   * @returns The new segment, or `undefined` when the client has no channel left.
   * @throws {ApiMisuseError} `wrong-state` outside a `segment_request`.
   */
  acceptTarget(handler?: ClientHandler): Source | undefined {
    const request = this.#endpoint.request;
    if (request === undefined || request.segment !== this.segment || request.answered) {
      throw new ApiMisuseError("wrong-state", "acceptTarget outside a segment_request");
    }
    const opened = this.#endpoint.accept(request);
    opened?.targetUpdatehandler(handler ?? this.#handler);
    return opened;
  }

  /**
   * Changes who takes the records (`target_updatehandler`).
   *
   * @param handler The new handler; nobody when absent.
   */
  targetUpdatehandler(handler: ClientHandler | undefined): void {
    this.#handler = handler;
  }

  /**
   * Sends a message or one input event (`target_input`).
   *
   * @param input Text of at most 1024 bytes of UTF-8, or an input table.
   * @returns Whether it was sent; also `false` for input that the client has masked.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  targetInput(input: string | IoInput): boolean {
    if (typeof input === "string") return this.#send(...messageEvents(input));
    return this.#send(ioToEvent(input));
  }

  /**
   * Asks for another size (`target_displayhint`).
   *
   * @param width Width in pixels, 0 to keep.
   * @param height Height in pixels, 0 to keep.
   * @param flags All of `DISPLAY_HINT` that hold from now on.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  targetDisplayhint(width: number, height: number, flags = 0): boolean {
    for (const side of [width, height]) {
      if (!Number.isInteger(side) || side < 0 || side > MAX_SURFACE_SIDE_PX) {
        throw new ApiMisuseError(
          "bad-argument",
          `${side} is not a size in pixels from 0 to ${MAX_SURFACE_SIDE_PX}`,
        );
      }
    }
    if (this.segment.state !== "active") this.segment.hints.display = true;
    return this.#send({ category: "target", kind: "displayhint", width, height, flags });
  }

  /** Pauses the client; inside `preroll` it withholds the permission to draw (`suspend_target`). */
  suspendTarget(): boolean {
    this.segment.suspended = true;
    if (this.segment.state !== "active") return true;
    return this.#send({ category: "target", kind: "pause" });
  }

  /** Ends what {@linkcode suspendTarget} began (`resume_target`). */
  resumeTarget(): boolean {
    this.segment.suspended = false;
    if (this.segment.state !== "active") {
      this.#endpoint.activate(this.segment);
      return !this.isEnded;
    }
    return this.#send({ category: "target", kind: "unpause" });
  }

  /** Reports every frame from now on (`target_verbose`). @param on Whether to. */
  targetVerbose(on = true): void {
    this.segment.verbose = on;
  }

  /**
   * Ends the segment; the primary takes the whole client with it (`delete_image`). `terminated`
   * follows.
   */
  deleteImage(): void {
    this.#endpoint.close(this.segment);
  }

  #send(...events: EventInput[]): boolean {
    // A real source gives every event to its primary segment, whatever the channel.
    if (this.segment.channel !== 0) {
      throw new ApiMisuseError(
        "unsafe-verb",
        `source ${this.id} is a subsegment; its events would reach the primary segment`,
      );
    }
    return events.every((event) => this.#endpoint.sendEvent(this.segment, event));
  }
}
