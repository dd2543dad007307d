/**
 * One segment of a client on the page: its pixels on a canvas, or its text on a terminal.
 *
 * @module
 */

import {
  BINARY_KIND,
  type Head,
  type Placed,
  readText,
  type TextChange,
} from "../views/protocol.ts";
import { Picture } from "./picture.ts";
import type { Size } from "./pointer.ts";
import type { TextOwner, TextScreen } from "./text_screen.ts";
import type { VideoPictures } from "./video.ts";

/** What a frame needs of the view that it belongs to. */
export interface FrameOwner extends TextOwner {
  readonly isReadOnly: boolean;
  /** What the client is called. */
  readonly label: string;
  acknowledge(seq: number): void;
  /** The browser cannot decode the video. */
  onVideoFailed(why: string): void;
}

export class SegmentFrame {
  readonly element = document.createElement("div");
  readonly id: number;
  /** Where it belongs on its parent; absent for the first segment, and before the client says. */
  placed: Placed | undefined;
  readonly #owner: FrameOwner;
  #picture: Picture | undefined;
  #text: TextScreen | undefined;
  #loading: Promise<TextScreen> | undefined;
  #video: Promise<VideoPictures> | undefined;
  #isClosed = false;

  constructor(id: number, owner: FrameOwner) {
    this.id = id;
    this.#owner = owner;
    this.element.className = "frame";
  }

  get picture(): Picture | undefined {
    return this.#picture;
  }

  get text(): TextScreen | undefined {
    return this.#text;
  }

  /** The size of the pixels. */
  get size(): Size {
    const { width = 0, height = 0 } = this.#picture?.canvas ?? {};
    return { width, height };
  }

  /** Takes a binary message of the segment. */
  take(head: Head, message: Uint8Array<ArrayBuffer>): void {
    switch (head.kind) {
      case BINARY_KIND.text:
        this.#write(head.seq, readText(message));
        break;
      case BINARY_KIND.pixels:
        this.#showPixels().push(head, message);
        break;
      case BINARY_KIND.video:
        void this.#decode(message);
    }
  }

  /** A new connection begins: so does the video. */
  renew(): void {
    void this.#video?.then((video) => video.close());
    this.#video = undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#text?.dispose();
    this.renew();
    this.element.remove();
  }

  #write(seq: number, change: TextChange): void {
    this.#loading ??= this.#load();
    void this.#loading.then((screen) => {
      if (this.#isClosed) return;
      this.#showText(screen);
      const { cols, rows } = screen.grid;
      screen.write(change, () => this.#owner.acknowledge(seq));
      if (cols !== change.cols || rows !== change.rows) this.#owner.onChanged();
    });
  }

  async #load(): Promise<TextScreen> {
    const { TextScreen } = await import("./text_screen.ts");
    const { label, isReadOnly } = this.#owner;
    const host = document.createElement("div");
    host.className = "terminal-host";
    this.element.append(host);
    return new TextScreen(host, this.#owner, `Input of ${label}; Ctrl+F6 leaves it`, isReadOnly);
  }

  #showText(screen: TextScreen): void {
    if (this.#text === screen && this.#picture === undefined) return;
    this.#text = screen;
    this.#picture?.canvas.remove();
    this.#picture = undefined;
    screen.element.hidden = false;
    this.#owner.onChanged();
  }

  #showPixels(): Picture {
    if (this.#picture !== undefined) return this.#picture;
    const { acknowledge, onChanged } = this.#owner;
    const picture = this.#picture = new Picture(acknowledge, onChanged);
    if (this.#text !== undefined) this.#text.element.hidden = true;
    this.#text = undefined;
    this.element.append(picture.canvas);
    onChanged();
    return picture;
  }

  async #decode(message: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#video ??= import("./video.ts").then(({ VideoPictures }) =>
      new VideoPictures({
        onFrame: (frame, bottomUp) => this.#showPixels().show(frame, bottomUp),
        onDecoded: (seq) => this.#owner.acknowledge(seq),
        onFail: this.#owner.onVideoFailed,
      })
    );
    (await this.#video).push(message);
  }
}
