/**
 * The source end of a connection, for the feeders.
 */

import { simdProvider } from "../../../lib/crypto/simd/provider.ts";
import { typescriptProvider } from "../../../lib/crypto/typescript.ts";
import { PrivateKey } from "../../../lib/crypto/x25519.ts";
import type { HelloMode, SessionEvent } from "../../../lib/session/events.ts";
import { Session } from "../../../lib/session/session.ts";
import { encodeUtf8 } from "../../../lib/bytes/text.ts";
import { DEFAULT_SECRET, VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { writeAll } from "../../../lib/write_all.ts";
import type { Frame } from "./frames.ts";

const crypto = simdProvider() ?? typescriptProvider;
const APPLICATION = 10;
const TERMINAL = 5;
/** No segment has this channel, so that transfers over it are refused at once. */
const NO_CHANNEL = 200;
const VIDEO_STREAM = 0xbacabaca;
const COMPRESSED_CHUNK_BYTES = 32_768;
const RAW_CHUNK_BYTES = 32_760;
const RAW_FORMATS: readonly number[] = [VIDEO_FORMAT.rgba, VIDEO_FORMAT.rgb, VIDEO_FORMAT.rgb565];

/** The key of all clients except hogs. */
export const CLIENT_KEY = new PrivateKey(new Uint8Array(32).fill(0x42));

/** The keys of hogs: clients that use as much of the sink as they can. */
export const HOG_KEYS: readonly PrivateKey[] = [1, 2, 3, 4].map((hog) =>
  new PrivateKey(new Uint8Array(32).fill(hog))
);

function random(count: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(count));
}

/** A connection before its login. */
async function connect(
  port: number,
  mode: HelloMode,
  key: PrivateKey,
): Promise<[Deno.TcpConn, Session]> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  socket.setNoDelay(true);
  const session = new Session({
    side: "client",
    role: "source",
    secret: encodeUtf8(DEFAULT_SECRET),
    crypto,
    random,
    startMs: Date.now(),
    rekey: { early: 0, volumeBytes: Number.MAX_SAFE_INTEGER },
    mode,
    key,
  });
  return [socket, session];
}

/** Logs in up to the final keys and closes: one handshake for the listener. */
export async function shakeHands(port: number, mode: HelloMode): Promise<void> {
  const [socket, session] = await connect(port, mode, CLIENT_KEY);
  const buffer = new Uint8Array(1_024);
  for (;;) {
    const output = session.takeOutput();
    if (output !== undefined) await writeAll(socket, output);
    const count = await socket.read(buffer);
    if (count === null) throw new Error("the listener refused");
    session.receive(buffer.subarray(0, count));
    if (session.nextEvent()?.type === "peer-offered") break;
  }
  session.accept(CLIENT_KEY);
  session.free();
  socket.close();
}

/** One logged-in client. */
export class Client {
  readonly session: Session;
  readonly #socket: Deno.TcpConn;
  readonly #key: PrivateKey;
  #stream = 0;
  #acknowledged = 0;
  #cancelled = 0;
  #isActive = false;
  /** Whether packets are sealed that were not sent yet; a REKEY would come between them. */
  #isHeld = false;
  #waiting: { isThere: () => boolean; resolve: () => void }[] = [];
  #written: Promise<void> = Promise.resolve();

  private constructor(socket: Deno.TcpConn, session: Session, key: PrivateKey) {
    this.#socket = socket;
    this.#key = key;
    this.session = session;
  }

