/**
 * Carries the bytes of one session over a socket.
 *
 * One read is outstanding at a time and at most one block of bytes is worked off before the next. A
 * connection whose bytes never run dry, or take long to work off, lets the others have their turn now
 * and then. What arises while a write is under way leaves with the next.
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
import { asError } from "./faults.ts";
import { ReadAhead } from "./read_ahead.ts";
import { TurnClock } from "./turn_clock.ts";
import { nextShortTurn, nextTurn } from "./turns.ts";

/** The part of a socket that a pump needs. */
export type Socket = Pick<Deno.TcpConn, "read" | "write" | "close">;

/**
 * After so many bytes the event loop gets its turn: a read that finds bytes waiting settles without one,
 * and a client that floods its socket would have the thread to itself.
 */
const TURN_BYTES = 65_536;
/** What a pump asks for. */
export interface PumpOptions {
  /** Puts what waits for its turn into the output, when little is left in it. */
  readonly refill?: () => void;
  /**
   * Puts something into the output that means nothing, to see whether the peer still takes it. When
   * absent, nobody looks for the end of the peer while an event is being taken.
   */
  readonly probe?: () => void;
}

/** Carries one session. */
export class Pump {
  readonly #socket: Socket;
  readonly #session: Session;
  readonly #options: PumpOptions;
  #writing: Promise<void> | undefined;
  #sentBytes = 0;
  #flushQueued = false;
  #ended: Error | undefined;
  #isClosed = false;
  #ahead: ReadAhead | undefined;
  #isPeerGone = false;
  /** What was worked off since then, in milliseconds. */
  #leftWorkMs = 0;
  /** Whether an event has been taken for so long that the end of the peer is looked for. */
  #isHeldUp = false;
  /** Waits no longer for the event that is being taken. */
  #giveUp: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #clock = new TurnClock();
  #readInTurn = 0;

