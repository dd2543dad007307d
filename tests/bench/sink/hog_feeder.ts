/**
 * The process of a client that sends the largest possible pictures, a few bytes each on the wire, at a
 * steady rate.
 */

import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { compressedFrame } from "../../unit/decoders/frames.ts";
import { Client, HOG_KEYS, type Target, wireBytes } from "./client.ts";
import { serve } from "./rpc.ts";

/** The task of a hog. */
export interface HogSetup {
  readonly target: Target;
  /** The index of its key. */
  readonly hog: number;
  /** Width and height of its pictures in pixels. */
  readonly sidePx: number;
  readonly format: "zstd" | "zstdDelta";
}

const BYTES_PER_SECOND = 1_000_000;
const TICK_MS = 10;

let client: Client;
let ticker: ReturnType<typeof setInterval> | undefined;

await serve({
  async start({ target, hog, sidePx, format }: HogSetup): Promise<void> {
    const surface = { surfaceWidth: sidePx, surfaceHeight: sidePx };
    const content = new Uint8Array(sidePx * sidePx * 3);
    const frame = (format: number) => {
      const { header, payload } = compressedFrame(content, { ...surface, format });
      return { header: { ...header, commit: true }, payload };
    };
    client = await Client.login(target, "application", HOG_KEYS[hog]);
    client.sendFrame(frame(VIDEO_FORMAT.zstd));
    const bomb = frame(VIDEO_FORMAT[format]);
    const bytes = wireBytes(bomb);
    let owed = 0;
    let isSending = false;
    ticker = setInterval(() => {
      owed = Math.min(owed + BYTES_PER_SECOND * TICK_MS / 1_000, BYTES_PER_SECOND);
      if (isSending) return;
      for (; owed >= bytes; owed -= bytes) client.sendFrame(bomb);
      isSending = true;
      // The socket may be full for a while; the rest is sent later.
      client.flush().then(() => isSending = false, () => {});
    }, TICK_MS);
  },
  leave(): void {
    clearInterval(ticker);
    client.close();
  },
});
Deno.exit(0);
