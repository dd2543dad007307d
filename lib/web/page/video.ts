/**
 * H.264, decoded by the browser. Loaded with the first client that sends it.
 *
 * @module
 */

import { BOTTOM_UP, KEY_PICTURE, readHead, readVideo, type VideoUnit } from "../views/protocol.ts";

/** High profile: what encoders make unless they are told otherwise. */
const PROBED = "avc1.640028";
const NAL_SEQUENCE_PARAMETERS = 7;
/** Units that a decoder may hold back until others come. */
const HELD_UNITS = 4;
/** A picture that no other follows is asked for after this. */
const FLUSH_MS = 100;
/** Sources take no other colours into account, nor does the listener. */
const COLORS = {
  primaries: "bt709",
  transfer: "iec61966-2-1",
  matrix: "smpte170m",
  fullRange: false,
} as const;

export async function canDecodeH264(): Promise<boolean> {
  try {
    const config = { codec: PROBED, optimizeForLatency: true };
    return (await VideoDecoder.isConfigSupported(config)).supported === true;
  } catch {
    return false;
  }
}

/** What becomes of units. */
export interface VideoOwner {
  /** @param frame To be closed. */
  onFrame(frame: VideoFrame, bottomUp: boolean): void;
  /** A unit was decoded. */
  onDecoded(seq: number): void;
  /** The browser cannot decode the video. */
  onFail(why: string): void;
}

/** A key picture that was decoded last, for pictures that refer to it. */
interface Key {
  readonly chunk: EncodedVideoChunk;
  readonly seq: number;
}

/** The pictures of one segment. */
export class VideoPictures {
  readonly #owner: VideoOwner;
  readonly #decoder: VideoDecoder;
  /** Units that the decoder has, the oldest first. */
  readonly #pending: { readonly seq: number; readonly bottomUp: boolean }[] = [];
  #config = "";
  #key: Key | undefined;
  /** Whether the decoder has given up what it knew after the key picture. */
  #isFlushed = false;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(owner: VideoOwner) {
    this.#owner = owner;
    this.#decoder = new VideoDecoder({
      output: (frame) => this.#show(frame),
      error: ({ message }) => owner.onFail(message),
    });
    this.#decoder.ondequeue = () => this.#release(this.#decoder.decodeQueueSize + HELD_UNITS);
  }

  /** Takes a message of the kind `video`. */
  push(message: Uint8Array<ArrayBuffer>): void {
    if (this.#decoder.state === "closed") return;
    const { seq, flags } = readHead(message);
    const unit = readVideo(message);
    const isKey = (flags & KEY_PICTURE) !== 0;
    if (isKey) this.#configure(unit);
    const chunk = new EncodedVideoChunk({
      type: isKey ? "key" : "delta",
      timestamp: seq,
      data: unit.data,
    });
    clearTimeout(this.#flushTimer);
    try {
      if (!isKey && this.#isFlushed && this.#key !== undefined) {
        this.#decoder.decode(this.#key.chunk);
      }
      this.#isFlushed = false;
      this.#pending.push({ seq, bottomUp: (flags & BOTTOM_UP) !== 0 });
      this.#decoder.decode(chunk);
    } catch (error) {
      return this.#owner.onFail((error as Error).message);
    }
    this.#key = isKey ? { chunk, seq } : undefined;
    if (isKey) this.#flushTimer = setTimeout(() => this.#flush(), FLUSH_MS);
  }

  close(): void {
    clearTimeout(this.#flushTimer);
    if (this.#decoder.state !== "closed") this.#decoder.close();
  }

  #configure({ width, height, data }: VideoUnit): void {
    const codec = codecOf(data) ?? PROBED;
    const config = `${codec} ${width}x${height}`;
    if (config === this.#config) return;
    this.#config = config;
    this.#decoder.configure({
      codec,
      codedWidth: width,
      codedHeight: height,
      optimizeForLatency: true,
      colorSpace: COLORS,
    });
  }

  /** Makes the decoder give a last picture that it holds back. */
  #flush(): void {
    if (this.#decoder.state !== "configured" || this.#pending.length === 0) return;
    this.#isFlushed = true;
    this.#decoder.flush().then(() => this.#release(0), () => {});
  }

  #show(frame: VideoFrame): void {
    const at = this.#pending.findIndex(({ seq }) => seq === frame.timestamp);
    // A key picture that was decoded again was shown before.
    if (at < 0) return frame.close();
    const { bottomUp } = this.#pending[at]!;
    this.#owner.onFrame(frame, bottomUp);
    this.#release(this.#pending.length - at - 1);
  }

  /** Tells that all units but the last ones were decoded. */
  #release(left: number): void {
    while (this.#pending.length > left) this.#owner.onDecoded(this.#pending.shift()!.seq);
  }
}

/** The name of the profile and level that the first sequence parameter set says. */
function codecOf(unit: Uint8Array): string | undefined {
  for (let at = 0; at + 6 < unit.length; at++) {
    if (unit[at] !== 0 || unit[at + 1] !== 0 || unit[at + 2] !== 1) continue;
    if ((unit[at + 3]! & 0x1f) !== NAL_SEQUENCE_PARAMETERS) continue;
    const bytes = [...unit.subarray(at + 4, at + 7)];
    return `avc1.${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
  return undefined;
}
