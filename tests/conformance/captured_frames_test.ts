/** Frames of a real desktop, in the encoding of the reference. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { VideoStream } from "../../lib/decoders/video_stream.ts";
import { capturedFrame } from "../support/captured_frames.ts";
import { READ_VECTORS } from "../support/vectors.ts";
import { compressedFrame, show } from "../unit/decoders/frames.ts";

for (const name of ["desktop", "letter", "terminal", "terminal-jpeg", "video"]) {
  Deno.test(`a captured frame of a ${name} changes its pixels, and back when it is drawn again`, {
    permissions: READ_VECTORS,
  }, () => {
    const { header, payload, contentSha256 } = capturedFrame(name);
    const { surfaceWidth, surfaceHeight, x, y, width, height } = header;
    const stream = new VideoStream();
    const black = compressedFrame(new Uint8Array(surfaceWidth * surfaceHeight * 3), {
      surfaceWidth,
      surfaceHeight,
    });
    assert.equal(show(stream, black.header, black.payload), "drawn");
    assert.equal(show(stream, header, payload), "drawn");
    const picture = stream.surface.rgba()!;
    const content = new Uint8Array(width * height * 3);
    for (let at = 0, row = y; row < y + height; row++) {
      const start = (row * surfaceWidth + x) * 4;
      for (let pixel = start; pixel < start + width * 4; pixel += 4, at += 3) {
        content[at] = picture[pixel]!;
        content[at + 1] = picture[pixel + 1]!;
        content[at + 2] = picture[pixel + 2]!;
        picture.fill(0, pixel, pixel + 3);
      }
    }
    assert.equal(createHash("sha256").update(content).digest("hex"), contentSha256);
    const isBlack = (pixels: Uint8Array) =>
      new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / 4)
        .every((word) => word === 0xff000000);
    assert.ok(isBlack(picture), "pixels beside the region have changed");
    assert.equal(show(stream, header, payload), "drawn");
    assert.ok(
      isBlack(stream.surface.rgba()!),
      "drawn again, the frame has not taken back its changes",
    );
    stream.close();
  });
}
