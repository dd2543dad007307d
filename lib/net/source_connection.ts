/**
 * The connection of a source to a sink: the login, frames and events to the sink, and what the sink
 * sends.
 *
 * @module
 */

import { defaultArena, defaultProvider } from "../crypto/mod.ts";
import type { PrivateKey } from "../crypto/x25519.ts";
import type { A12Error } from "../errors.ts";
import { AuthError } from "../errors.ts";
import {
  DRAIN_TIMEOUT_MS,
  LIFETIME_CHECK_MS,
  MAX_WAITING_SOURCE_EVENTS,
  REKEY_VOLUME_BYTES,
} from "../limits.ts";
import type { HelloMode, PeerOffered, SessionEvent } from "../session/events.ts";
import { refuseWrongTypes } from "../segment/verbs/check.ts";
import { Session } from "../session/session.ts";
import type { StateName } from "../session/transitions.ts";
import type { Registration, SourceEvent } from "../source/endpoint.ts";
import { SourceEndpoint } from "../source/endpoint.ts";
import type { VideoFrame } from "../source/frame.ts";
import type { ControlInput } from "../wire/control.ts";
import type { EventInput } from "../wire/event/types.ts";
import { Pump, type Socket } from "./pump.ts";
import { Signal } from "./signal.ts";

/** How to connect to a sink. */
export interface ConnectOptions {
  /** The port; 6680 unless given. */
  readonly port?: number;
  /** Our private key: 32 bytes, or an imported one. */
  readonly key: PrivateKey | Uint8Array;
  /**
   * Decides about the key that the server answers with.
   *
   * @param publicKey 32 bytes.
   */
  readonly acceptServer: (publicKey: Uint8Array) => boolean;
  /** What the primary segment registers as. */
  readonly registration: Registration;
  /** How to send our key: `ephemeral`, which hides it, unless given. */
  readonly mode?: HelloMode;
  /** The secret of the listener, 1 to 31 bytes of UTF-8; the default secret of a12 unless given. */
  readonly secret?: string;
  /** How many frames may be sent before the first of them is acknowledged; 1 unless given. */
  readonly window?: number;
}

/**
 * The connection of a source. After its end nothing is sent and nothing rejects: calls say by their
 * result that it has ended, and {@linkcode error} why.
 */
