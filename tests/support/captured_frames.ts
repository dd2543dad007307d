/** Frames of a real desktop, as the reference encoded them; `vectors/README.md` tells their origin. */

import type { FrameHeader } from "../../lib/decoders/frame_header.ts";
import { VIDEO_FORMAT } from "../../lib/wire/constants.ts";
import { frameHeader } from "../unit/decoders/frames.ts";
import frames from "../vectors/frames/frames.json" with { type: "json" };

export interface CapturedFrame {
  /** A delta frame: drawn a second time, it takes back its changes. */
  readonly header: FrameHeader;
  readonly payload: Uint8Array;
  /** Of the content that `zstd -d` gives, in hexadecimal digits. */
  readonly contentSha256: string;
}

/** Reads a frame; needs the permission `READ_VECTORS`. */
export function capturedFrame(name: string): CapturedFrame {
  const { contentSha256, ...fields } = frames.find((frame) => frame.name === name)!;
  const payload = Deno.readFileSync(new URL(`../vectors/frames/${name}.zst`, import.meta.url));
  const header = frameHeader({
    ...fields,
    format: VIDEO_FORMAT.zstdDelta,
    length: payload.length,
  });
  return { header, payload, contentSha256 };
}
