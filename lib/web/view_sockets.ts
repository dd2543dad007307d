/**
 * The views of the page, one WebSocket each: their messages go to and from a view of a client. A mistake
 * of a viewer closes its socket with a reason and touches nothing else.
 *
 * @module
 */

import type { HostViewOutput, OpenView, ViewOptions } from "../control/mod.ts";
import { A12Error, ControlError, messageOf } from "../errors.ts";
import {
  MAX_WEB_MESSAGE_BYTES,
  MAX_WEB_REASON_BYTES,
  MAX_WEB_VIEWS,
  MAX_WEB_VIEWS_PER_LINK,
  MAX_WEB_WAITING_BYTES,
  WEB_IDLE_SECONDS,
  WEB_LINGER_MS,
  WEB_MESSAGES_BURST,
  WEB_MESSAGES_PER_SECOND,
} from "../limits.ts";
import type { Link } from "./links.ts";
import { VIEW_PROTOCOL } from "./views/protocol.ts";

/** Why a WebSocket is closed. */
const CLOSE = {
  ended: 1000,
  listenerEnded: 1001,
  refused: 1008,
  failed: 1011,
  /** The client is of another host, which cannot show it now. */
  away: 1013,
} as const;

/** Codes of what a viewer may try again. */
const PASSING: readonly string[] = ["host-unreachable", "fleet-unreachable", "busy"];

/** Opens a view of a client that a word names. */
export type OpenViewOf = (
  word: string,
  options: ViewOptions,
  output: HostViewOutput,
) => Promise<OpenView>;

export class ViewSockets {
  readonly #openView: OpenViewOf;
  readonly #onFailure: (error: unknown) => void;
  readonly #idleSeconds: number;
  readonly #open = new Set<ViewSocket>();

  /**
   * @param onFailure Gets faults of the listener.
   * @param idleSeconds After what silence a viewer has to answer a ping.
   */
  constructor(
    openView: OpenViewOf,
    onFailure: (error: unknown) => void,
    idleSeconds = WEB_IDLE_SECONDS,
  ) {
    this.#openView = openView;
    this.#onFailure = onFailure;
    this.#idleSeconds = idleSeconds;
  }

  /**
   * Answers a request for a WebSocket.
   *
   * @param word The client.
   * @param onEnd Called when the view has ended by itself.
   * @throws {ControlError} `busy`, `bad-method`.
   */
  upgrade(
    request: Request,
    word: string,
    mode: ViewOptions["mode"],
    link: Link,
    onEnd: () => void,
  ): Response {
    requireRoom("of the listener", this.#open.size, MAX_WEB_VIEWS);
    requireRoom("of this link", link.views, MAX_WEB_VIEWS_PER_LINK);
    const protocols = (request.headers.get("sec-websocket-protocol") ?? "").split(/,\s*/);
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      throw new ControlError("bad-method", "a view is a WebSocket; the request is none");
    }
    if (!protocols.includes(VIEW_PROTOCOL)) {
      throw new ControlError("bad-method", `a view speaks ${VIEW_PROTOCOL}, which is not offered`);
    }
    const { socket, response } = this.#accept(request);
    const options = { mode, rights: link.rights === "look" ? "look" : "drive" } as const;
    const view = new ViewSocket(socket, (output) => this.#openView(word, options, output), {
      ended: onEnd,
      failed: this.#onFailure,
      over: () => {
        link.ended.removeEventListener("abort", endByLink);
        this.#open.delete(view);
      },
      closed: () => link.views--,
    });
    const endByLink = () => view.close(CLOSE.refused, String(link.ended.reason));
    link.ended.addEventListener("abort", endByLink);
    link.views++;
    this.#open.add(view);
    return response;
  }

  #accept(request: Request): Deno.WebSocketUpgrade {
    try {
      return Deno.upgradeWebSocket(request, {
        protocol: VIEW_PROTOCOL,
        idleTimeout: this.#idleSeconds,
      });
    } catch (error) {
      throw new ControlError("bad-method", `it is no WebSocket: ${messageOf(error)}`);
    }
  }

  /** Ends all views. */
  close(): void {
    for (const view of this.#open) view.close(CLOSE.listenerEnded, "the listener has ended");
  }
}

function requireRoom(whose: string, count: number, most: number): void {
  if (count < most) return;
  throw new ControlError("busy", `${most} views ${whose} are open, which is the most`);
}

interface SocketEvents {
  /** The view has ended by itself. */
  ended(): void;
  /** It could not be opened, by a fault of the listener. */
  failed(error: unknown): void;
  /** The view is no more; the connection may still be, if the viewer does not answer. */
  over(): void;
  /** The connection is gone. */
  closed(): void;
}

