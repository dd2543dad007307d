/**
 * Carries the bytes of one session over a socket: a loop that reads and works off what came, and a
 * writer that sends what waits.
 *
 * At most one block of bytes is worked off before the next is read. A connection whose bytes never run
 * dry, or take long to work off, lets the others have their turn now and then.
 *
 * @module
 */

import type { A12Error } from "../errors.ts";
import { LimitError } from "../errors.ts";
import {
  DRAIN_TIMEOUT_MS,
  HANDLER_SLOW_MS,
  LEFT_WORK_MS,
  MAX_OUTPUT_BYTES,
  READ_PAUSE_OUTPUT_BYTES,
  WRITE_STALL_TIMEOUT_MS,
} from "../limits.ts";
import type { SessionEvent } from "../session/events.ts";
import type { Session } from "../session/session.ts";
import type { Counters } from "./counters.ts";
import { asError } from "./faults.ts";
import { Reader } from "./reader.ts";
import { TurnClock } from "./turn_clock.ts";
import { nextShortTurn, nextTurn } from "./turns.ts";
import { Writer } from "./writer.ts";

/** The part of a socket that a pump needs. */
export type Socket = Pick<Deno.TcpConn, "read" | "write" | "close">;

/**
 * After this many bytes the event loop gets its turn: a read that finds bytes waiting settles without
 * one, and a client that floods its socket would have the thread to itself.
 */
const TURN_BYTES = 65_536;
/** After this many bytes of one read the turn ends as well. */
const MOST_TURN_BYTES = 262_144;

/** What a pump gets from its owner. */
interface PumpOptions {
  /** Puts what waits for its turn into the output of the session, when little is left in it. */
  readonly refill?: () => void;
  /**
   * Sends something that means nothing, so that a write fails if the peer has closed. Without it the
   * end of the peer is not noticed while an event is being taken, nor that a silent peer takes nothing.
   */
  readonly probe?: () => void;
  /** Get the bytes and the time. */
  readonly counters?: Counters;
}

/** An event that is being taken; nothing more is taken from the peer meanwhile. */
interface Hold {
  /** Stops waiting for it. */
  readonly release: () => void;
  /** When to look for the peer next, by `performance.now`. */
  lookMs: number;
  /** Whether it has lasted long enough for the end of the peer to end the connection. */
  isLong: boolean;
}

/** Carries one session. */
export class Pump {
  readonly #socket: Socket;
  readonly #session: Session;
  readonly #options: PumpOptions;
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #clock: TurnClock;
  #hold: Hold | undefined;
  #ended: Error | undefined;
  #isClosed = false;
  #flushQueued = false;
  #readInTurn = 0;
  #receivedBytes = 0;
  /** Work done for a peer that has gone, in milliseconds. */
  #leftWorkMs = 0;

