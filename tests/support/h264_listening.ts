/** A listener that decodes H.264, and sources that send it. */

import assert from "node:assert/strict";
import { defaultProvider } from "../../lib/crypto/mod.ts";
import { DecoderPool } from "../../lib/decoders/h264/worker/decoder_pool.ts";
import type { DecoderPoolOptions } from "../../lib/decoders/h264/worker/decoder_pool.ts";
import type { SourceConnection } from "../../lib/net/source_connection.ts";
import { connectSource } from "../../lib/net/connect_source.ts";
import { bind } from "../../lib/net/bind.ts";
import { Listener } from "../../lib/net/listener.ts";
import { MAX_CLIENTS } from "../../lib/limits.ts";
import { DISPLAY_DEFAULTS } from "../../lib/segment/preroll.ts";
import type { Source } from "../../lib/segment/source.ts";
import type { Status } from "../../lib/segment/status.ts";
import type { VideoFrame } from "../../lib/source/frame.ts";
import { segmentKindNumber, VIDEO_CHUNK_BYTES, VIDEO_FORMAT } from "../../lib/wire/constants.ts";
import { Changes, PATIENCE_MS } from "./changes.ts";
import { freshKey } from "./clients.ts";
import { LogBook } from "./log_book.ts";
import { acceptAll } from "./port.ts";
import { wholeFrame } from "./source.ts";

export function h264Frame(payload: Uint8Array, width: number, height: number): VideoFrame {
  return wholeFrame(width, height, {
    format: VIDEO_FORMAT.h264,
    expandedLength: width * height * 4,
    payload,
    chunkBytes: VIDEO_CHUNK_BYTES,
  });
}

/** A source that counts its cancelled streams. */
export class H264Source {
  readonly client: SourceConnection;
  cancels = 0;
  readonly #reading: Promise<void>;
  readonly #changes = new Changes();

  constructor(client: SourceConnection) {
    this.client = client;
    this.#reading = this.#read();
  }

  /** Sends a frame and waits until all frames are acknowledged. */
  async draw(frame: VideoFrame): Promise<void> {
    await this.client.draw(frame);
    await this.client.allAcknowledged();
    assert.equal(this.client.skipped, 0);
  }

  /** Waits until the listener has cancelled its video `times` times. */
  async cancelled(times: number): Promise<void> {
    await this.#changes.until(
      () => this.cancels >= times || this.client.isOver,
      () => `${times} cancelled streams, has ${this.cancels}`,
    );
    assert.equal(this.cancels, times);
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const received of this.client) {
      if (received.type === "control" && received.control.command === "cancelstream") {
        this.cancels++;
      }
      this.#changes.notify();
    }
    this.#changes.notify();
  }
}

/** A listener that accepts every key and decodes H.264. */
export class H264Listening implements AsyncDisposable {
  readonly log = new LogBook();
  readonly decoders: DecoderPool;
  readonly listener: Listener;
  /** In the order of their preroll. */
  readonly clients: Source[] = [];
  /** The kinds of their video records; `resized` with its size. */
  readonly kinds: string[] = [];
  readonly #sources: H264Source[] = [];
  readonly #changes = new Changes();

  constructor(options: DecoderPoolOptions = {}) {
    // The test runner checks the types of a worker when it starts, which is slow on a busy machine.
    this.decoders = new DecoderPool({ timeoutMs: PATIENCE_MS, ...options });
    this.log.onLine = () => this.#changes.notify();
    this.listener = new Listener({
      name: undefined,
      sockets: bind("127.0.0.1", 0),
      state: acceptAll(this.log, MAX_CLIENTS),
      handler: (source, { kind }) => {
        if (kind !== "segment_request") return;
        source.acceptTarget((client, status) => this.#take(client, status));
      },
      log: this.log,
      display: DISPLAY_DEFAULTS,
      h264: "decode",
      decoders: this.decoders,
      allowDirect: true,
      crypto: defaultProvider(),
      arena: undefined,
    });
  }

  /** The logged reasons of refused streams. */
  get refusals(): unknown[] {
    return this.log.of("stream-refused").map(({ fields }) => fields["reason"]);
  }

  /** Connects a source that sends up to 8 unacknowledged frames. */
  async connect(): Promise<H264Source> {
    const client = await connectSource("127.0.0.1", {
      port: this.listener.address.port,
      key: freshKey(),
      acceptServer: () => true,
      registration: { segkind: segmentKindNumber("game")!, title: "h264" },
      window: 8,
    });
    const source = new H264Source(client);
    this.#sources.push(source);
    const count = this.#sources.length;
    await this.until(() => this.clients.length === count, "preroll");
    return source;
  }

  /** Waits until a condition holds; checks it after each log line and each record. */
  until(isTrue: () => boolean, what: string): Promise<void> {
    return this.#changes.until(isTrue, () => what);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.abort();
    await this.listener.finished();
    for (const source of this.#sources) await source.close();
    assert.equal(this.decoders.size, 0, "all decoders are freed");
    assert.deepEqual(this.log.of("internal-error"), []);
  }

  #take(client: Source, status: Status): void {
    if (status.kind === "preroll") {
      client.targetVerbose();
      this.clients.push(client);
    }
    if (status.kind === "resized") this.kinds.push(`resized ${status.width}x${status.height}`);
    if (status.kind === "frame" || status.kind === "dropped_frame") this.kinds.push(status.kind);
    this.#changes.notify();
  }
}
