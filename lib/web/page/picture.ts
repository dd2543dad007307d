/**
 * A canvas that shows the pixels of one segment: rectangles come compressed, and a picture appears when
 * its last one is there.
 *
 * @module
 */

import { CODEC, type Head, LAST_RECTANGLE, readPixels, type Rectangle } from "../views/protocol.ts";

/** A rectangle that is ready to be drawn. */
interface Ready {
  readonly rectangle: Rectangle;
  readonly pixels: ImageData;
}

export class Picture {
  readonly canvas = document.createElement("canvas");
  readonly #context: CanvasRenderingContext2D;
  readonly #onDrawn: (seq: number) => void;
  readonly #onResized: () => void;
  #order: Promise<void> = Promise.resolve();
  #ready: Ready[] = [];

  /**
   * @param onDrawn Called for each message when it is drawn.
   * @param onResized Called when the picture has another size.
   */
  constructor(onDrawn: (seq: number) => void, onResized: () => void) {
    this.#context = this.canvas.getContext("2d")!;
    this.#onDrawn = onDrawn;
    this.#onResized = onResized;
    this.canvas.width = this.canvas.height = 0;
  }

  /** Whether something was drawn. */
  get isEmpty(): boolean {
    return this.canvas.width === 0;
  }

  /** Takes a message of the kind `pixels`. */
  push({ flags, seq }: Head, message: Uint8Array<ArrayBuffer>): void {
    const rectangle = readPixels(message);
    const decoding = decode(rectangle);
    // Messages are drawn in their order, while they are decompressed at the same time.
    this.#order = this.#order.then(async () => {
      this.#ready.push({ rectangle, pixels: await decoding });
      if ((flags & LAST_RECTANGLE) !== 0) this.#present();
      this.#onDrawn(seq);
    });
  }

  /** Draws a frame of a video over everything, and closes it. */
  show(frame: VideoFrame): void {
    this.#resize(frame.displayWidth, frame.displayHeight);
    this.#context.drawImage(frame, 0, 0);
    frame.close();
  }

  #present(): void {
    const ready = this.#ready;
    this.#ready = [];
    for (const { rectangle: { surfaceWidth, surfaceHeight, x, y }, pixels } of ready) {
      this.#resize(surfaceWidth, surfaceHeight);
      this.#context.putImageData(pixels, x, y);
    }
  }

  #resize(width: number, height: number): void {
    if (this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.#onResized();
  }
}

async function decode(rectangle: Rectangle): Promise<ImageData> {
  const { width, height, channels, codec, bytes } = rectangle;
  const plain = codec === CODEC.raw ? bytes : await inflate(bytes);
  if (codec === CODEC.deflateUp) addRows(plain, width * channels);
  const image = new ImageData(width, height);
  if (channels === 4) image.data.set(plain.subarray(0, image.data.length));
  else addAlpha(plain, new Uint32Array(image.data.buffer));
  return image;
}

async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
    .pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Adds to each byte that of the row above. @param stride Bytes of one row. */
function addRows(bytes: Uint8Array, stride: number): void {
  for (let at = stride; at < bytes.length; at++) bytes[at]! += bytes[at - stride]!;
}

/** R, G, B to opaque pixels, as little-endian words. */
function addAlpha(rgb: Uint8Array, words: Uint32Array): void {
  for (let to = 0, from = 0; to < words.length; to++, from += 3) {
    words[to] = 0xff000000 | (rgb[from + 2]! << 16) | (rgb[from + 1]! << 8) | rgb[from]!;
  }
}
