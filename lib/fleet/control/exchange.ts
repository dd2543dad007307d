/**
 * An exchange between a caller and a host: bytes both ways, with credits, so that neither an end nor the
 * server between them keeps more than a window. It knows no server.
 *
 * @module
 */

import { A12Error, type ControlCode, ControlError, FleetError, messageOf } from "../../errors.ts";
import {
  FLEET_ALIVE_MS,
  FLEET_MESSAGE_COST_BYTES,
  FLEET_PIECE_BYTES,
  FLEET_SILENT_MS,
  FLEET_STALL_MS,
  FLEET_WINDOW_BYTES,
} from "../../limits.ts";
import {
  FRAME,
  type Frame,
  FRAME_HEAD_BYTES,
  type FrameKind,
  makeCount,
  makeFrame,
  parseCount,
  parseFrame,
  parseObject,
} from "./frame.ts";

/** The way to the other end. */
export interface ExchangeLine {
  /** Which end this is: when the host has sent all, the exchange is over. */
  readonly end: "caller" | "host";
  /** The other end, in errors. */
  readonly other: string;
  /** The longest message, in bytes. */
  readonly maxBytes: number;
  /** Sends a message without waiting. */
  send(message: Uint8Array): void;
  /** The exchange is over. */
  over(): void;
}

/** The first message of an end. */
export type Head = Readonly<Record<string, unknown>>;

export class Exchange {
  /** What the other end sends; it fails when the exchange does. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Sends to the other end; closing it is {@linkcode end}. */
  readonly writable: WritableStream<Uint8Array>;
  /** The first message of the other end. Rejects when the exchange is over before. */
  readonly head: Promise<Head>;
  readonly #line: ExchangeLine;
  readonly #head = Promise.withResolvers<Head>();
  readonly #over = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  #sent = 0;
  #received = 0;
  /** What this end may still send. */
  #credit = FLEET_WINDOW_BYTES;
  #credited = Promise.withResolvers<void>();
  #writing: Promise<void> = Promise.resolve();
  /** What the other end may still send, and what it may not yet although it was read. */
  #allowed = FLEET_WINDOW_BYTES;
  #owed = 0;
  readonly #waiting: Uint8Array<ArrayBuffer>[] = [];
  #isWanted = false;
  #hasHead = false;
  #hasAll = false;
  #isIgnored = false;
  /** Rounds of the timer since something came, since something went, and with a write that waits. */
  #silentRounds = 0;
  #isQuiet = true;
  #isStuck = false;
  #stalledRounds = 0;

