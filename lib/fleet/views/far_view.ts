/**
 * A view of a client of another host, at the host that shows it.
 *
 * @module
 */

import type { HostViewOutput, OpenView } from "../../control/mod.ts";
import { messageOf } from "../../errors.ts";
import { MAX_FLEET_VIEW_INPUT_BYTES, MAX_FLEET_VIEW_MESSAGE_BYTES } from "../../limits.ts";
import type { Exchange } from "../control/exchange.ts";
import { FrameStream } from "./frame_stream.ts";

/**
 * Opens a view on an exchange whose head asks for it.
 *
 * @throws {A12Error} What the other host refuses; that it cannot be reached.
 */
export async function openFarView(exchange: Exchange, output: HostViewOutput): Promise<OpenView> {
  await exchange.head;
  const frames = new FrameStream(exchange, MAX_FLEET_VIEW_INPUT_BYTES);
  let isOver = false;
  const finish = (tell: () => void) => {
    if (isOver) return;
    isOver = true;
    tell();
  };
  frames.start();
  frames.receive(MAX_FLEET_VIEW_MESSAGE_BYTES, (message) => {
    if (!isOver) output.send(message);
  }).then((last) => {
    if (last === undefined) finish(() => output.lost("the host has closed the view"));
    else finish(() => output.ended(last.fault));
  }, (error) => finish(() => output.lost(messageOf(error))));
  return {
    receive: (message) => {
      if (!isOver) frames.send({ kind: "message", message });
    },
    close: () => finish(() => exchange.abort(new Error("the viewer has left"))),
  };
}
