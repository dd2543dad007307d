/** A network between a client and a port of this machine that can be cut. */

/** Passes connections on until it is cut. */
export class Relay implements Disposable {
  readonly port: number;
  readonly #listener: Deno.TcpListener;
  readonly #target: number;
  readonly #open = new Set<Deno.TcpConn>();
  #isCut = false;

  private constructor(listener: Deno.TcpListener, target: number) {
    this.#listener = listener;
    this.#target = target;
    this.port = listener.addr.port;
    void this.#accept();
  }

  /** @param target The port that it leads to. */
  static start(target: number): Relay {
    return new Relay(Deno.listen({ hostname: "127.0.0.1", port: 0 }), target);
  }

  /** Ends all connections, and new ones at once. */
  cut(): void {
    this.#isCut = true;
    for (const connection of this.#open) {
      try {
        connection.close();
      } catch {
        // Its other end has closed it.
      }
    }
    this.#open.clear();
  }

  /** Passes new connections on again. */
  mend(): void {
    this.#isCut = false;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    this.cut();
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
      const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      this.#open.add(far);
      await Promise.all([pass(near, far), pass(far, near)]);
    } catch {
      // The target does not listen any more.
    }
  }
}

async function pass(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  // Either end may be cut at any time.
  await from.readable.pipeTo(to.writable).catch(() => {});
}
