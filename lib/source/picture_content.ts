/**
 * A source that shows the moving test picture.
 *
 * @module
 */

import { segmentKindNumber } from "../wire/constants.ts";
import type { WireEvent } from "../wire/event/types.ts";
import type { Content } from "./content.ts";
import type { Display } from "./display.ts";
import type { PictureFormat } from "./encoders.ts";
import { makePictureEncoder } from "./encoders.ts";
import type { PictureEncoder, VideoFrame } from "./frame.ts";
import { TestPicture } from "./test_picture.ts";

/** The moving test picture in the size of the window. */
export class PictureContent implements Content {
  readonly segkind: number = segmentKindNumber("application")!;
  /** Each frame is another one. */
  readonly isDirty = true;
  readonly #encoder: PictureEncoder;
  readonly #sendsRegions: boolean;
  #picture: TestPicture | undefined;
  #next: TestPicture;

  /**
   * Makes a picture that has not been shown.
   *
   * @param format How pictures are sent.
   * @param width Width in pixels until the sink asks for another.
   * @param height Height in pixels until the sink asks for another.
   */
  constructor(format: PictureFormat, width = 640, height = 480) {
    this.#encoder = makePictureEncoder(format);
    // The reference sink paints raw regions askew.
    this.#sendsRegions = format === "zstd";
    this.#next = new TestPicture(width, height);
  }

  resize({ width, height }: Display): void {
    if (this.#next.width === width && this.#next.height === height) return;
    this.#next = new TestPicture(width, height);
  }

  take(event: WireEvent): void {
    if (event.category !== "target" || event.kind !== "reset") return;
    this.#next = new TestPicture(this.#next.width, this.#next.height);
  }

  next(): VideoFrame {
    const picture = this.#next;
    if (picture !== this.#picture) {
      this.#picture = picture;
      return this.#encoder.encode(picture);
    }
    const dirty = picture.step();
    return this.#encoder.encode(picture, this.#sendsRegions ? dirty : undefined);
  }
}
