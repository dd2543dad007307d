/** Frames that are drawn in pieces: acknowledgements, records and ends. */

import assert from "node:assert/strict";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { frameHeader, zstd } from "../decoders/frames.ts";
import { APPLICATION, Fixture } from "../../support/segment_fixture.ts";

const pure = { permissions: "none" } as const;
const SURFACE = { surfaceWidth: 4_096, surfaceHeight: 2_100 };
const RGB = new Uint8Array(SURFACE.surfaceWidth * SURFACE.surfaceHeight * 3).fill(9);
const PAYLOAD = zstd(RGB);

class Client extends Fixture {
  constructor() {
    super({
      kind: APPLICATION,
      onStatus: (source, { kind }) => {
        if (kind === "segment_request") source.acceptTarget();
      },
    });
    this.source.targetVerbose();
    this.statuses.length = 0;
  }

  /** Sends a frame that is large on the surface and small on the wire. */
  large(stream: number, channel = 0, payload = PAYLOAD): void {
    const header = frameHeader({ ...SURFACE, format: VIDEO_FORMAT.zstd, length: payload.length });
    const sized = { ...header, expandedLength: RGB.length, commit: true };
    this.control({ command: "videoframe", channel, ...sized, stream });
    this.data("video", 0, payload, channel);
  }

  /** The numbers of the frames that were acknowledged since the last call. */
  acknowledged(): number[] {
    return this.takeControls().flatMap((control) =>
      control.command === "ping" ? [control.stream] : []
    );
  }

  kinds(): string[] {
    this.deliver();
    return this.statuses.splice(0).map(({ kind }) => kind);
  }
}

Deno.test("a large frame is acknowledged and reported when it is drawn, once", pure, () => {
  const client = new Client();
  client.large(1);
  let pieces = 0;
  do {
    assert.equal(client.tree.video.work?.type, "pieces");
    assert.deepEqual([client.acknowledged(), client.kinds()], [[], []]);
    pieces++;
    client.drawPiece();
  } while (client.tree.video.work !== undefined);
  assert.ok(pieces > 50, `${pieces} pieces`);
  assert.equal(client.tree.video.work, undefined);
  assert.deepEqual([client.acknowledged(), client.kinds()], [[1], ["resized", "frame"]]);
  assert.equal(client.source.surface.pixels![0], 9);
});

Deno.test("a large frame that turns out damaged is reported and acknowledged", pure, () => {
  const client = new Client();
  client.large(1);
  while (client.tree.video.work !== undefined) client.drawPiece();
  client.kinds();
  // Two frames that can hold the content, and do not.
  client.large(2, 0, zstd(RGB.subarray(0, -1)));
  assert.equal(client.tree.video.work, undefined, "plainly no frame of that size");
  assert.deepEqual([client.acknowledged(), client.kinds()], [[1, 2], ["dropped_frame"]]);
  const damaged = PAYLOAD.with(-2, PAYLOAD.at(-2)! ^ 0xff);
  client.large(3, 0, damaged);
  while (client.tree.video.work !== undefined) client.drawPiece();
  assert.deepEqual([client.acknowledged(), client.kinds()], [[3], ["dropped_frame"]]);
  assert.deepEqual(client.faults, ["zstd-size", "bad-zstd"]);
  assert.equal(client.source.surface.revision, 1);
});

Deno.test("a segment that ends while its large frame is drawn leaves it acknowledged", pure, () => {
  const client = new Client();
  const child = client.source.targetAlloc("debug")!;
  const channel = 1;
  client.event(
    { category: "external", kind: "register", segkind: APPLICATION, title: "" },
    channel,
  );
  client.kinds();
  client.large(1, channel);
  client.drawPiece();
  child.deleteImage();
  client.drawPiece();
  assert.deepEqual([client.acknowledged(), client.kinds()], [[1], ["terminated"]]);
  assert.equal(client.tree.video.work, undefined);
});
