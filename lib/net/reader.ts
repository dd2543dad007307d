/**
 * Reads one socket.
 *
 * The end of a stream is only seen by reading. While nothing is taken from the peer, a little is read
 * ahead and kept, so that the end of a peer that sends little is seen and one that sends much is held
 * up all the same.
 *
 * @module
 */

/** Bytes that are read ahead; more than a text client sends in a while. */
const AHEAD_BYTES = 16_384;
const NONE = new Uint8Array(0);

/** The reading half of a connection. */
export class Reader {
  readonly #socket: Pick<Deno.TcpConn, "read">;
  readonly #onEnd: () => void;
  /** What was read ahead; made when it is first needed. */
  #ahead: Uint8Array = NONE;
  #taken = 0;
  #filled = 0;
  #end: { readonly error: unknown } | null | undefined;
  #reading: Promise<void> | undefined;
  #isWatching = false;

  /** @param onEnd Called when {@linkcode watch} sees the end of the stream or a lost connection. */
  constructor(socket: Pick<Deno.TcpConn, "read">, onEnd: () => void) {
    this.#socket = socket;
    this.#onEnd = onEnd;
  }

  /** Whether the end of the stream, or the loss of the connection, was seen by reading ahead. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Whether so much was read ahead that the end would not be seen. */
  get isFull(): boolean {
    return this.#filled === AHEAD_BYTES;
  }

  /** Settles when no read is under way. */
  get idle(): Promise<void> {
    return this.#reading ?? Promise.resolve();
  }

  /** Reads ahead until {@linkcode read} is called, within a bound. */
  watch(): void {
    if (this.#isWatching || this.hasEnded || this.isFull) return;
    this.#isWatching = true;
    if (this.#ahead === NONE) this.#ahead = new Uint8Array(AHEAD_BYTES);
    this.#reading = this.#fill();
  }

  /**
   * Reads the next bytes, those that were read ahead first.
   *
   * @returns How many bytes were written to `into`, or `null` at the end of the stream.
   */
  read(into: Uint8Array): Promise<number | null> {
    const isIdle = this.#reading === undefined && this.#taken === this.#filled;
    return isIdle && !this.hasEnded ? this.#socket.read(into) : this.#readAhead(into);
  }

  async #readAhead(into: Uint8Array): Promise<number | null> {
    if (this.#reading !== undefined) {
      this.#isWatching = false;
      await this.#reading;
      this.#reading = undefined;
    }
    if (this.#taken < this.#filled) return this.#takeAhead(into);
    if (this.#end) throw this.#end.error;
    return this.#end === null ? null : await this.#socket.read(into);
  }

  #takeAhead(into: Uint8Array): number {
    const piece = this.#ahead.subarray(this.#taken, this.#filled).subarray(0, into.length);
    into.set(piece);
    this.#taken += piece.length;
    if (this.#taken === this.#filled) this.#taken = this.#filled = 0;
    return piece.length;
  }

  async #fill(): Promise<void> {
    try {
      while (this.#isWatching && !this.isFull && this.#end === undefined) {
        const count = await this.#socket.read(this.#ahead.subarray(this.#filled));
        if (count === null) this.#end = null;
        else this.#filled += count;
      }
    } catch (error) {
      this.#end = { error };
    }
    this.#isWatching = false;
    if (this.hasEnded) this.#onEnd();
  }
}
