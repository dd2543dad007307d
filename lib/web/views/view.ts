/**
 * One view of one client: what one viewer is sent, and what it sends.
 *
 * @module
 */

import { A12Error, messageOf } from "../../errors.ts";
import type { AudioChunk } from "../../decoders/audio.ts";
import { VIEWER_NOTE_GAP_MS } from "../../limits.ts";
import type { ClientSource } from "../../segment/client_source.ts";
import type { ClientFeed, ClientViewer } from "./client_feed.ts";
import { cssCursor } from "./cursor.ts";
import { ViewInput } from "./input.ts";
import { Pictures } from "./pictures.ts";
import type { Down, Up } from "./protocol.ts";
import type { SegmentFeed } from "./segment_feed.ts";
import { ViewState } from "./state.ts";
import type { Turns } from "./turns.ts";
import type { OpenView, ViewOptions, ViewOutput } from "./types.ts";
import { needsDriving, readUp } from "./up.ts";

/** What a view needs of its thread. */
export interface ViewHost {
  readonly turns: Turns;
  /** Gives what is said of the client; `undefined` once it has left. */
  readonly describe: () => unknown;
  /** The view has ended. */
  left(view: View): void;
}

export class View implements OpenView, ClientViewer {
  readonly #feed: ClientFeed;
  readonly #options: ViewOptions;
  readonly #output: ViewOutput;
  readonly #host: ViewHost;
  readonly #pictures: Pictures;
  readonly #state = new ViewState((message) => this.#send(message));
  readonly #input: ViewInput;
  #hasGreeted = false;
  #isClosed = false;
  #lastNote = "";
  #notedMs = -Infinity;

  constructor(feed: ClientFeed, options: ViewOptions, output: ViewOutput, host: ViewHost) {
    this.#feed = feed;
    this.#options = options;
    this.#output = output;
    this.#host = host;
    this.#pictures = new Pictures({
      mode: options.mode,
      turns: host.turns,
      send: (message) => output.send(message),
      refuseH264: (reason) => feed.refuseH264(reason),
      failed: (error) => this.#fail("view-failed", messageOf(error)),
    });
    this.#input = new ViewInput(feed.source, (text) => this.#note(text));
    feed.viewers.add(this);
    this.described();
    for (const segment of feed.segments) this.opened(segment);
  }

  receive(message: string | Uint8Array): void {
    if (this.#isClosed) return;
    try {
      this.#take(readUp(message));
    } catch (error) {
      if (error instanceof A12Error) this.#fault("bad-message", error.message);
      else this.#fail("view-failed", messageOf(error));
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#feed.viewers.delete(this);
    this.#pictures.close();
    this.#state.close();
    this.#input.close();
    this.#host.left(this);
  }

  opened(segment: SegmentFeed): void {
    if (!this.#shows(segment.source)) return;
    this.#pictures.add(segment);
    this.placed(segment.source);
    if (segment.source.segment.cursor !== "") this.pointed(segment.source);
  }

  closed(segment: SegmentFeed): void {
    this.#pictures.remove(segment);
  }

  described(): void {
    this.#state.put("client", () => {
      const client = this.#host.describe();
      return client === undefined ? undefined : { type: "client", client };
    });
  }

  placed({ id, segment }: ClientSource): void {
    const { parent } = segment;
    if (parent === undefined || !this.#isFull) return;
    this.#state.put(`place ${id}`, () => {
      const { x, y, order: z, isHidden: hidden, wantsFocus: focus } = segment.place;
      return { type: "placed", segment: id, parent: parent.id, x, y, z, hidden, focus };
    });
  }

  pointed({ id, segment }: ClientSource): void {
    if (!this.#isFull) return;
    this.#state.put(`cursor ${id}`, () => {
      return { type: "cursor", segment: id, css: cssCursor(segment.cursor), name: segment.cursor };
    });
  }

  heard(source: ClientSource, chunk: AudioChunk): void {
    if (this.#isFull && this.#hasGreeted) this.#pictures.sound(source, chunk);
  }

  copied(text: string): void {
    if (this.#isFull) this.#state.put("clipboard", () => ({ type: "clipboard", text }));
  }

  ended(lastWords: string): void {
    this.#last({ type: "ended", last_words: lastWords });
  }

  get #isFull(): boolean {
    return this.#options.mode === "full";
  }

  #shows(source: ClientSource): boolean {
    return this.#isFull || source === this.#feed.source;
  }

  #take(message: Up): void {
    if (!this.#hasGreeted && message.type !== "hello") {
      return this.#fault("bad-message", `the first message is ${message.type}, must be hello`);
    }
    if (needsDriving(message) && this.#options.rights !== "drive") {
      return this.#fault("not-allowed", `this view may look alone, not send ${message.type}`);
    }
    switch (message.type) {
      case "hello":
        this.#hasGreeted = true;
        this.#pictures.decodesH264 = message.h264;
        return this.#pictures.pause(false);
      case "ack":
        return this.#pictures.acknowledged(message);
      case "pause":
        return this.#pictures.pause(message.on);
      case "typed":
        return this.#input.typed(message.data);
      case "call": {
        const source = this.#feed.sourceOf(message.segment);
        if (source === undefined) return this.#note(`segment ${message.segment} has ended`);
        return this.#input.call(source, message.verb, message.args);
      }
      case "size":
        return this.#input.size(message.width, message.height);
    }
  }

  #send(message: Down): void {
    this.#output.send(JSON.stringify(message));
  }

  #note(text: string): void {
    const nowMs = performance.now();
    if (text === this.#lastNote && nowMs - this.#notedMs < VIEWER_NOTE_GAP_MS) return;
    this.#lastNote = text;
    this.#notedMs = nowMs;
    if (!this.#isClosed) this.#send({ type: "note", text });
  }

  /** The viewer has done something wrong. */
  #fault(code: string, error: string): void {
    this.#last({ type: "error", code, error }, error);
  }

  #fail(code: string, error: string): void {
    this.#last({ type: "error", code, error });
  }

  #last(message: Down, fault?: string): void {
    if (this.#isClosed) return;
    this.#send(message);
    this.close();
    this.#output.ended(fault);
  }
}
