/** TCP connections from a chosen address of this machine, which Deno's own API cannot make. */

import { connect, type Socket } from "node:net";

/** What clients of tests need of a connection. */
export type ClientSocket =
  & Pick<Deno.TcpConn, "read" | "write" | "close" | "closeWrite">
  & { readonly localAddr: Deno.Addr };

/** A connection that can also be reset. */
export interface AddressedSocket extends ClientSocket {
  /** Ends the connection by RST. */
  reset(): void;
}

/**
 * Opens a connection.
 *
 * @param localAddress An address of this machine, such as 127.0.1.7.
 */
export async function connectFrom(localAddress: string, port: number): Promise<AddressedSocket> {
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
  });
  socket.setNoDelay(true);
  socket.on("error", () => {});
  return new NodeSocket(socket);
}

class NodeSocket implements AddressedSocket {
  readonly localAddr: Deno.NetAddr;
  readonly #socket: Socket;
  /** Resolved at each event that may let a read go on. */
  #change = Promise.withResolvers<void>();
  #isOver = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    const { localAddress, localPort } = socket;
    this.localAddr = { transport: "tcp", hostname: localAddress!, port: localPort! };
    socket.on("readable", () => this.#notify());
    for (const event of ["end", "close"]) {
      socket.on(event, () => {
        this.#isOver = true;
        this.#notify();
      });
    }
  }

  async read(into: Uint8Array): Promise<number | null> {
    for (;;) {
      const bytes: Uint8Array | null = this.#socket.read();
      if (bytes !== null) {
        into.set(bytes.subarray(0, into.length));
        if (bytes.length > into.length) this.#socket.unshift(bytes.subarray(into.length));
        return Math.min(bytes.length, into.length);
      }
      if (this.#isOver) return null;
      await this.#change.promise;
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes.slice(), (error) => error ? reject(error) : resolve(bytes.length));
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => this.#socket.end(resolve));
  }

  close(): void {
    this.#socket.destroy();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #notify(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
