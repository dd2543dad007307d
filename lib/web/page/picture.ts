/**
 * A canvas that shows the pixels of one segment: rectangles come compressed, and a picture appears when
 * its last one is there.
 *
 * @module
 */

import { type Head, LAST_RECTANGLE, readPixels, type Rectangle } from "../views/protocol.ts";
import { unpack } from "./unpack.ts";

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
  show(frame: VideoFrame, bottomUp: boolean): void {
    const { displayWidth: width, displayHeight: height } = frame;
    this.#resize(width, height);
    if (bottomUp) this.#context.setTransform(1, 0, 0, -1, 0, height);
    this.#context.drawImage(frame, 0, 0, width, height);
    this.#context.resetTransform();
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
  const pixels = await unpack(rectangle);
  return new ImageData(pixels, rectangle.width, rectangle.height);
}