  /** Logs in, registers and waits until it is active. */
  static async login(
    port: number,
    kind: "application" | "terminal",
    key: PrivateKey = CLIENT_KEY,
  ): Promise<Client> {
    const [socket, session] = await connect(port, "ephemeral", key);
    const client = new Client(socket, session, key);
    client.#read().catch((error) => {
      if (!session.isOver) throw error;
    });
    await client.flush();
    await client.#until(() => session.state !== "hello" && session.state !== "ephemeral");
    session.sendEvent(0, {
      category: "external",
      kind: "register",
      title: "bench",
      segkind: kind === "terminal" ? TERMINAL : APPLICATION,
      guid0: 1n,
      guid1: 2n,
    });
    await client.flush();
    await client.#until(() => client.#isActive);
    return client;
  }

  /** Waits until the sink has read all that was sent before. */
  async settle(): Promise<void> {
    const marker = this.sendMarker();
    await this.flush();
    await this.refused(marker);
  }

  /** Appends a frame to the output. @returns Its id. */
  sendFrame({ header, payload }: Frame): number {
    const stream = ++this.#stream;
    this.session.send({ command: "videoframe", ...header, stream });
    const step = RAW_FORMATS.includes(header.format) ? RAW_CHUNK_BYTES : COMPRESSED_CHUNK_BYTES;
    for (let at = 0; at < payload.length; at += step) {
      this.session.sendData("video", 0, VIDEO_STREAM, payload.subarray(at, at + step));
    }
    return stream;
  }

  /** Appends a transfer that a sink refuses at once, as no segment has its channel; then it has read everything before. */
  sendMarker(): number {
    const stream = ++this.#stream;
    this.session.send({
      command: "binarystream",
      channel: NO_CHANNEL,
      stream,
      size: 0,
      type: 3,
      identifier: 0,
      compressed: false,
    });
    return stream;
  }

  flush(): Promise<void> {
    return this.#send(() => this.session.takeOutput());
  }

  /** Sends nothing by itself from now on, so that packets can be sealed in advance. */
  hold(): void {
    this.#isHeld = true;
  }

  /** What was sealed has been sent. */
  async release(): Promise<void> {
    this.#isHeld = false;
    await this.#answer();
  }

  async #answer(): Promise<void> {
    if (this.#isHeld) return;
    this.session.rekey();
    await this.flush();
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#send(() => bytes);
  }

  /** One write at a time, since taken output is valid only until the next is taken. */
  #send(take: () => Uint8Array | undefined): Promise<void> {
    return this.#written = this.#written.then(async () => {
      const bytes = take();
      if (bytes !== undefined) await writeAll(this.#socket, bytes);
    });
  }

  acknowledged(stream: number): Promise<void> {
    return this.#until(() => this.#acknowledged >= stream);
  }

  /** Waits for the refusal of a marker. */
  refused(stream: number): Promise<void> {
    return this.#until(() => this.#cancelled >= stream);
  }

  close(): void {
    this.session.close();
    this.#socket.close();
  }

  #until(isThere: () => boolean): Promise<void> {
    if (isThere()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isThere, resolve }));
  }

  async #read(): Promise<void> {
    while (!this.session.isOver) {
      const count = await this.#socket.read(this.session.writable());
      if (count === null) throw new Error("the sink closed the connection");
      this.session.commit(count);
      for (let event = this.session.nextEvent(); event; event = this.session.nextEvent()) {
        this.#take(event);
      }
      await this.#answer();
      if (this.#waiting.length > 0) {
        this.#waiting = this.#waiting.filter(({ isThere, resolve }) => {
          if (!isThere()) return true;
          resolve();
          return false;
        });
      }
    }
  }

  #take(event: SessionEvent): void {
    if (event.type === "peer-offered") this.session.accept(this.#key);
    if (event.type === "event" && event.decode().kind === "activate") this.#isActive = true;
    if (event.type !== "control") return;
    const { control } = event;
    if (control.command === "ping") {
      this.#acknowledged = control.stream;
    }
    if (control.command === "cancelstream") {
      if (control.streamType !== 2) throw new Error("the sink refused a frame");
      this.#cancelled = control.stream;
    }
  }
}

/** The bytes of a frame on the wire. */
export function wireBytes({ header, payload }: Frame): number {
  const step = RAW_FORMATS.includes(header.format) ? RAW_CHUNK_BYTES : COMPRESSED_CHUNK_BYTES;
  return 153 + payload.length + 32 * Math.ceil(payload.length / step);
}