/** One WebSocket and its view. */
class ViewSocket implements HostViewOutput {
  readonly #socket: WebSocket;
  readonly #events: SocketEvents;
  readonly #rate = new MessageRate();
  #view: OpenView | undefined;
  /** Messages that came while the view was being opened. */
  #early: (string | Uint8Array)[] = [];
  #earlyBytes = 0;
  #isOver = false;
  #linger: ReturnType<typeof setTimeout> | undefined;

  constructor(
    socket: WebSocket,
    open: (output: HostViewOutput) => Promise<OpenView>,
    events: SocketEvents,
  ) {
    this.#socket = socket;
    this.#events = events;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => void this.#start(open);
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.#receive(data);
    // What is wrong stands in the event `close`, which follows.
    socket.onerror = () => {};
    socket.onclose = () => {
      clearTimeout(this.#linger);
      this.#end();
      events.closed();
    };
  }

  send(message: string | Uint8Array<ArrayBuffer>): void {
    if (this.#isOver || this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_WEB_WAITING_BYTES) {
      return this.close(
        CLOSE.refused,
        `more than ${MAX_WEB_WAITING_BYTES} bytes wait; the viewer reads too slowly`,
      );
    }
    this.#socket.send(message);
  }

  ended(fault?: string): void {
    this.#view = undefined;
    this.close(fault === undefined ? CLOSE.ended : CLOSE.refused, fault ?? "the view has ended");
    this.#events.ended();
  }

  lost(why: string): void {
    this.#view = undefined;
    this.close(CLOSE.away, why);
  }

  close(code: number, reason: string): void {
    this.#end();
    if (this.#socket.readyState === WebSocket.CONNECTING) {
      this.#socket.onopen = () => this.#socket.close(code, cut(reason));
    } else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(code, cut(reason));
  }

  async #start(open: (output: HostViewOutput) => Promise<OpenView>): Promise<void> {
    try {
      const view = await open(this);
      if (this.#isOver) return view.close();
      this.#view = view;
      for (const message of this.#early) this.#view?.receive(message);
      this.#early = [];
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): void {
    const isExpected = error instanceof A12Error;
    if (!isExpected) this.#events.failed(error);
    if (isExpected && PASSING.includes(error.code)) return this.lost(error.message);
    const code = isExpected ? error.code : "internal-error";
    const text = isExpected
      ? error.message
      : "the listener has failed to open the view; its log has more";
    this.send(JSON.stringify({ type: "error", code, error: text }));
    this.close(isExpected ? CLOSE.refused : CLOSE.failed, text);
  }

  #receive(data: string | ArrayBuffer): void {
    if (this.#isOver) return;
    // A character is one byte or more.
    const size = typeof data === "string" ? data.length : data.byteLength;
    if (size > MAX_WEB_MESSAGE_BYTES) {
      return this.close(
        CLOSE.refused,
        `a message has ${size} bytes, the most is ${MAX_WEB_MESSAGE_BYTES}`,
      );
    }
    if (!this.#rate.take(performance.now())) {
      return this.#endFlood(
        `more than ${WEB_MESSAGES_PER_SECOND} messages a second, which is the most`,
      );
    }
    const message = typeof data === "string" ? data : new Uint8Array(data);
    if (this.#view !== undefined) return this.#view.receive(message);
    this.#earlyBytes += size;
    if (this.#earlyBytes <= MAX_WEB_MESSAGE_BYTES) this.#early.push(message);
    else this.close(CLOSE.refused, "too many messages before the view was open");
  }

  /**
   * Deno drops a connection on which messages come after its close frame, and the viewer would not get
   * the reason: those that are on the way are read first.
   */
  #endFlood(reason: string): void {
    this.#end();
    this.#linger = setTimeout(() => this.close(CLOSE.refused, reason), WEB_LINGER_MS);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.over();
    this.#early = [];
    this.#view?.close();
    this.#view = undefined;
  }
}

/** Lets a number of messages a second through, and some more at once. */
class MessageRate {
  #left = WEB_MESSAGES_BURST;
  #lastMs = performance.now();

  take(nowMs: number): boolean {
    const more = (nowMs - this.#lastMs) * WEB_MESSAGES_PER_SECOND / 1000;
    this.#left = Math.min(WEB_MESSAGES_BURST, this.#left + more) - 1;
    this.#lastMs = nowMs;
    return this.#left >= 0;
  }
}

/** A reason that fits the frame; whole characters. */
function cut(reason: string): string {
  const bytes = new Uint8Array(MAX_WEB_REASON_BYTES);
  const { read } = new TextEncoder().encodeInto(reason, bytes);
  return reason.slice(0, read);
}
