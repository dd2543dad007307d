// What a logged-in client may send as often as it likes: it costs itself, and nobody else.

import assert from "node:assert/strict";
import { Bench } from "../support/listen.ts";
import { ONE_PIXEL } from "../support/one_pixel.ts";
import { REGISTER } from "../support/pair.ts";
import type { RawPeer } from "../support/raw_peer.ts";

const PACKETS = 8_000;
const ZEROS = new Uint8Array(16);

/** One packet or more of a flood; each is answered in another way, or not at all. */
const FLOODS: Readonly<Record<string, (peer: RawPeer, index: number) => unknown>> = {
  "acknowledgements of what was not sent": (peer, stream) =>
    peer.control({ command: "ping", stream }),
  "cancellations of streams that do not exist": (peer, stream) =>
    peer.control({ command: "cancelstream", stream, reason: 0, streamType: stream % 4 }),
  "ends of channels that do not exist": (peer, index) =>
    peer.control({ command: "shutdown", channel: 1 + index % 255, lastWords: "x" }),
  "transfers that nobody wants, on all channels": (peer, stream) =>
    peer.control({
      command: "binarystream",
      channel: stream % 256,
      stream,
      size: 1n,
      type: stream % 9,
      compressed: false,
      identifier: stream,
      checksum: ZEROS,
      extId: ZEROS,
    }),
  "frames of no bytes, on all channels": (peer, stream) =>
    peer.control({ ...ONE_PIXEL, channel: stream % 256, stream, length: 0 }),
  "data of streams that were not announced": (peer, index) =>
    peer.data((["audio", "video", "binary"] as const)[index % 3]!, ZEROS, index % 256, index),
  "requests for segments": (peer, id) =>
    peer.event({ category: "external", kind: "segreq", id, segkind: 16 }),
  "registrations": (peer) => peer.event(REGISTER),
};

for (const [what, add] of Object.entries(FLOODS)) {
  Deno.test(`a flood of ${what} hurts nobody else`, async () => {
    await using bench = await Bench.start();
    using good = await bench.login();
    using flooder = await bench.raw({ key: await bench.addKey() });
    await flooder.login();
    for (let index = 1; index <= PACKETS; index++) add(flooder.peer, index);
    // It does not read, so it may be held up before it has sent all.
    const sending = flooder.send(flooder.peer.take());
    for (let count = 0; count < 5; count++) await good.roundTrip(bench);
    const { heapUsed, external } = Deno.memoryUsage();
    assert.ok(heapUsed + external < 512 << 20);
    flooder.close();
    await sending;
    await bench.until(() => bench.log.of("client-left").length === 1, "the end of the flood");
    await good.roundTrip(bench);
    const problems = bench.log.lines.filter(({ level }) => level === "error");
    assert.deepEqual(problems, []);
  });
}
