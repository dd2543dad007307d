/** A client without a connection: frames are decoded, calls of verbs are noted. */

import type { FrameHeader } from "../../lib/decoders/frame_header.ts";
import { VideoStream } from "../../lib/decoders/video_stream.ts";
import type { ClientHandler, Source } from "../../lib/segment/source.ts";
import type { IoTable, Status } from "../../lib/segment/status.ts";
import { frameHeader, show, type Tpack, tpackFrame } from "../unit/decoders/frames.ts";

export class FakeClient {
  readonly #video = new VideoStream();
  /** Calls of verbs: name and arguments. */
  readonly calls: unknown[][] = [];
  /** The client for handlers. */
  readonly source: Source;
  #handler: ClientHandler | undefined;
  #verbose = false;
  isEnded = false;
  title = "";

  constructor(id = 2, peer = { publicKey: "AAAA", fingerprint: "0123-4567", address: "[::1]:1" }) {
    const recorded = (name: string) => (...args: unknown[]) => {
      this.calls.push([name, ...args]);
      return true;
    };
    const { surface } = this.#video;
    // deno-lint-ignore no-this-alias -- the getters below have a `this` of their own
    const client = this;
    const members = {
      role: "client",
      id,
      peer,
      segkind: "terminal",
      surface,
      get title() {
        return client.title;
      },
      get isEnded() {
        return client.isEnded;
      },
      get handler() {
        return client.#handler;
      },
      text: () => surface.gridText({ trimEnd: true }),
      targetParent: () => undefined,
      targetUpdatehandler: (handler: ClientHandler | undefined) => {
        client.#handler = handler;
      },
      targetVerbose: (on = true) => {
        client.#verbose = on;
      },
    };
    // All other verbs are noted.
    this.source = new Proxy(members, {
      get: (target, name) =>
        name in target || typeof name === "symbol" ? Reflect.get(target, name) : recorded(name),
      set: (target, name, value) => Reflect.set(target, name, value),
    }) as unknown as Source;
  }

  /** Calls the handler with a record. */
  tell(status: Status, input?: IoTable): void | Promise<void> {
    return this.source.handler?.(this.source, status, input);
  }

  /** Commits a frame of text and delivers its record. */
  showText(frame: Tpack): void | Promise<void> {
    const { header, payload } = tpackFrame(frame);
    show(this.#video, header, payload);
    return this.#committed();
  }

  /** Commits a frame of RGBA pixels and delivers its record. */
  showPixels(width: number, height: number, rgba: Uint8Array): void | Promise<void> {
    show(this.#video, frameHeader({ surfaceWidth: width, surfaceHeight: height }), rgba);
    return this.#committed();
  }

  /** Draws RGBA pixels without committing them. */
  drawUnseen(width: number, height: number, rgba: Uint8Array): void {
    const size = { surfaceWidth: width, surfaceHeight: height };
    this.takeFrame({ header: frameHeader({ ...size, commit: false }), payload: rgba });
  }

  /** Draws any frame without reporting it. */
  takeFrame({ header, payload }: { header: FrameHeader; payload: Uint8Array }): void {
    show(this.#video, header, payload);
  }

  /** Ends like a real client: the surface is empty when `terminated` is delivered. */
  end(): void | Promise<void> {
    this.isEnded = true;
    this.#video.close();
    return this.tell({ kind: "terminated", last_words: "" });
  }

  #committed(): void | Promise<void> {
    if (!this.#verbose) return;
    return this.tell({
      kind: "frame",
      source_audio: this.source.id,
      pts: 0,
      number: 1,
      x: 0,
      y: 0,
      width: 1,
      height: 1,
    });
  }
}