  /** @param socket A connected socket; the pump closes it. */
  constructor(socket: Socket, session: Session, options: PumpOptions = {}) {
    this.#socket = socket;
    this.#session = session;
    this.#options = options;
    this.#clock = new TurnClock(options.counters);
    this.#reader = new Reader(socket, this.#onPeerGone);
    this.#writer = new Writer(
      socket,
      () => this.#nextOutput(),
      this.#onPeerGone,
      options.counters,
    );
  }

  /**
   * Runs until either end closes, then closes the socket.
   *
   * @param take Takes each event; the next waits until its promise, if any, settles, or the
   * connection has ended.
   * @throws {A12Error} What ended the connection, unless it was a plain close.
   */
  async run(take: (event: SessionEvent) => Promise<void> | undefined): Promise<void> {
    const session = this.#session;
    try {
      while (!session.isOver) {
        this.#clock.start();
        let turnEnd = session.pendingBytes - MOST_TURN_BYTES;
        for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) {
          const pending = this.#isPeerGone ? this.#takeLeft(take, event) : take(event);
          if (pending !== undefined) {
            await this.#taken(pending);
            this.#clock.stop();
          }
          if (!this.#clock.count(event)) {
            if (session.pendingBytes > turnEnd) continue;
            this.#clock.stop();
          }
          turnEnd = session.pendingBytes - MOST_TURN_BYTES;
          this.flush();
          await this.#nextTurn();
        }
        this.#clock.stop();
        this.flush();
        if (this.#readInTurn >= TURN_BYTES || this.#clock.isOver) await this.#nextTurn();
        if (session.isOver) break;
        if (!this.#isCaughtUp()) {
          await this.#writer.drained(this.#isCaughtUp, WRITE_STALL_TIMEOUT_MS, this.#stall);
        }
        const count = await this.#reader.read(session.writable());
        if (count === null) session.receiveEof();
        else this.#received(count);
      }
      await this.#writer.drained(() => false, DRAIN_TIMEOUT_MS, () => this.end());
    } catch (error) {
      throw this.#ended ?? asError(error);
    } finally {
      this.#close();
      await this.#writer.idle;
      await this.#reader.idle;
    }
    if (this.#ended !== undefined) throw this.#ended;
  }

  /** Bytes that the peer has sent. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** When the event that is being taken was at hand, at most a few events ago, by `performance.now`. */
  get takenMs(): number {
    return this.#clock.readMs;
  }

  /** Whether the peer is read at present, and takes what is sent to it. */
  get isRead(): boolean {
    return this.#hold === undefined && this.#isCaughtUp();
  }

  /** Sends what waits, in one write. */
  flush(): void {
    const { outputBytes } = this.#session;
    if (outputBytes > MAX_OUTPUT_BYTES) {
      const text = `${outputBytes} bytes wait to be sent, the limit is ${MAX_OUTPUT_BYTES}`;
      this.end(new LimitError("output-queue-full", text));
    } else if (!this.#isClosed) {
      this.#writer.flush();
      const isWatched = this.#options.probe !== undefined && this.#session.outputBytes > 0;
      if (isWatched) this.#writer.watch(WRITE_STALL_TIMEOUT_MS, this.#stall);
    }
  }

  /** Sends what waits once the current turn is over. */
  flushSoon(): void {
    if (this.#flushQueued) return;
    this.#flushQueued = true;
    queueMicrotask(() => {
      this.#flushQueued = false;
      this.flush();
    });
  }

  /**
   * Ends the connection at once.
   *
   * @param reason What {@linkcode run} throws; a plain close when absent.
   */
  end(reason?: A12Error): void {
    this.#ended ??= reason;
    this.#session.close();
    this.#close();
    this.#hold?.release();
  }

  /**
   * Ends a login that takes too long, and looks for a peer whose event has been held for long. The owner
   * calls it about once a second: timers of its own would cost each connection 5 µs.
   *
   * @param nowMs The time by `performance.now`.
   */
  check(nowMs: number): void {
    const fault = this.#session.handleTimeout(nowMs);
    if (fault !== undefined) return this.end(fault);
    const hold = this.#hold;
    if (hold === undefined || nowMs < hold.lookMs) return;
    hold.lookMs = nowMs + HANDLER_SLOW_MS;
    this.#lookForPeer(hold);
  }

  /**
   * Counts work that was done for the peer. Once the peer has gone, what it sent before is worked off
   * for a while, and the rest is thrown away.
   */
  worked(workMs: number): void {
    if (!this.#isPeerGone) return;
    this.#leftWorkMs += workMs;
    if (this.#leftWorkMs > LEFT_WORK_MS) this.end();
  }

  /** Whether the peer has taken enough of what was sent for more to be read from it. */
  readonly #isCaughtUp = (): boolean =>
    this.#session.outputBytes + this.#writer.unwrittenBytes <= READ_PAUSE_OUTPUT_BYTES;

  readonly #stall = (): void => {
    const seconds = WRITE_STALL_TIMEOUT_MS / 1000;
    this.end(new LimitError("output-stalled", `the peer has taken nothing for ${seconds} s`));
  };

  get #isPeerGone(): boolean {
    return this.#reader.hasEnded || this.#writer.hasFailed;
  }

  #takeLeft(
    take: (event: SessionEvent) => Promise<void> | undefined,
    event: SessionEvent,
  ): Promise<void> | undefined {
    const startMs = performance.now();
    const pending = take(event);
    this.worked(performance.now() - startMs);
    return pending;
  }

  /** Waits until an event is taken, but no longer than the connection lasts. */
  async #taken(pending: Promise<void>): Promise<void> {
    if (this.#options.probe === undefined) return await pending;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    pending.then(resolve, reject);
    const lookMs = this.#clock.readMs + HANDLER_SLOW_MS;
    this.#hold = { release: resolve, lookMs, isLong: false };
    try {
      await promise;
    } finally {
      this.#hold = undefined;
    }
  }

  #lookForPeer(hold: Hold): void {
    hold.isLong = true;
    if (this.#isPeerGone) return this.end();
    this.#reader.watch();
    // Behind more than is read ahead the end is not seen; a write fails once the peer has closed.
    if (!this.#reader.isFull || this.#writer.isWriting) return;
    this.#options.probe?.();
    this.flush();
  }

  readonly #onPeerGone = (): void => {
    if (this.#hold?.isLong) this.end();
  };

  #received(count: number): void {
    this.#session.commit(count);
    this.#readInTurn += count;
    this.#receivedBytes += count;
    const { counters } = this.#options;
    if (counters !== undefined) counters.receivedBytes += count;
  }

  /** Ends the turn: whatever else is ready comes first. */
  async #nextTurn(): Promise<void> {
    await (this.#clock.isOver ? nextTurn() : nextShortTurn());
    this.#readInTurn = this.#session.pendingBytes;
    this.#clock.reset();
  }

  #nextOutput(): Uint8Array | undefined {
    if (this.#isClosed) return undefined;
    if (!this.#session.isOver) this.#options.refill?.();
    return this.#session.takeOutput();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}
