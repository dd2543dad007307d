/**
 * Shows a content over a connection until somebody has had enough.
 *
 * @module
 */

import type { SourceConnection } from "../net/source_connection.ts";
import { Signal } from "../net/signal.ts";
import type { Content } from "../source/content.ts";
import { Display } from "../source/display.ts";
import type { SourceEvent } from "../source/endpoint.ts";
import { PictureContent } from "../source/picture_content.ts";
import { segmentKindNumber } from "../wire/constants.ts";

/** The id of the one request for a subsegment. */
const REQUEST_ID = 1;
const SUBSEGMENT_SIZE = { width: 160, height: 120 } as const;

/** How to show it. */
export interface ShowOptions {
  /** The most frames a second. */
  readonly fps: number;
  /** Leave after so many frames. */
  readonly frames?: number;
  /** Leave after so many seconds. */
  readonly seconds?: number;
  /** The kind of a subsegment to ask for. */
  readonly request?: string;
  /** Takes what the sink tells; nothing more is read from it until what that returns has settled. */
  readonly told: (event: SourceEvent) => Promise<void> | void;
}

/** How it ended. */
export type ShowEnd =
  /** We left: asked to, or after the frames or seconds that were wanted. */
  | "left"
  /** The other side did not want us. */
  | "refused"
  /** The other side closed the connection. */
  | "closed";

/** One content on one connection. */
export class Show {
  readonly #client: SourceConnection;
  readonly #content: Content;
  readonly #options: ShowOptions;
  readonly #display = new Display();
  readonly #changed = new Signal();
  #isLeaving = false;
  #isRefused = false;
  #frames = 0;

  /**
   * Shows nothing yet.
   *
   * @param client A connection that is logged in.
   * @param content What to show.
   * @param options How to show it.
   */
  constructor(client: SourceConnection, content: Content, options: ShowOptions) {
    this.#client = client;
    this.#content = content;
    this.#options = options;
  }

  /** How many frames were sent. */
  get frames(): number {
    return this.#frames;
  }

  /** Runs to the end and closes the connection. @returns How it ended. */
  async run(): Promise<ShowEnd> {
    const { seconds } = this.#options;
    const timer = seconds === undefined
      ? undefined
      : setTimeout(() => this.leave(), seconds * 1_000);
    try {
      const hearing = this.#hear();
      await this.#draw();
      await this.#client.close();
      await hearing;
    } finally {
      clearTimeout(timer);
    }
    if (this.#isRefused || (!this.#isLeaving && !this.#display.isActive)) return "refused";
    return this.#isLeaving ? "left" : "closed";
  }

  /** Ends it in order. */
  leave(): void {
    this.#isLeaving = true;
    this.#changed.notify();
    // Whoever waits for an acknowledgement need not wait any more.
    void this.#client.close();
  }

  async #hear(): Promise<void> {
    for await (const event of this.#client) {
      const room = this.#options.told(event);
      this.#take(event);
      this.#changed.notify();
      if (room instanceof Promise) await this.#untilRoom(room);
    }
    this.#changed.notify();
  }

  /** Reads no more from a sink while what it told is not read, unless it is to end. */
  async #untilRoom(room: Promise<void>): Promise<void> {
    let hasRoom = false;
    void room.then(() => {
      hasRoom = true;
      this.#changed.notify();
    });
    await this.#changed.until(() => hasRoom || this.#isOver);
  }

  #take(told: SourceEvent): void {
    if (told.type === "control") {
      if (told.control.command === "newch" && told.control.cookie === REQUEST_ID) {
        this.#openSubsegment(told.control.newChannel, told.control.segkind);
      }
      if (told.control.command === "shutdown" && told.control.channel === 0) this.leave();
      return;
    }
    const { event, channel } = told;
    if (channel !== 0) return;
    const wasActive = this.#display.isActive;
    if (this.#display.take(event)) this.#content.resize(this.#display);
    if (!wasActive && this.#display.isActive) this.#requestSubsegment();
    this.#content.take(event);
    if (event.category !== "target") return;
    if (event.kind === "exit") this.leave();
    // A listener whose handler does not take a client refuses it as it would a request.
    if (event.kind === "reqfail" && event.id === 0) this.#isRefused = true;
  }

  #requestSubsegment(): void {
    const { request } = this.#options;
    if (request === undefined) return;
    const segkind = segmentKindNumber(request)!;
    this.#client.sendEvent({
      category: "external",
      kind: "segreq",
      id: REQUEST_ID,
      segkind,
      ...SUBSEGMENT_SIZE,
    });
  }

  #openSubsegment(channel: number, segkind: number): void {
    const { width, height } = SUBSEGMENT_SIZE;
    this.#client.register({ segkind, title: "net-listen subsegment" }, channel);
    const frame = new PictureContent("zstd", width, height).next();
    // The sink may close the channel before its turn comes.
    this.#client.draw(frame, channel).catch(() => {});
  }

  get #isOver(): boolean {
    return this.#isLeaving || this.#client.isOver;
  }

  async #draw(): Promise<void> {
    const { fps, frames = Infinity } = this.#options;
    let due = performance.now();
    while (this.#frames < frames) {
      await this.#changed.until(() =>
        this.#isOver || (this.#display.isDrawable && this.#content.isDirty)
      );
      if (this.#isOver || !(await this.#client.drawable())) return;
      const frame = this.#content.next();
      if (frame !== undefined) {
        if (!(await this.#client.draw(frame))) return;
        this.#frames++;
      }
      due = Math.max(due + 1_000 / fps, performance.now());
      await this.#rest(due);
    }
    await this.#client.allAcknowledged();
    this.leave();
  }

  async #rest(due: number): Promise<void> {
    let isDue = false;
    const timer = setTimeout(() => {
      isDue = true;
      this.#changed.notify();
    }, Math.max(due - performance.now(), 0));
    await this.#changed.until(() => this.#isOver || isDue);
    clearTimeout(timer);
  }
}
