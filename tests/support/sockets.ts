import type { Socket } from "../../lib/net/pump.ts";

/** A socket in memory; the test decides what is read, and when writes succeed. */
export class MemorySocket implements Socket {
  readonly written: Uint8Array[] = [];
  isClosed = false;
  #writesLeft = Infinity;
  #writeFault: Error | undefined;
  readonly #incoming: (Uint8Array | null | Error)[] = [];
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;

  /** Queues reads: bytes, `null` for EOF, or an error. */
  give(...arrivals: readonly (Uint8Array | null | Error)[]): void {
    this.#incoming.push(...arrivals);
    this.#wakeReader?.();
  }

  /** Lets `count` writes through; later ones wait, as for a peer that does not read. */
  allowWrites(count: number): void {
    this.#writesLeft = count;
    this.#wakeWriter?.();
  }

  /** Makes writes fail, as when the peer has closed. */
  failWrites(error: Error): void {
    this.#writeFault = error;
    this.#wakeWriter?.();
  }

  get unreadBytes(): number {
    return this.#incoming.reduce((sum, it) => sum + (it instanceof Uint8Array ? it.length : 0), 0);
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#incoming.length === 0 && !this.isClosed) {
      await new Promise<void>((resolve) => this.#wakeReader = resolve);
    }
    if (this.isClosed) throw new Deno.errors.BadResource("closed");
    const next = this.#incoming.shift()!;
    if (next instanceof Error) throw next;
    if (next === null) return null;
    const count = Math.min(into.length, next.length);
    into.set(next.subarray(0, count));
    if (count < next.length) this.#incoming.unshift(next.subarray(count));
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    while (this.#writesLeft === 0 && !this.isClosed && this.#writeFault === undefined) {
      await new Promise<void>((resolve) => this.#wakeWriter = resolve);
    }
    if (this.#writeFault !== undefined) throw this.#writeFault;
    if (this.isClosed) throw new Deno.errors.BadResource("closed");
    this.#writesLeft--;
    this.written.push(bytes.slice());
    return bytes.length;
  }

  close(): void {
    if (this.isClosed) throw new Deno.errors.BadResource("closed twice");
    this.isClosed = true;
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }
}
