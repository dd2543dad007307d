/**
 * One client, small and live.
 *
 * @module
 */

import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { BINARY_KIND, type Head, readText } from "../views/protocol.ts";
import { AnsiGrid } from "./ansi_grid.ts";
import { hasEnded, type Shown } from "./clients.ts";
import { age, nameOf, plain } from "./format.ts";
import { Icon } from "./icons.tsx";
import { now } from "./now.ts";
import { Picture } from "./picture.ts";
import { clientAddress } from "./route.ts";
import { connection, generation } from "./session.ts";
import { drawText } from "./tile_text.ts";
import type { VideoPictures } from "./video.ts";
import { canDecode } from "./video_support.ts";
import { type DownMessage, type ViewOwner, ViewSocket } from "./view_socket.ts";
import { useVisible } from "./visible.ts";

/** The digits of a fingerprint that name a client in most cases. */
const SHORT_KEY = 9;

export function Tile({ word, client, lastWords, isSilent }: Shown & {
  /** Whether its host does not answer. */
  readonly isSilent: boolean;
}) {
  const thumb = useRef<HTMLDivElement>(null);
  const isNear = useNear(thumb);
  const isLive = isNear && useVisible() && connection.value.state === "online" &&
    lastWords === undefined && !isSilent;
  const connected = generation.value;
  useEffect(() => {
    if (!isLive) return;
    let view: TileView | undefined;
    let isOver = false;
    void canDecode().then((decodesH264) => {
      if (!isOver) view = new TileView(thumb.current!, word, decodesH264);
    });
    return () => {
      isOver = true;
      view?.close();
    };
  }, [isLive, connected, word]);
  const since = useComputed(() => age(Date.parse(client.since), now.value));
  const isEnded = lastWords !== undefined;
  const name = nameOf(client);
  return (
    <li class={`tile${isEnded ? " ended" : ""}${isSilent ? " silent" : ""}`} data-client={word}>
      <a
        {...(isEnded ? { role: "link", "aria-disabled": true } : { href: clientAddress(word) })}
      >
        <div class="thumb" ref={thumb} aria-hidden="true">
          {client.content === "none" && <span class="blank">has not drawn yet</span>}
        </div>
        <div class="about">
          <h2>
            <Icon name={client.content === "text" ? "text" : "pixels"} />
            <span>{name}</span>
            <span class="kind">
              {client.segkind} ·{" "}
              <time dateTime={client.since} title={new Date(client.since).toLocaleString()}>
                {since}
              </time>
            </span>
          </h2>
          {isEnded
            ? (
              <p class="last-words">
                {lastWords === "" ? "Has ended" : `Ended: ${plain(lastWords)}`}
              </p>
            )
            : (
              <p class="facts">
                <span class={client.comment === undefined ? "mono" : ""} title={client.key}>
                  {client.comment ?? `${client.key.slice(0, SHORT_KEY)}…`}
                </span>
                <span class="mono address">{client.address}</span>
              </p>
            )}
        </div>
      </a>
    </li>
  );
}

/** Whether an element is on the screen or nearly so. */
function useNear(ref: { readonly current: Element | null }): boolean {
  const isNear = useSignal(false);
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => isNear.value = entry?.isIntersecting ?? false,
      { rootMargin: "200px" },
    );
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, []);
  return isNear.value;
}

/** The picture in a tile, and the connection that feeds it. */
class TileView implements ViewOwner {
  readonly #host: HTMLElement;
  readonly #client: string;
  readonly #socket: ViewSocket;
  #picture: Picture | undefined;
  #canvas: HTMLCanvasElement | undefined;
  #grid: AnsiGrid | undefined;
  #video: Promise<VideoPictures> | undefined;

  constructor(host: HTMLElement, client: string, decodesH264: boolean) {
    this.#host = host;
    this.#client = client;
    this.#socket = new ViewSocket(client, "tile", this, decodesH264);
  }

  close(): void {
    this.#closeVideo();
    this.#socket.close();
  }

  onOpen(): void {
    this.#closeVideo();
    this.#grid = undefined;
  }

  onLost(): void {}

  onMessage(message: DownMessage): void {
    if (message.type === "ended") hasEnded(this.#client, message.last_words);
  }

  onBinary(head: Head, message: Uint8Array<ArrayBuffer>): void {
    if (head.kind === BINARY_KIND.video) void this.#decode(message);
    else if (head.kind === BINARY_KIND.pixels) this.#showPixels().push(head, message);
    else if (head.kind === BINARY_KIND.text) {
      const { cols, rows, ansi } = readText(message);
      if (this.#grid?.cols !== cols || this.#grid.rows !== rows) {
        this.#grid = new AnsiGrid(cols, rows);
      }
      this.#grid.write(ansi);
      const canvas = this.#canvas?.dataset["content"] === "text"
        ? this.#canvas
        : Object.assign(document.createElement("canvas"), { className: "text" });
      canvas.dataset["content"] = "text";
      const { clientWidth, clientHeight } = this.#host;
      drawText(canvas, this.#grid, {
        width: clientWidth * devicePixelRatio,
        height: clientHeight * devicePixelRatio,
      });
      this.#show(canvas);
      this.#socket.acknowledge(head.seq);
    }
  }

  async #decode(message: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#video ??= import("./video.ts").then(({ VideoPictures }) =>
      new VideoPictures({
        onFrame: (frame, bottomUp) => this.#showPixels().show(frame, bottomUp),
        onDecoded: (seq) => this.#socket.acknowledge(seq),
        onFail: () => this.#socket.renew({ decodesH264: false }),
      })
    );
    (await this.#video).push(message);
  }

  #closeVideo(): void {
    void this.#video?.then((video) => video.close());
    this.#video = undefined;
  }

  #showPixels(): Picture {
    this.#picture ??= new Picture((seq) => this.#socket.acknowledge(seq), () => {});
    this.#show(this.#picture.canvas);
    return this.#picture;
  }

  #show(canvas: HTMLCanvasElement): void {
    if (canvas === this.#canvas) return;
    for (const old of this.#host.querySelectorAll("canvas")) old.remove();
    this.#canvas = canvas;
    this.#host.append(canvas);
  }
}
