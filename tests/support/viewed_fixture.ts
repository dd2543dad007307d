/** A client without a connection, and viewers: frames are drawn at once. */

import type { FrameHeader } from "../../lib/decoders/frame_header.ts";
import type { Surface } from "../../lib/decoders/surface.ts";
import { Compressor } from "../../lib/web/views/compressor.ts";
import type { CompressTask } from "../../lib/web/views/compress.ts";
import type { ViewOptions } from "../../lib/web/views/types.ts";
import { Views } from "../../lib/web/views/views.ts";
import type { WorkerLike } from "../../lib/worker_thread.ts";
import { draw, frameHeader } from "../unit/decoders/frames.ts";
import { Fixture } from "./segment_fixture.ts";
import { Viewer } from "./viewer.ts";

const APPLICATION = 10;
const FULL: ViewOptions = { mode: "full", rights: "drive" };

/** Counts what it compresses. */
class CountingCompressor extends Compressor {
  count = 0;

  override compress(task: CompressTask) {
    this.count++;
    return super.compress(task);
  }
}

export class ViewedFixture implements Disposable {
  readonly fixture: Fixture;
  readonly compressor: CountingCompressor;
  readonly #views: Views;
  readonly #viewers: Viewer[] = [];

  /** @param start Starts the worker that compresses. */
  constructor({ kind = APPLICATION, start }: { kind?: number; start?: () => WorkerLike } = {}) {
    this.fixture = new Fixture({ kind });
    this.compressor = new CountingCompressor(start);
    this.#views = new Views(this.compressor);
  }

  /** The number of the client. */
  get id(): number {
    return this.fixture.source.id;
  }

  get surface(): Surface {
    return this.fixture.delivery.primary.segment.video.surface;
  }

  /** What looks at the client. */
  get taps() {
    return this.fixture.delivery.taps;
  }

  /** Draws R, G, B, A bytes of a region. */
  draw(rgba: Uint8Array, fields: Partial<FrameHeader>): void {
    draw(this.surface, frameHeader(fields), rgba);
  }

  /** Opens a view that has not said hello. */
  open(options: Partial<ViewOptions> = {}): Viewer {
    const { primary: source, sources: segments, taps } = this.fixture.delivery;
    const viewer = new Viewer();
    const describe = () => ({ id: source.id, parts: this.fixture.delivery.sources.length });
    viewer.attach(
      this.#views.open({ source, segments, taps, refuseH264() {} }, describe, {
        ...FULL,
        ...options,
      }, viewer),
    );
    this.#viewers.push(viewer);
    return viewer;
  }

  /** Opens a view. */
  view(options: Partial<ViewOptions> = {}): Viewer {
    return this.open(options).hello();
  }

  [Symbol.dispose](): void {
    for (const viewer of this.#viewers) viewer[Symbol.dispose]();
  }
}