  constructor(line: ExchangeLine) {
    this.#line = line;
    this.head = this.#head.promise;
    // It may fail before anything waits for it.
    this.head.catch(() => {});
    this.readable = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => {
        this.#isWanted = true;
        this.#deliver();
      },
      cancel: (reason) => this.#cancel(reason),
    }, { highWaterMark: 0 });
    this.writable = new WritableStream({
      write: (bytes) => this.write(bytes),
      close: () => this.end(),
      abort: (reason) => this.abort(reason),
    });
    this.#timer = setInterval(() => this.#look(), FLEET_ALIVE_MS);
  }

  /** Aborted when the exchange is over, in whichever way. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Sends the first message of this end. The exchange is over if the server does not take it. */
  sendHead(head: Head): void {
    const content = new TextEncoder().encode(JSON.stringify(head));
    if (content.length <= this.#maxContent) return this.#send(FRAME.head, content);
    this.abort(
      new FleetError(
        "fleet-failed",
        `the call has a head of ${content.length} bytes, the server takes ${this.#maxContent}; ` +
          "raise its max_payload",
      ),
    );
  }

  /**
   * Sends bytes, behind those of earlier calls. Settles when the other end lets all of them come.
   *
   * @param bytes Borrowed until then.
   * @throws The error that has ended the exchange.
   */
  write(bytes: Uint8Array): Promise<void> {
    const written = this.#writing.then(() => this.#write(bytes));
    this.#writing = written.catch(() => {});
    return written;
  }

  /** Sends nothing further, behind what was written before. */
  end(): Promise<void> {
    const ended = this.#writing.then(() => {
      if (this.#over.signal.aborted) return;
      this.#send(FRAME.end);
      if (this.#line.end === "host") this.#finish();
    });
    this.#writing = ended;
    return ended;
  }

  /** Ends the exchange, and tells the other end why. Does nothing when it is over. */
  abort(error: unknown): void {
    if (this.#over.signal.aborted) return;
    const code = error instanceof A12Error ? error.code : "internal-error";
    const content = new TextEncoder().encode(JSON.stringify({ error: messageOf(error), code }));
    this.#send(FRAME.abort, content.subarray(0, this.#maxContent));
    this.fail(error);
  }

  /** Ends the exchange without a word to the other end. */
  fail(error: unknown): void {
    if (this.#over.signal.aborted) return;
    this.#head.reject(error);
    if (!this.#hasAll) {
      this.#waiting.length = 0;
      if (!this.#isIgnored) this.#controller.error(error);
    }
    this.#finish(error);
  }

  /** Takes a message of the other end. */
  receive(bytes: Uint8Array): void {
    if (this.#over.signal.aborted) return;
    const frame = parseFrame(bytes);
    if (frame === undefined || bytes.length > FRAME_HEAD_BYTES + FLEET_PIECE_BYTES) {
      return this.#refuse("sends what is no message of an exchange");
    }
    if (frame.number !== this.#received) {
      return this.abort(unreachable(`messages of ${this.#line.other} were lost on the way`));
    }
    this.#received++;
    this.#silentRounds = 0;
    this.#take(frame);
  }

  #take({ kind, content }: Frame): void {
    switch (kind) {
      case FRAME.head: {
        const head = parseObject(content);
        if (head === undefined || this.#hasHead) {
          return this.#refuse("has a head that is no object of JSON, or two");
        }
        this.#hasHead = true;
        return this.#head.resolve(head);
      }
      case FRAME.data:
        return this.#takeData(content);
      case FRAME.end:
        if (!this.#hasHead) return this.#refuse("ends before it begins");
        this.#hasAll = true;
        this.#deliver();
        if (this.#line.end === "caller") this.#finish();
        return;
      case FRAME.credit: {
        const count = parseCount(content);
        if (count === undefined || this.#credit + count > FLEET_WINDOW_BYTES) {
          return this.#refuse("lets more come than a window");
        }
        this.#credit += count;
        this.#stalledRounds = 0;
        return this.#wake();
      }
      case FRAME.alive:
        return;
      case FRAME.abort:
        return this.fail(readError(content, this.#line.other));
    }
  }

  #takeData(content: Uint8Array<ArrayBuffer>): void {
    this.#allowed -= costOf(content);
    if (this.#allowed < 0 || this.#hasAll || !this.#hasHead) {
      return this.#refuse("sends what it may not send now");
    }
    if (this.#isIgnored) return;
    // A view of them would keep the whole chunk that the connection has read.
    this.#waiting.push(content.slice());
    this.#deliver();
  }

  #deliver(): void {
    if (!this.#isWanted) return;
    const piece = this.#waiting.shift();
    if (piece !== undefined) {
      this.#isWanted = false;
      this.#controller.enqueue(piece);
      this.#owe(costOf(piece));
    } else if (this.#hasAll) {
      this.#isWanted = false;
      this.#controller.close();
    }
  }

  /** Lets the other end send what was read, in few messages. */
  #owe(bytes: number): void {
    this.#owed += bytes;
    if (this.#owed < FLEET_WINDOW_BYTES / 4 || this.#hasAll || this.#over.signal.aborted) return;
    this.#allowed += this.#owed;
    this.#send(FRAME.credit, makeCount(this.#owed));
    this.#owed = 0;
  }

  /** A host may answer without having read all; a caller that reads no more wants no answer. */
  #cancel(reason: unknown): void {
    this.#isIgnored = true;
    this.#isWanted = false;
    this.#waiting.length = 0;
    if (this.#line.end === "caller") this.abort(reason ?? new Error("the caller reads no more"));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      this.signal.throwIfAborted();
      const piece = bytes.subarray(at, at + this.#maxContent);
      this.#isStuck = costOf(piece) > this.#credit;
      if (this.#isStuck) {
        await this.#credited.promise;
        continue;
      }
      this.#credit -= costOf(piece);
      this.#send(FRAME.data, piece);
      at += piece.length;
    }
  }

  get #maxContent(): number {
    return Math.min(FLEET_PIECE_BYTES, this.#line.maxBytes - FRAME_HEAD_BYTES);
  }

  #send(kind: FrameKind, content?: Uint8Array): void {
    this.#isQuiet = false;
    this.#line.send(makeFrame(kind, this.#sent++, content));
  }

  #refuse(what: string): void {
    this.abort(unreachable(`${this.#line.other} ${what}; all ends need the same version`));
  }

  #look(): void {
    if (this.#isQuiet) this.#send(FRAME.alive);
    this.#isQuiet = true;
    if (++this.#silentRounds * FLEET_ALIVE_MS > FLEET_SILENT_MS) {
      const seconds = FLEET_SILENT_MS / 1000;
      return this.abort(
        unreachable(`${this.#line.other} was not heard of for ${seconds} s`),
      );
    }
    if (this.#line.end !== "host" || !this.#isStuck) return;
    if (++this.#stalledRounds * FLEET_ALIVE_MS > FLEET_STALL_MS) {
      const seconds = FLEET_STALL_MS / 1000;
      this.abort(new ControlError("busy", `the caller has read nothing for ${seconds} s`));
    }
  }

  #wake(): void {
    this.#credited.resolve();
    this.#credited = Promise.withResolvers();
  }

  #finish(error?: unknown): void {
    clearInterval(this.#timer);
    if (error === undefined && !this.#hasAll) {
      this.#hasAll = true;
      this.#deliver();
    }
    this.#over.abort(error ?? unreachable(`the exchange with ${this.#line.other} is over`));
    this.#wake();
    this.#line.over();
  }
}

/** What a piece counts in the window. */
function costOf(piece: Uint8Array): number {
  return piece.length + FLEET_MESSAGE_COST_BYTES;
}

function readError(content: Uint8Array, other: string): ControlError {
  const { error, code } = parseObject(content) ?? {};
  return typeof error === "string" && typeof code === "string"
    ? new ControlError(code as ControlCode, error)
    : new ControlError("control-failed", `${other} has given up without a reason`);
}

function unreachable(message: string): FleetError {
  return new FleetError("host-unreachable", message);
}
