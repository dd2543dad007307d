/**
 * A source that dials a sink: logs in, registers, draws, and hears what it is told.
 *
 * @module
 */

import { defaultArena, defaultProvider } from "../crypto/mod.ts";
import type { PrivateKey } from "../crypto/x25519.ts";
import type { A12Error } from "../errors.ts";
import { AuthError } from "../errors.ts";
import { DRAIN_TIMEOUT_MS, MAX_WAITING_SOURCE_EVENTS, REKEY_VOLUME_BYTES } from "../limits.ts";
import type { PeerOffered, SessionEvent } from "../session/events.ts";
import { Session } from "../session/session.ts";
import type { StateName } from "../session/transitions.ts";
import type { Registration, SourceEvent } from "../source/endpoint.ts";
import { SourceEndpoint } from "../source/endpoint.ts";
import type { VideoFrame } from "../source/frame.ts";
import type { ControlInput } from "../wire/control.ts";
import type { EventInput } from "../wire/event/types.ts";
import type { ConnectOptions } from "./connect_options.ts";
import { Pump } from "./pump.ts";
import { Signal } from "./signal.ts";

/** A source's connection. What is sent after its end is dropped; nothing but a login rejects. */
export class SourceClient {
  readonly #key: PrivateKey;
  readonly #options: ConnectOptions;
  readonly #socket: Deno.TcpConn;
  readonly #session: Session;
  readonly #endpoint: SourceEndpoint;
  readonly #pump: Pump;
  readonly #login = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  readonly #changed = new Signal();
  readonly #events: SourceEvent[] = [];
  #hasLoggedIn = false;
  /** What the login had come to when the last bytes, or the end, were waited for. */
  #stateAtRead: StateName = "hello";
  #isWriting = false;
  #isClosing = false;
  #isOver = false;
  #error: A12Error | undefined;
  /** Settles when the frame that is being sent is out, so that frames go one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * Begins to log in; use {@linkcode connectSource}.
   *
   * @param socket A connected socket; the client closes it.
   * @param key Our key.
   * @param secret 1 to 31 bytes.
   * @param options What else to log in with.
   */
  constructor(
    socket: Deno.TcpConn,
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
  }

  /** Settles once the server has let us in and proved its key; rejects with why it has not. */
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

  /** What ended the connection; `undefined` before, and when either side has just closed it. */
  get error(): A12Error | undefined {
    return this.#error;
  }

  /** How many frames the sink has acknowledged. */
  get acknowledged(): number {
    return this.#endpoint.window.acknowledged;
  }

  /** How many frames the sink has passed over; one is enough to stall arcan-net for ever. */
  get skipped(): number {
    return this.#endpoint.window.skipped;
  }

  /**
   * Takes the next thing that the sink has told. Whoever lets too many of them wait is read for no
   * more, acknowledgements included.
   *
   * @returns The event or command, or `undefined` at the end of the connection.
   */
  async next(): Promise<SourceEvent | undefined> {
    await this.#changed.until(() => this.#events.length > 0 || this.#isOver);
    if (this.#events.length === MAX_WAITING_SOURCE_EVENTS) this.#changed.notify();
    return this.#events.shift();
  }

  /** All that the sink tells, in order, up to the end of the connection. */
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
   * Registers a segment that the sink has opened a channel for.
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
   * Waits until the next frame can be sent without waiting.
   *
   * @returns Whether it can; `false` once the connection has ended.
   */
  async drawable(): Promise<boolean> {
    await this.#changed.until(() => this.#endpoint.window.isOpen || this.#isDone);
    return !this.#isDone;
  }

  /**
   * Sends a frame, after those that are being sent, once so many are acknowledged that one more may
   * be under way.
   *
   * @param frame The frame; borrowed until the promise settles.
   * @param channel An open channel.
   * @returns Whether all of it was handed to the socket; `false` once the connection has ended.
   * @throws {ApiMisuseError} `bad-argument` for a channel that is not open.
   */
  draw(frame: VideoFrame, channel = 0): Promise<boolean> {
    const drawn = this.#turn.then(() => this.#draw(frame, channel));
    this.#turn = drawn.catch(() => {});
    return drawn;
  }

  /** Waits until every frame is acknowledged, or the connection has ended. */
  async allAcknowledged(): Promise<void> {
    await this.#changed.until(() => this.#endpoint.window.pending === 0 || this.#isDone);
  }

  /** Leaves: sends what was given so far, and settles when the connection has ended. */
  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#changed.notify();
      const deadline = setTimeout(() => this.#pump.end(), DRAIN_TIMEOUT_MS);
      try {
        await this.#turn;
        this.#pump.flush();
        await this.#changed.until(() => this.#isOver || this.#isFlushed);
        // Whoever closes with bytes unread makes the other side lose what it has not read yet.
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
    const told = this.#endpoint.take(event);
    if (told !== undefined) this.#events.push(told);
    this.#changed.notify();
    if (this.#events.length <= MAX_WAITING_SOURCE_EVENTS) return undefined;
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

  /** A server that does not let somebody in closes the connection and gives no reason. */
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
    send();
    this.#pump.flushSoon();
    return true;
  }

  async #draw(frame: VideoFrame, channel: number): Promise<boolean> {
    if (!(await this.drawable())) return false;
    const { length } = frame.payload;
    this.#endpoint.announce(frame, channel);
    for (let at = 0; at < length;) {
      at = this.#endpoint.sendPart(frame, at, channel);
      this.#pump.flush();
      // One packet is encrypted while the one before it is written, and no more memory is used.
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
