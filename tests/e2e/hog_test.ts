// One accepted client that sends the largest pictures it may, a few bytes each on the wire.

import assert from "node:assert/strict";
import { VIDEO_FORMAT } from "../../lib/wire/constants.ts";
import { Bench } from "../support/listen.ts";
import type { RawClient } from "../support/clients.ts";
import { frameHeader, zstd } from "../unit/decoders/frames.ts";

const FORMAT = VIDEO_FORMAT.zstd;

/** A client that has logged in, and what makes a frame of it. */
async function hogOf(bench: Bench, side: number): Promise<[RawClient, (stream: number) => void]> {
  const surface = { surfaceWidth: side, surfaceHeight: side };
  const payload = zstd(new Uint8Array(side * side * 3));
  assert.ok(payload.length < 10_000);
  const hog = await bench.raw({ key: await bench.addKey() });
  await hog.login();
  return [hog, (stream) => {
    const header = frameHeader({ ...surface, format: FORMAT, length: payload.length });
    const sized = { ...header, expandedLength: side * side * 3, commit: true };
    hog.peer.control({ command: "videoframe", ...sized, stream });
    hog.peer.data("video", payload, 0, stream);
  }];
}

Deno.test("others are served while the largest picture of a client is drawn", async () => {
  const shown = Promise.withResolvers<void>();
  await using bench = await Bench.start({
    client: (source, { kind }) => {
      if (kind === "resized" && source.surface.width === 8_192) shown.resolve();
    },
  });
  using good = await bench.login();
  const [hog, draw] = await hogOf(bench, 8_192);
  using _ = hog;
  let isShown = false;
  void shown.promise.then(() => isShown = true);
  draw(1);
  await hog.send();
  let served = 0;
  while (!isShown) {
    await good.roundTrip(bench);
    served++;
  }
  assert.ok(served > 4, `${served} events of another client were taken meanwhile`);
  using late = await bench.login();
  await late.roundTrip(bench);
});

Deno.test("what a client has sent before it left is worked off for a moment, and no longer", async () => {
  const frames = 400;
  let shown = 0;
  await using bench = await Bench.start({
    client: (source, { kind }) => {
      if (kind === "preroll") source.targetVerbose();
      if (kind === "frame") shown++;
    },
  });
  const [hog, draw] = await hogOf(bench, 3_000);
  using _ = hog;
  for (let stream = 1; stream <= frames; stream++) draw(stream);
  const sending = hog.send();
  await bench.until(() => shown > 0, "the first frame");
  await sending;
  hog.close();
  await bench.until(() => bench.log.of("client-left").length === 1, "the end of the client");
  assert.ok(shown < frames, "the rest was thrown away");
});
