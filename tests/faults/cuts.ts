/** Connections that end at any byte. */

import { RawClient } from "../support/clients.ts";
import { connectFrom } from "../support/connect_from.ts";
import { concat } from "../support/feed.ts";
import { Listening } from "../support/listening.ts";
import { ONE_PIXEL } from "../support/one_pixel.ts";
import { REGISTER } from "../support/pair.ts";
import type { Size } from "../support/proof_row.ts";
import { inParallel } from "../support/proof_row.ts";
import { addressOf } from "../load/loaded.ts";
import { descriptorsOf, portOf, requireHealthy, untilDescriptors } from "./process.ts";

const HELLO_BYTES = 153;
/** What follows both hellos: packets of all types. */
const BEHIND_BYTES = 4_096;
const LAST = 2 * HELLO_BYTES + BEHIND_BYTES;
/** In the short form: around the ends of packets and heads. */
const SHORT = [1, 8, 16, 24, 25, 26, 152, 153, 154, 178, 305, 306, 307, 331, 470, 471, 1_000, LAST];

export async function cuts(size: Size): Promise<string> {
  const offsets = size === "long" ? Array.from({ length: LAST }, (_, i) => i + 1) : SHORT;
  await using listening = await Listening.start();
  const port = await portOf(listening);
  const client = await listening.connect();
  await client.showText("here");
  const before = descriptorsOf(listening);
  const cases = offsets.flatMap((offset) => [[offset, "end"], [offset, "reset"]] as const);
  await inParallel(cases.length, 8, async (n) => {
    const [offset, how] = cases[n]!;
    const socket = await connectFrom(addressOf(n), port);
    using raw = new RawClient(socket, { key: listening.key });
    await sendUpTo(raw, offset);
    if (how === "reset") socket.reset();
    else {
      await socket.closeWrite();
      await raw.untilClosed();
    }
  });
  await requireHealthy(listening, client);
  await untilDescriptors(listening, before);
  return `${offsets.length} bytes, each by end and by reset: ${cases.length} connections`;
}

/** Logs in and goes on, up to a number of bytes. */
async function sendUpTo(raw: RawClient, bytes: number): Promise<void> {
  let left = bytes;
  const send = async (packet: Uint8Array) => {
    await raw.send(packet.subarray(0, left));
    left -= Math.min(left, packet.length);
  };
  await send(raw.peer.ephemeralHello().take());
  if (left === 0) return;
  await raw.answers();
  await send(raw.peer.hello().take());
  if (left === 0) return;
  await raw.answers();
  await send(concat([...packets(raw)]));
}

function* packets({ peer }: RawClient): Generator<Uint8Array> {
  yield peer.event(REGISTER).take();
  for (let stream = 1; stream < 12; stream++) {
    peer.control({ ...ONE_PIXEL, stream, length: 4 }).data("video", new Uint8Array(4));
    peer.event({ category: "external", kind: "ident", message: `${stream}` });
    yield peer.data("audio", new Uint8Array(20)).data("binary", new Uint8Array(20)).take();
  }
}