  /**
   * @param socket A connected socket; the pump closes it.
   * @param session The session.
   * @param options What the pump asks for.
   */
  constructor(socket: Socket, session: Session, options: PumpOptions = {}) {
    this.#socket = socket;
    this.#session = session;
    this.#options = options;
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
    this.#armTimeout();
    try {
      while (!session.isOver) {
        this.#clock.start();
        for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) {
          const pending = this.#isPeerGone ? this.#takeLeft(take, event) : take(event);
          if (pending !== undefined) await this.#taken(pending);
          if (!this.#clock.count(event)) continue;
          this.flush();
          await this.#nextTurn();
        }
        this.#clock.stop();
        if (this.#timer !== undefined && session.nextTimeout() === undefined) this.#disarm();
        this.flush();
        if (this.#readInTurn >= TURN_BYTES || this.#clock.isOver) {
          await this.#nextTurn();
        }
        if (session.isOver) break;
        if (session.outputBytes > READ_PAUSE_OUTPUT_BYTES) {
          await this.#written(WRITE_STALL_TIMEOUT_MS, stalled);
        }
        await this.#read();
      }
      await this.#written(DRAIN_TIMEOUT_MS);
    } catch (error) {
      throw this.#ended ?? asError(error);
    } finally {
      this.#disarm();
      this.#close();
      await this.#writing?.catch(() => {});
      await this.#ahead?.idle;
    }
    if (this.#ended !== undefined) throw this.#ended;
  }

  /** Sends what waits, in one write. */
  flush(): void {
    if (this.#session.outputBytes > MAX_OUTPUT_BYTES) {
      this.end(
        new LimitError(
          "output-queue-full",
          `${this.#session.outputBytes} bytes wait to be sent, the limit is ${MAX_OUTPUT_BYTES}`,
        ),
      );
      return;
    }
    if (this.#isClosed || this.#writing !== undefined) return;
    if (!this.#session.isOver) this.#options.refill?.();
    const bytes = this.#session.takeOutput();
    if (bytes === undefined) return;
    this.#writing = this.#write(bytes);
    // The reader, if there is one, learns of it by its own failure.
    this.#writing.catch(this.#peerHasGone);
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
    this.#giveUp?.();
  }

  /**
   * Counts work that was done for the peer. Once it has gone, what it has sent before is worked off for
   * a while, and the rest is thrown away.
   *
   * @param workMs How long that took.
   */
  worked(workMs: number): void {
    if (!this.#isPeerGone) return;
    this.#leftWorkMs += workMs;
    if (this.#leftWorkMs > LEFT_WORK_MS) this.end();
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

  /**
   * Waits until an event is taken, but no longer than the connection lasts. Nothing more is taken from
   * the peer meanwhile, which holds it up; after a while its end is looked for.
   */
  async #taken(pending: Promise<void>): Promise<void> {
    const { probe } = this.#options;
    if (probe === undefined) return await pending;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    pending.then(resolve, reject);
    this.#giveUp = resolve;
    const timer = setInterval(() => this.#lookForPeer(probe), HANDLER_SLOW_MS);
    try {
      await promise;
    } finally {
      clearInterval(timer);
      this.#giveUp = undefined;
      this.#isHeldUp = false;
    }
  }

  #lookForPeer(probe: () => void): void {
    this.#isHeldUp = true;
    if (this.#isPeerGone) return this.end();
    this.#ahead ??= new ReadAhead(this.#socket, this.#peerHasGone);
    this.#ahead.start();
    // Behind more than is read ahead the end is not seen; a write fails once the peer has closed.
    if (!this.#ahead.isFull || this.#writing !== undefined) return;
    probe();
    this.flush();
  }

  /** While its events are taken swiftly, the reader is told in due order. */
  readonly #peerHasGone = (): void => {
    this.#isPeerGone = true;
    if (this.#isHeldUp) this.end();
  };

  async #read(): Promise<void> {
    const into = this.#session.writable();
    const ahead = this.#ahead;
    const count = await (ahead ?? this.#socket).read(into);
    if (ahead?.isUsedUp) this.#ahead = undefined;
    if (count === null) return this.#session.receiveEof();
    this.#session.commit(count);
    this.#readInTurn += count;
  }

  /** Ends the turn: whatever else is ready comes first. */
  async #nextTurn(): Promise<void> {
    await (this.#clock.isOver ? nextTurn() : nextShortTurn());
    this.#readInTurn = 0;
    this.#clock.reset();
  }

  /** Waits until all is written; a peer that takes nothing at all for so long is cut off. */
  async #written(timeoutMs: number, makeReason?: () => A12Error): Promise<void> {
    if (this.#writing === undefined) return;
    let before = this.#sentBytes;
    const timer = setInterval(() => {
      if (this.#sentBytes === before) this.end(makeReason?.());
      before = this.#sentBytes;
    }, timeoutMs);
    try {
      await this.#writing;
    } finally {
      clearInterval(timer);
    }
  }

  async #write(first: Uint8Array): Promise<void> {
    try {
      for (
        let bytes: Uint8Array | undefined = first;
        bytes !== undefined;
        bytes = this.#session.takeOutput()
      ) {
        for (let sent = 0; sent < bytes.length;) {
          const count = await this.#socket.write(bytes.subarray(sent));
          this.#sentBytes += count;
          sent += count;
        }
      }
    } finally {
      this.#writing = undefined;
    }
    // Not part of the loop: who waits for this write must not wait for a whole transfer.
    this.flush();
  }

  #armTimeout(): void {
    const deadline = this.#session.nextTimeout();
    if (deadline === undefined) return;
    this.#timer = setTimeout(() => {
      const fault = this.#session.handleTimeout(performance.now());
      if (fault !== undefined) this.end(fault);
      // Timers may fire a little early.
      else this.#armTimeout();
    }, Math.max(deadline - performance.now(), 0));
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}

function stalled(): LimitError {
  const seconds = WRITE_STALL_TIMEOUT_MS / 1000;
  return new LimitError("output-stalled", `the peer has taken nothing for ${seconds} s`);
}
