/**
 * The WebSocket of one view: messages out, messages in, and a new socket when one is lost.
 *
 * @module
 */

import type { Row } from "../../control/operations.ts";
import {
  type Down,
  type Head,
  HEAD_BYTES,
  readHead,
  type Up,
  VIEW_PROTOCOL,
  type ViewMode,
} from "../views/protocol.ts";
import { call, Refusal } from "./api.ts";
import { waitMs } from "./retry.ts";
import { check } from "./session.ts";

/** What may wait to be sent; beyond it the connection is too slow for moves of the mouse. */
const MUCH_WAITING_BYTES = 65_536;
/** The listener closes a view with a reason. */
const REFUSED = 1008;
/** The listener closes a view that its host cannot go on with now, with a reason. */
const AWAY = 1013;
/** The code of a refusal: there is no such client. */
const GONE = "no-such-client";

export type ViewedClient = Row<"show">;
export type DownMessage = Down<ViewedClient>;

/** What a view tells its owner. */
export interface ViewOwner {
  /** A text message. */
  onMessage(message: DownMessage): void;
  /** A binary message, with its head read. */
  onBinary(head: Head, message: Uint8Array<ArrayBuffer>): void;
  /** A socket brings something: everything comes anew. */
  onOpen(): void;
  /**
   * The socket was lost; it is opened again by itself.
   *
   * @param why When the host of the client is the reason.
   */
  onLost(why?: string): void;
}

export class ViewSocket {
  readonly #client: string;
  readonly #mode: ViewMode;
  readonly #owner: ViewOwner;
  #decodesH264: boolean;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  /** When messages arrived that are not drawn, by their sequence numbers. */
  readonly #arrivedMs = new Map<number, number>();
  /** Whether the socket has brought something. */
  #isLive = false;
  #isPaused = document.hidden;
  #isOver = false;

  constructor(client: string, mode: ViewMode, owner: ViewOwner, decodesH264 = false) {
    this.#client = client;
    this.#mode = mode;
    this.#owner = owner;
    this.#decodesH264 = decodesH264;
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#open();
  }

  /** Whether what is sent goes out at once. */
  get isFast(): boolean {
    return (this.#socket?.bufferedAmount ?? 0) < MUCH_WAITING_BYTES;
  }

  /** Sends a message; without a connection it is dropped. */
  send(message: Up): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Tells that a binary message was drawn. */
  acknowledge(seq: number): void {
    const nowMs = performance.now();
    const ms = nowMs - (this.#arrivedMs.get(seq) ?? nowMs);
    this.#arrivedMs.delete(seq);
    this.send({ type: "ack", seq, ms });
  }

  /** Opens a new socket at once, because the old one may be dead or was asked for other video. */
  renew({ decodesH264 = this.#decodesH264 } = {}): void {
    if (this.#isOver) return;
    this.#decodesH264 = decodesH264;
    this.#drop();
    this.#tries = 0;
    this.#open();
  }

  close(): void {
    this.#isOver = true;
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#drop();
  }

  #open(): void {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const address = `${scheme}//${location.host}/api/clients/${
      encodeURIComponent(this.#client)
    }/view?mode=${this.#mode}`;
    this.#arrivedMs.clear();
    this.#isLive = false;
    const socket = this.#socket = new WebSocket(address, VIEW_PROTOCOL);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.send({ type: "hello", h264: this.#decodesH264 });
      if (this.#isPaused) this.send({ type: "pause", on: true });
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#onClose(code, reason);
  }

  #receive(data: string | ArrayBuffer): void {
    if (!this.#isLive) {
      this.#isLive = true;
      this.#tries = 0;
      this.#owner.onOpen();
    }
    if (typeof data !== "string") {
      const bytes = new Uint8Array(data);
      if (bytes.length < HEAD_BYTES) return;
      const head = readHead(bytes);
      this.#arrivedMs.set(head.seq, performance.now());
      this.#owner.onBinary(head, bytes);
      return;
    }
    const message = JSON.parse(data) as DownMessage;
    if (message.type === "ended" || message.type === "error") this.close();
    this.#owner.onMessage(message);
  }

  #onClose(code: number, reason: string): void {
    this.#socket = undefined;
    if (this.#isOver) return;
    if (code === AWAY) this.#owner.onLost(reason);
    else this.#owner.onLost();
    if (code === REFUSED && reason !== "") this.#owner.onMessage({ type: "note", text: reason });
    void this.#findOut();
    this.#timer = setTimeout(() => this.#open(), waitMs(++this.#tries, Math.random()));
  }

  /** A browser does not tell why a WebSocket was refused. */
  async #findOut(): Promise<void> {
    try {
      await call("show", { client: this.#client });
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== GONE) return void check();
      if (this.#isOver) return;
      this.close();
      this.#owner.onMessage({ type: "ended", last_words: "" });
    }
  }

  #drop(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  readonly #onVisibility = () => {
    this.#isPaused = document.hidden;
    this.send({ type: "pause", on: this.#isPaused });
  };
}
