// One accepted client that sends the largest pictures it may, a few bytes each on the wire.

import assert from "node:assert/strict";
import { Bench } from "../support/listen.ts";
import type { RawClient } from "../support/clients.ts";
import { compressedFrame, type frameHeader } from "../unit/decoders/frames.ts";

/** A frame of black pixels. */
interface Bomb {
  readonly header: ReturnType<typeof frameHeader>;
  readonly payload: Uint8Array;
}

function bomb(surfaceWidth: number, surfaceHeight: number): Bomb {
  const content = new Uint8Array(surfaceWidth * surfaceHeight * 3);
  const frame = compressedFrame(content, { surfaceWidth, surfaceHeight });
  assert.ok(frame.payload.length < 10_000);
  return frame;
}

/** A client that has logged in. */
class Hog implements Disposable {
  constructor(readonly client: RawClient) {}

  /** Sends a frame with the next packets. */
  draw({ header, payload }: Bomb, stream: number): void {
    const { peer } = this.client;
    peer.control({ command: "videoframe", ...header, commit: true, stream });
    peer.data("video", payload, 0, stream);
  }

  [Symbol.dispose](): void {
    this.client.close();
  }
}

async function hogOf(bench: Bench): Promise<Hog> {
  const client = await bench.raw({ key: await bench.addKey() });
  await client.login();
  return new Hog(client);
}

Deno.test("others are served while the largest picture of a client is drawn", async () => {
  const shown = Promise.withResolvers<void>();
  await using bench = await Bench.start({
    client: (source, { kind }) => {
      if (kind === "resized" && source.surface.width === 8_192) shown.resolve();
    },
  });
  using good = await bench.login();
  using hog = await hogOf(bench);
  let isShown = false;
  void shown.promise.then(() => isShown = true);
  hog.draw(bomb(8_192, 8_192), 1);
  await hog.client.send();
  let served = 0;
  while (!isShown) {
    await good.roundTrip(bench);
    served++;
  }
  assert.ok(served > 4, `${served} events of another client were taken meanwhile`);
  using late = await bench.login();
  await late.roundTrip(bench);
});

Deno.test("what a client has sent before it left is not worked off for long", async () => {
  let shown = 0;
  await using bench = await Bench.start({
    client: (source, { kind }) => {
      if (kind === "preroll") source.targetVerbose();
      if (kind === "frame") shown++;
    },
  });
  using hog = await hogOf(bench);
  // Each needs new memory for its surface, and all of them are read at once.
  const [even, odd] = [bomb(4_096, 2_100), bomb(4_096, 2_099)];
  const frames = 60;
  for (let stream = 1; stream <= frames; stream++) hog.draw(stream % 2 === 0 ? even : odd, stream);
  const bytes = hog.client.peer.take();
  assert.ok(bytes.length < 65_536);
  await hog.client.send(bytes);
  hog.client.close();
  await bench.until(() => bench.log.of("client-left").length === 1, "the end of the client");
  assert.ok(shown < frames, `${shown} frames were shown`);
});
