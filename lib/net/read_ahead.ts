/**
 * Notices the end of a peer that nothing is read from at the moment.
 *
 * The end of a stream shows itself to who reads alone. So a little is read ahead and kept: whoever has
 * little to say is noticed to have gone, and whoever has much is held up all the same.
 *
 * @module
 */

/** Bytes that are read ahead; more than a client of text sends in a while. */
const AHEAD_BYTES = 16_384;

/** What is read from a socket. */
type Reader = Pick<Deno.TcpConn, "read">;

/** What was read ahead from one socket, until it is used up. */
export class ReadAhead {
  readonly #socket: Reader;
  readonly #bytes = new Uint8Array(AHEAD_BYTES);
  readonly #onEnd: () => void;
  #filled = 0;
  #taken = 0;
  #end: { readonly error: unknown } | null | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isReading = false;

  /**
   * @param socket Is read by nobody else until {@linkcode isUsedUp}.
   * @param onEnd Is told when the end of the stream has come, or the connection is lost.
   */
  constructor(socket: Reader, onEnd: () => void) {
    this.#socket = socket;
    this.#onEnd = onEnd;
  }

  /** Whether so much was read that the end is not seen. */
  get isFull(): boolean {
    return this.#filled === AHEAD_BYTES;
  }

  /** Whether all that was read was taken, so that the socket may be read again. */
  get isUsedUp(): boolean {
    return !this.#isReading && this.#taken === this.#filled && this.#end === undefined;
  }

  /** Settles when no read is under way. */
  get idle(): Promise<void> {
    return this.#reading;
  }

  /** Reads until it is full, or {@linkcode read} is called. */
  start(): void {
    if (this.#isReading || this.#end !== undefined || this.isFull) return;
    this.#isReading = true;
    this.#reading = this.#fill();
  }

  /**
   * Reads as from the socket.
   *
   * @param into Where to; what was read ahead comes first.
   * @returns How many bytes, or `null` at the end.
   */
  async read(into: Uint8Array): Promise<number | null> {
    this.#isReading = false;
    await this.#reading;
    if (this.#taken < this.#filled) {
      const piece = this.#bytes.subarray(this.#taken, this.#filled).subarray(0, into.length);
      into.set(piece);
      this.#taken += piece.length;
      return piece.length;
    }
    if (this.#end) throw this.#end.error;
    return this.#end === null ? null : await this.#socket.read(into);
  }

  async #fill(): Promise<void> {
    try {
      while (this.#isReading && !this.isFull && this.#end === undefined) {
        const count = await this.#socket.read(this.#bytes.subarray(this.#filled));
        if (count === null) this.#end = null;
        else this.#filled += count;
      }
    } catch (error) {
      this.#end = { error };
    }
    this.#isReading = false;
    if (this.#end !== undefined) this.#onEnd();
  }
}
