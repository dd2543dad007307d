import assert from "node:assert/strict";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import type { EventReceived } from "../../lib/session/events.ts";
import type { Session } from "../../lib/session/session.ts";
import { connectSource } from "../../lib/net/connect_source.ts";
import type { SourceConnection } from "../../lib/net/source_connection.ts";
import { writeAll } from "../../lib/write_all.ts";
import { freshKey } from "./clients.ts";
import { serverSession } from "./pair.ts";

/** A server for one connection: it answers the login, and the test does the rest. */
export class RawSink implements AsyncDisposable {
  readonly session: Session = serverSession();
  readonly #server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #claimed = Promise.withResolvers<Deno.TcpConn>();
  readonly #running: Promise<void>;

  /** @param key The key with which it answers. */
  constructor(key: PrivateKey) {
    this.#running = this.#login(key);
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Settles with the socket once the server has claimed its key. */
  claimed(): Promise<Deno.TcpConn> {
    return this.#claimed.promise;
  }

  /** Logs a source in. */
  async connect(): Promise<SourceConnection> {
    const connecting = connectSource("127.0.0.1", {
      port: this.port,
      key: freshKey(),
      acceptServer: () => true,
      registration: { segkind: 10, title: "test" },
    });
    await this.claimed();
    // A packet under the final keys proves the key.
    this.session.send({ command: "ping", stream: 0 });
    await this.flush();
    return await connecting;
  }

  /** Writes the output of the session. */
  async flush(): Promise<void> {
    const socket = await this.claimed();
    await writeAll(socket, this.session.takeOutput()!);
  }

  /** Reads until an event of a kind arrives. */
  async read(kind: EventReceived["event"]["kind"]): Promise<void> {
    const socket = await this.claimed();
    for (;;) {
      for (let next = this.session.nextEvent(); next; next = this.session.nextEvent()) {
        if (next.type === "event" && next.decode().kind === kind) return;
      }
      await this.#receive(socket);
    }
  }

  async #login(key: PrivateKey): Promise<void> {
    const socket = await this.#server.accept();
    while (this.session.state !== "accepted") {
      await this.#receive(socket);
      while (this.session.nextEvent() !== undefined) this.session.accept(key);
      const output = this.session.takeOutput();
      if (output !== undefined) await writeAll(socket, output);
    }
    this.#claimed.resolve(socket);
  }

  async #receive(socket: Deno.TcpConn): Promise<void> {
    const count = await socket.read(this.session.writable());
    assert(count !== null, "the client does not close");
    this.session.commit(count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running;
    const socket = await this.claimed();
    try {
      socket.close();
    } catch {
      // The test has closed it already.
    }
    this.#server.close();
    this.session.free();
  }
}
