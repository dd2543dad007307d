/**
 * The views of this host's clients that other hosts show.
 *
 * @module
 */

import type { OpenView, ViewOptions, ViewOutput } from "../../control/mod.ts";
import { A12Error, ControlError, messageOf } from "../../errors.ts";
import {
  MAX_CONTROL_WORD,
  MAX_FLEET_VIEWS,
  MAX_WEB_MESSAGE_BYTES,
  MAX_WEB_WAITING_BYTES,
} from "../../limits.ts";
import type { Logger } from "../../log.ts";
import type { Exchange, Head } from "../control/exchange.ts";
import type { Access } from "../names.ts";
import { FrameStream } from "./frame_stream.ts";
import { VIEW_KIND, type ViewRequest } from "./types.ts";

/** Opens a view of a client that a word names. */
export type OpenViewOf = (
  word: string,
  options: ViewOptions,
  output: ViewOutput,
) => Promise<OpenView>;

export class ServedViews {
  readonly #openView: OpenViewOf;
  readonly #log: Logger;
  #count = 0;

  /** @param log Gets faults of this listener. */
  constructor(openView: OpenViewOf, log: Logger) {
    this.#openView = openView;
    this.#log = log;
  }

  /** Serves one view until one of its ends closes it. */
  readonly serve = async (exchange: Exchange, head: Head, access: Access): Promise<void> => {
    this.#count++;
    try {
      await this.#serve(exchange, head, access);
    } finally {
      this.#count--;
    }
  };

  async #serve(exchange: Exchange, head: Head, access: Access): Promise<void> {
    const frames = new FrameStream(exchange, MAX_WEB_WAITING_BYTES);
    let view: OpenView | undefined;
    try {
      const opened = view = await this.#open(head, access, {
        send: (message) => frames.send({ kind: "message", message }),
        ended: (fault) => frames.send({ kind: "ended", ...(fault !== undefined && { fault }) }),
      });
      exchange.sendHead({});
      frames.start();
      await frames.receive(MAX_WEB_MESSAGE_BYTES, (message) => opened.receive(message));
      await exchange.end();
    } catch (error) {
      // Nothing is left to be told when it was the other host that has ended it.
      if (!exchange.signal.aborted) exchange.abort(this.#explain(error));
    } finally {
      view?.close();
    }
  }

  async #open(head: Head, access: Access, output: ViewOutput): Promise<OpenView> {
    if (this.#count > MAX_FLEET_VIEWS) {
      const text = `${MAX_FLEET_VIEWS} views of other hosts are open, which is the most`;
      throw new ControlError("busy", text);
    }
    const { client, mode } = readRequest(head);
    return await this.#openView(
      client,
      { mode, rights: access === "look" ? "look" : "drive" },
      output,
    );
  }

  #explain(error: unknown): A12Error {
    if (error instanceof A12Error) return error;
    this.#log.log("error", "control-failed", { operation: "view", detail: messageOf(error) });
    return new ControlError(
      "control-failed",
      "the listener has failed to show the client; its log has more",
    );
  }
}

function readRequest(head: Head): ViewRequest {
  const { client, mode } = head as { readonly [K in keyof ViewRequest]?: unknown };
  const isRight = typeof client === "string" && client.length <= MAX_CONTROL_WORD &&
    (mode === "full" || mode === "tile");
  if (isRight) return { kind: VIEW_KIND, client, mode };
  throw new ControlError("control-failed", "the request for a view lacks its client or its mode");
}
