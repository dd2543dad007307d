/** A network between a client and a port of this machine that can be cut. */

import { writeAll } from "../../lib/write_all.ts";

/** Passes connections on, until it is cut or held. */
export class Relay implements Disposable {
  readonly port: number;
  readonly #listener: Deno.TcpListener;
  readonly #target: { readonly hostname: string; readonly port: number };
  readonly #open = new Set<Deno.TcpConn>();
  #isCut = false;
  /** Settles when bytes pass again. */
  #held: PromiseWithResolvers<void> | undefined;

  private constructor(listener: Deno.TcpListener, hostname: string, port: number) {
    this.#listener = listener;
    this.#target = { hostname, port };
    this.port = listener.addr.port;
    void this.#accept();
  }

  /** @param port The port that it leads to, of `hostname`. */
  static start(port: number, hostname = "127.0.0.1"): Relay {
    return new Relay(Deno.listen({ hostname: "127.0.0.1", port: 0 }), hostname, port);
  }

  /** Ends all connections, and new ones at once. */
  cut(): void {
    this.#isCut = true;
    for (const connection of [...this.#open]) this.#close(connection);
  }

  /** Passes nothing more, as when a cable is pulled: connections stay open, and what they send waits. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Passes what waits, and new connections, on again. */
  mend(): void {
    this.#isCut = false;
    this.#held?.resolve();
    this.#held = undefined;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    this.cut();
    this.#held?.resolve();
  }

  async #accept(): Promise<void> {
    try {
      for await (const near of this.#listener) {
        if (this.#isCut) near.close();
        else void this.#join(near);
      }
    } catch {
      // It is closed.
    }
  }

  async #join(near: Deno.TcpConn): Promise<void> {
    this.#open.add(near);
    try {
      const far = await Deno.connect(this.#target);
      this.#open.add(far);
      if (!this.#open.has(near)) this.#close(far);
      await Promise.race([this.#pass(near, far), this.#pass(far, near)]);
      this.#close(far);
    } catch {
      // The target does not listen any more, or either end was cut.
    }
    this.#close(near);
  }

  async #pass(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (let count; (count = await from.read(buffer)) !== null;) {
        await this.#held?.promise;
        await writeAll(to, buffer.subarray(0, count));
      }
    } catch {
      // One end was closed.
    }
  }

  #close(connection: Deno.TcpConn): void {
    if (!this.#open.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // Its other end has closed it.
    }
  }
}
