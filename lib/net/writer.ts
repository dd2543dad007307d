/**
 * Writes one socket.
 *
 * One write is under way at a time; what arises meanwhile leaves with the next.
 *
 * @module
 */

import type { Counters } from "./counters.ts";

/** The writing half of a connection. */
export class Writer {
  readonly #socket: Pick<Deno.TcpConn, "write">;
  readonly #next: () => Uint8Array | undefined;
  readonly #onFailure: () => void;
  readonly #counters: Pick<Counters, "sentBytes"> | undefined;
  /** Never rejects. */
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #sentBytes = 0;
  #unwrittenBytes = 0;
  #stallTimer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param next Gives what is to be written next; valid until the next call.
   * @param onFailure Called when a write fails.
   * @param counters Get the bytes.
   */
  constructor(
    socket: Pick<Deno.TcpConn, "write">,
    next: () => Uint8Array | undefined,
    onFailure: () => void,
    counters?: Pick<Counters, "sentBytes">,
  ) {
    this.#socket = socket;
    this.#next = next;
    this.#onFailure = onFailure;
    this.#counters = counters;
  }

  /** Whether a write is under way. */
  get isWriting(): boolean {
    return this.#writing !== undefined;
  }

  /** Bytes that were taken and not yet written. */
  get unwrittenBytes(): number {
    return this.#unwrittenBytes;
  }

  /** Whether a write has failed: the peer takes nothing any more. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Writes what there is, unless a write is under way. */
  flush(): void {
    if (this.isWriting || this.hasFailed) return;
    const bytes = this.#next();
    if (bytes !== undefined) this.#writing = this.#write(bytes);
  }

  /**
   * Waits until enough is written, or nothing is left to write.
   *
   * @param isEnough Whether what is still to be written may wait.
   * @param timeoutMs How long the peer may take nothing at all.
   * @param onStall Called when it has taken nothing for that time; must end the write.
   * @throws What a write failed with.
   */
  async drained(isEnough: () => boolean, timeoutMs: number, onStall: () => void): Promise<void> {
    if (!this.isWriting || isEnough()) return;
    this.#disarm();
    this.watch(timeoutMs, onStall);
    while (this.isWriting && !isEnough()) await this.#writing;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /**
   * Watches the writes from now until there is none, unless they are watched already.
   *
   * @param timeoutMs How long the peer may take nothing at all.
   * @param onStall Called when it has taken nothing for that time; must end the write.
   */
  watch(timeoutMs: number, onStall: () => void): void {
    if (!this.isWriting || this.#stallTimer !== undefined) return;
    let before = this.#sentBytes;
    this.#stallTimer = setInterval(() => {
      if (this.#sentBytes === before) onStall();
      before = this.#sentBytes;
    }, timeoutMs);
  }

  #disarm(): void {
    clearInterval(this.#stallTimer);
    this.#stallTimer = undefined;
  }

  /** Settles when no write is under way, failed or not. */
  get idle(): Promise<void> {
    return this.#writing ?? Promise.resolve();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let rest = bytes;;) {
        this.#unwrittenBytes = rest.length;
        const count = await this.#socket.write(rest);
        this.#sentBytes += count;
        if (this.#counters !== undefined) this.#counters.sentBytes += count;
        if (count === rest.length) break;
        rest = rest.subarray(count);
      }
    } catch (error) {
      this.#failure = { error };
      this.#onFailure();
    }
    this.#writing = undefined;
    this.#unwrittenBytes = 0;
    this.flush();
    if (!this.isWriting) this.#disarm();
  }
}
