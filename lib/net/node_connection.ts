/**
 * A connection of `node:net` in the shape of a `Deno.TcpConn`.
 *
 * The stream stays paused: it reads ahead one or two blocks of 64 KiB, and the system holds the peer up
 * beyond that.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { Socket as NodeSocket } from "node:net";
import { MAX_NODE_WRITE_BYTES } from "../limits.ts";
import type { Accepted } from "./accepted.ts";
import { Signal } from "./signal.ts";

export class NodeConnection implements Accepted {
  readonly remoteAddr: Deno.Addr;
  readonly #socket: NodeSocket;
  readonly #changed = new Signal();

  /** @param socket Accepted with `pauseOnConnect` and `allowHalfOpen`. */
  constructor(socket: NodeSocket) {
    this.#socket = socket;
    const { remoteAddress: hostname, remotePort: port } = socket;
    this.remoteAddr = hostname === undefined || port === undefined
      ? { transport: "unix", path: "" }
      : { transport: "tcp", hostname, port };
    // An error is also where `read` and `write` look for it; without a listener it would be thrown.
    for (const event of ["readable", "end", "error", "close"]) {
      socket.on(event, () => this.#changed.notify());
    }
  }

  async read(into: Uint8Array): Promise<number | null> {
    const socket = this.#socket;
    if (socket.readableLength === 0) {
      // Makes the stream read, or report its end.
      socket.read(0);
      await this.#changed.until(() =>
        socket.readableLength > 0 || socket.readableEnded || socket.destroyed
      );
    }
    if (socket.destroyed) throw this.#reason();
    const bytes: Buffer | null = socket.read(Math.min(socket.readableLength, into.length));
    if (bytes === null) return null;
    into.set(bytes);
    return bytes.length;
  }

  /** @returns How many of the first bytes the system has taken. */
  write(bytes: Uint8Array): Promise<number> {
    const piece = bytes.subarray(0, MAX_NODE_WRITE_BYTES);
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(this.#reason());
      this.#socket.write(piece, (error) => error ? reject(error) : resolve(piece.length));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  setNoDelay(on: boolean): void {
    this.#socket.setNoDelay(on);
  }

  setKeepAlive(on: boolean): void {
    this.#socket.setKeepAlive(on);
  }

  #reason(): Error {
    return this.#socket.errored ?? new Deno.errors.BadResource("the connection is closed");
  }
}