export class SourceConnection {
  readonly #key: PrivateKey;
  readonly #options: ConnectOptions;
  readonly #socket: Socket & Pick<Deno.TcpConn, "closeWrite">;
  readonly #session: Session;
  readonly #endpoint: SourceEndpoint;
  readonly #pump: Pump;
  readonly #login = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  readonly #changed = new Signal();
  readonly #events: SourceEvent[] = [];
  #hasLoggedIn = false;
  /** The state of the login before the latest read, which may have ended the connection. */
  #stateAtRead: StateName = "hello";
  #isWriting = false;
  #isClosing = false;
  #isOver = false;
  #error: A12Error | undefined;
  /** Settles when the current frame is sent: frames do not mix. */
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * Begins to log in; {@linkcode connectSource} calls this.
   *
   * @param socket A connected socket; the connection closes it.
   * @param key Our key.
   * @param secret 1 to 31 bytes.
   * @param options All other options.
   */
  constructor(
    socket: Socket & Pick<Deno.TcpConn, "closeWrite">,
    key: PrivateKey,
    secret: Uint8Array,
    options: ConnectOptions,
  ) {
    this.#key = key;
    this.#options = options;
    this.#socket = socket;
    const arena = defaultArena();
    this.#session = new Session({
      side: "client",
      role: "source",
      mode: options.mode ?? "ephemeral",
      key,
      secret,
      crypto: defaultProvider(),
      random: (count) => crypto.getRandomValues(new Uint8Array(count)),
      startMs: performance.now(),
      rekey: { early: 0, volumeBytes: REKEY_VOLUME_BYTES },
      ...(arena && { arena }),
    });
    this.#endpoint = new SourceEndpoint(this.#session, options.window ?? 1);
    this.#pump = new Pump(
      {
        read: (bytes) => {
          this.#stateAtRead = this.#session.state;
          return socket.read(bytes);
        },
        write: (bytes) => this.#write(bytes),
        close: () => socket.close(),
      },
      this.#session,
    );
    this.#running = this.#run();
    const timer = setInterval(() => this.#pump.check(performance.now()), LIFETIME_CHECK_MS);
    void this.loggedIn.catch(() => {}).finally(() => clearInterval(timer));
  }

  /** Settles when the server has accepted us and proved its key; rejects with the reason if not. */
  get loggedIn(): Promise<void> {
    return this.#login.promise;
  }

  /** The server's key, 32 bytes. */
  get serverKey(): Uint8Array | undefined {
    return this.#session.peer?.publicKey;
  }

  /** Whether the connection has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The error that ended the connection; `undefined` before the end and after a plain close. */
  get error(): A12Error | undefined {
    return this.#error;
  }

  /** The number of frames that the sink has acknowledged. */
  get acknowledged(): number {
    return this.#endpoint.window.acknowledged;
  }

  /** The number of frames that the sink has not acknowledged in their turn; one stalls arcan-net. */
  get skipped(): number {
    return this.#endpoint.window.skipped;
  }

  /**
   * Waits for the next event or command of the sink. While 4096 of them wait to be taken, nothing is
   * read from the sink, acknowledgements included.
   *
   * @returns `undefined` at the end of the connection.
   */
  async next(): Promise<SourceEvent | undefined> {
    await this.#changed.until(() => this.#events.length > 0 || this.#isOver);
    if (this.#events.length === MAX_WAITING_SOURCE_EVENTS) this.#changed.notify();
    return this.#events.shift();
  }

  /** The events and commands of the sink, in order, up to the end of the connection. */
  async *[Symbol.asyncIterator](): AsyncGenerator<SourceEvent, void, undefined> {
    for (let event = await this.next(); event !== undefined; event = await this.next()) yield event;
  }

  /**
   * Sends an event.
   *
   * @param event The event.
   * @param channel An open channel.
   * @returns Whether it was sent; `false` once the connection has ended.
   * @throws {ApiMisuseError} `bad-argument` for a channel that is not open.
   */
  sendEvent(event: EventInput, channel = 0): boolean {
    return this.#send(() => this.#endpoint.sendEvent(event, channel));
  }

  /**
   * Sends a control command.
   *
   * @param control The command.
   * @returns Whether it was sent; `false` once the connection has ended.
   */
  sendControl(control: ControlInput): boolean {
    return this.#send(() => this.#endpoint.sendControl(control));
  }

  /**
   * Registers a segment on a channel that the sink has opened (`newch`).
   *
   * @param registration Kind, title and identity.
   * @param channel The channel.
   * @returns Whether it was sent; `false` once the connection has ended.
   * @throws {ApiMisuseError} `bad-argument` for a channel that is not open.
   */
  register(registration: Registration, channel: number): boolean {
    return this.#send(() => this.#endpoint.register(registration, channel));
  }

  /**
   * Waits until enough frames are acknowledged for the next one to be sent.
   *
   * @returns `false` once the connection has ended.
   */
  async drawable(): Promise<boolean> {
    await this.#changed.until(() => this.#endpoint.window.isOpen || this.#isDone);
    return !this.#isDone;
  }

  /**
   * Sends a frame, after those before it and once {@linkcode drawable} allows it.
   *
   * @param frame Borrowed until the promise settles.
   * @param channel An open channel.
   * @returns Whether all of it was handed to the socket; `false` once the connection has ended.
   * @throws {ApiMisuseError} `bad-argument` for a channel that is not open.
   */
  draw(frame: VideoFrame, channel = 0): Promise<boolean> {
    const drawn = this.#turn.then(() => this.#draw(frame, channel));
    this.#turn = drawn.catch(() => {});
    return drawn;
  }

  /** Waits until every frame is acknowledged or the connection has ended. */
  async allAcknowledged(): Promise<void> {
    await this.#changed.until(() => this.#endpoint.window.pending === 0 || this.#isDone);
  }

  /** Sends what waits, then closes; settles when the connection has ended. */
  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#changed.notify();
      const deadline = setTimeout(() => this.#pump.end(), DRAIN_TIMEOUT_MS);
      try {
        await this.#turn;
        this.#pump.flush();
        await this.#changed.until(() => this.#isOver || this.#isFlushed);
        // A close with unread bytes is a reset, which makes the peer lose bytes that it has not read.
        if (!this.#isOver) await this.#socket.closeWrite().catch(() => this.#pump.end());
        await this.#running;
      } finally {
        clearTimeout(deadline);
      }
    }
    await this.#running;
  }

  /** Ends the connection at once. */
  abort(): void {
    this.#isClosing = true;
    this.#pump.end();
    this.#changed.notify();
  }

  /** Settles when the connection has ended; {@linkcode error} says why. */
  async finished(): Promise<void> {
    await this.#running;
  }

  get #isDone(): boolean {
    return this.#isClosing || this.#session.isOver;
  }

  get #isFlushed(): boolean {
    return !this.#isWriting && this.#session.outputBytes === 0;
  }

  async #run(): Promise<void> {
    let error: A12Error | undefined;
    try {
      await this.#pump.run((event) => this.#take(event));
    } catch (caught) {
      error = caught as A12Error;
    }
    if (!this.#hasLoggedIn) error = this.#refusal(error);
    else if (this.#isClosing) error = undefined;
    this.#error = error;
    this.#isOver = true;
    this.#session.free();
    this.#login.reject(error);
    this.#changed.notify();
  }

  #take(event: SessionEvent): Promise<void> | undefined {
    if (event.type === "peer-offered") {
      this.#offered(event);
      return undefined;
    }
    if (event.type === "peer-authenticated") {
      this.#hasLoggedIn = true;
      this.#login.resolve();
      return undefined;
    }
    const taken = this.#endpoint.take(event);
    if (taken !== undefined) this.#events.push(taken);
    this.#changed.notify();
    if (this.#events.length < MAX_WAITING_SOURCE_EVENTS) return undefined;
    return this.#changed.until(() =>
      this.#events.length < MAX_WAITING_SOURCE_EVENTS || this.#isClosing
    );
  }

  #offered({ publicKey }: PeerOffered): void {
    if (!this.#options.acceptServer(publicKey)) {
      this.#session.reject();
      this.#pump.end(new AuthError("untrusted-server", "the server's key is not trusted"));
      return;
    }
    this.#session.accept(this.#key);
    this.#endpoint.register(this.#options.registration);
  }

  /** A server that refuses a client closes the connection without a reason; the state tells it. */
  #refusal(error: A12Error | undefined): A12Error {
    const isClosed = error === undefined || error.code === "connection-lost" ||
      error.code === "truncated";
    if (!isClosed) return error;
    if (this.#stateAtRead === "accepted") {
      const text = "the server closed the connection before it had proved its key";
      return new AuthError("not-proven", text);
    }
    if (this.#stateAtRead === "ephemeral") {
      return new AuthError("key-refused", "the server closed the connection upon our key");
    }
    return new AuthError("login-refused", "the server closed the connection without an answer");
  }

  #send(send: () => void): boolean {
    if (this.#isDone) return false;
    refuseWrongTypes(send);
    this.#pump.flushSoon();
    return true;
  }

  async #draw(frame: VideoFrame, channel: number): Promise<boolean> {
    if (!(await this.drawable())) return false;
    refuseWrongTypes(() => this.#endpoint.announce(frame, channel));
    const { length } = frame.payload;
    for (let at = 0; at < length;) {
      at = this.#endpoint.sendPart(frame, at, channel);
      this.#pump.flush();
      // One packet is encrypted while the previous one is written; no more is buffered.
      await this.#changed.until(() => this.#session.outputBytes === 0 || this.#session.isOver);
      if (this.#session.isOver) return false;
    }
    return true;
  }

  async #write(bytes: Uint8Array): Promise<number> {
    this.#isWriting = true;
    this.#changed.notify();
    try {
      return await this.#socket.write(bytes);
    } finally {
      this.#isWriting = false;
      this.#changed.notify();
    }
  }
}
