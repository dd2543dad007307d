/**
 * Shows something over a connection until either side leaves.
 *
 * @module
 */

import type { SourceConnection, SourceEvent } from "../mod.ts";
import { type Content, FIRST_DISPLAY, isDrawable, nextDisplay } from "./connect_content.ts";

/** 25 frames a second at most. */
const FRAME_INTERVAL_MS = 40;

/** How it ended; `refused` when the handler of the listener did not accept us. */
type ShowEnd = "left" | "refused" | "closed";

/** One content on one connection. */
export class Show {
  readonly #connection: SourceConnection;
  readonly #content: Content;
  readonly #print: (event: SourceEvent) => Promise<void> | void;
  #display = FIRST_DISPLAY;
  #drawing: Promise<void> | undefined;
  #isLeaving = false;
  #isRefused = false;
  #frames = 0;

  /**
   * @param connection Logged in.
   * @param print Gets what the sink sends; nothing more is read from the sink until its promise settles.
   */
  constructor(
    connection: SourceConnection,
    content: Content,
    print: (event: SourceEvent) => Promise<void> | void,
  ) {
    this.#connection = connection;
    this.#content = content;
    this.#print = print;
  }

  get frames(): number {
    return this.#frames;
  }

  /** Runs until the connection has ended. */
  async run(): Promise<ShowEnd> {
    const ended = this.#connection.finished();
    const timer = setInterval(() => this.#startFrame(), FRAME_INTERVAL_MS);
    for await (const event of this.#connection) {
      const printed = this.#print(event);
      this.#take(event);
      if (this.#frames === 0) this.#startFrame();
      if (printed !== undefined) await Promise.race([printed, ended]);
    }
    clearInterval(timer);
    await this.#drawing;
    if (this.#isRefused || (!this.#isLeaving && !this.#display.isActive)) return "refused";
    return this.#isLeaving ? "left" : "closed";
  }

  /** Closes the connection after the current frame. */
  leave(): void {
    this.#isLeaving = true;
    void this.#connection.close();
  }

  #take(sent: SourceEvent): void {
    if (sent.type === "control") {
      const { command, channel } = sent.control;
      if (command === "shutdown" && channel === 0) this.leave();
      return;
    }
    const { event, channel } = sent;
    if (channel !== 0) return;
    const display = nextDisplay(this.#display, event);
    if (display !== this.#display) this.#content.resize(display);
    this.#display = display;
    this.#content.take(event);
    if (event.category !== "target") return;
    if (event.kind === "exit") this.leave();
    // A listener whose handler does not accept a client refuses request 0.
    if (event.kind === "reqfail" && event.id === 0) this.#isRefused = true;
  }

  #startFrame(): void {
    this.#drawing ??= this.#draw().finally(() => this.#drawing = undefined);
  }

  async #draw(): Promise<void> {
    if (!isDrawable(this.#display) || !this.#content.isDirty) return;
    if (!(await this.#connection.drawable())) return;
    const frame = this.#content.next();
    if (frame !== undefined && await this.#connection.draw(frame)) this.#frames++;
  }
}
