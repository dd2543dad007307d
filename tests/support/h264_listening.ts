/** A listener that decodes H.264, and sources that send it. */

import assert from "node:assert/strict";
import { defaultProvider } from "../../lib/crypto/mod.ts";
import { DecoderPool } from "../../lib/decoders/h264/worker/decoder_pool.ts";
import type { DecoderPoolOptions } from "../../lib/decoders/h264/worker/decoder_pool.ts";
import type { SourceConnection } from "../../lib/net/source_connection.ts";
import { connectSource } from "../../lib/net/connect_source.ts";
import { Listener } from "../../lib/net/listener.ts";
import { DISPLAY_DEFAULTS } from "../../lib/segment/preroll.ts";
import type { Source } from "../../lib/segment/source.ts";
import type { Status } from "../../lib/segment/status.ts";
import type { VideoFrame } from "../../lib/source/frame.ts";
import { segmentKindNumber, VIDEO_CHUNK_BYTES, VIDEO_FORMAT } from "../../lib/wire/constants.ts";
import { freshKey } from "./clients.ts";
import { LogBook } from "./log_book.ts";
import { SERVER_KEY } from "./pair.ts";

/** A test that waits for what never comes fails after so long. */
const PATIENCE_MS = 20_000;

/** A frame of H.264 for a surface of any size. */
export function h264Frame(payload: Uint8Array, width: number, height: number): VideoFrame {
  return {
    format: VIDEO_FORMAT.h264,
    surfaceWidth: width,
    surfaceHeight: height,
    x: 0,
    y: 0,
    width,
    height,
    flags: 0,
    expandedLength: width * height * 4,
    payload,
    chunkBytes: VIDEO_CHUNK_BYTES,
  };
}

/** A source, and what it was told. */
export class H264Source {
  readonly client: SourceConnection;
  /** How often it was told that its video cannot be decoded. */
  cancels = 0;
  readonly #reading: Promise<void>;
  #told = Promise.withResolvers<void>();

  constructor(client: SourceConnection) {
    this.client = client;
    this.#reading = this.#read();
  }

  /** Sends a frame and waits until it and all before it are acknowledged. */
  async draw(frame: VideoFrame): Promise<void> {
    await this.client.draw(frame);
    await this.client.allAcknowledged();
    assert.equal(this.client.skipped, 0);
  }

  /** Waits until it was told so often that its video cannot be decoded. */
  async cancelled(times: number): Promise<void> {
    while (this.cancels < times && !this.client.isOver) await this.#told.promise;
    assert.equal(this.cancels, times);
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const told of this.client) {
      if (told.type === "control" && told.control.command === "cancelstream") this.cancels++;
      this.#told.resolve();
      this.#told = Promise.withResolvers();
    }
    this.#told.resolve();
  }
}

/** A listener on a port of its own that lets every key in. */
export class H264Listening implements AsyncDisposable {
  readonly log = new LogBook();
  readonly decoders: DecoderPool;
  readonly listener: Listener;
  /** The clients, in the order in which they came. */
  readonly clients: Source[] = [];
  /** What they showed, as `kind width x height`. */
  readonly kinds: string[] = [];
  readonly #sources: H264Source[] = [];
  #changed = Promise.withResolvers<void>();

  constructor(options: DecoderPoolOptions = {}) {
    // A test runner checks the types of a worker first, which takes its time on a busy machine.
    this.decoders = new DecoderPool({ timeoutMs: PATIENCE_MS, ...options });
    this.log.onLine = () => this.#wake();
    this.listener = new Listener({
      name: undefined,
      hostname: "127.0.0.1",
      port: 0,
      openAuthority: () =>
        Promise.resolve({
          identity: () => SERVER_KEY,
          accepts: () => ({ accepted: true }),
          enrolment: () => ({ reserve: () => undefined }),
        }),
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

  /** Why streams were refused, as it is logged. */
  get refusals(): unknown[] {
    return this.log.of("stream-refused").map(({ fields }) => fields["reason"]);
  }

  /** Connects a source that sends up to 8 frames ahead. */
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

  /** Waits until something is true; it is looked at whenever a line is logged or a handler called. */
  async until(isTrue: () => boolean, what: string): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, PATIENCE_MS);
    try {
      while (!isTrue()) {
        assert.ok(!isLate, `waited for ${what}`);
        await this.#changed.promise;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.abort();
    await this.listener.finished();
    for (const source of this.#sources) await source.close();
    assert.equal(this.decoders.size, 0, "no decoder is left over");
    assert.deepEqual(this.log.of("internal-error"), []);
  }

  #take(client: Source, status: Status): void {
    if (status.kind === "preroll") {
      client.targetVerbose();
      this.clients.push(client);
    }
    if (status.kind === "resized") this.kinds.push(`resized ${status.width}x${status.height}`);
    if (status.kind === "frame" || status.kind === "dropped_frame") this.kinds.push(status.kind);
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
