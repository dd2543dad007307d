/** A connection to a server of NATS that is cut at a given change. */

import { writeAll } from "../../lib/write_all.ts";
import type { NatsServer } from "./nats.ts";

/** How a change of an entry begins on the wire. */
const CHANGE = "HPUB $KV.";

/** Where a connection is cut. */
export interface CutPoint {
  /** The number of the change, from 1. */
  readonly change: number;
  /** Whether the server gets that change; its answer is lost in any case. */
  readonly isDone: boolean;
  /** How what is counted begins on the wire, if that is not a change of an entry. */
  readonly begins?: string;
  /** Whether later connections pass, as if to another server. */
  readonly isBack?: boolean;
}

type ServerPlace = Pick<NatsServer, "host" | "port">;

export class CutProxy implements AsyncDisposable {
  readonly url: string;
  /** Settles when the connection was cut. */
  readonly cut: Promise<void>;
  readonly #listener: Deno.Listener;
  readonly #serving: Promise<void>;
  readonly #point: CutPoint;

  /** @param server Where it listens. */
  constructor(server: ServerPlace, point: CutPoint) {
    this.#point = point;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.cut = promise;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.url = `nats://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
    this.#serving = this.#serve(server, resolve);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    await this.#serving;
  }

  /** Cuts the first connection. */
  async #serve(place: ServerPlace, wasCut: () => void): Promise<void> {
    const client = await this.#listener.accept();
    if (!this.#point.isBack) this.#close();
    await serve(client, place, (server) => this.#passUntil(client, server));
    wasCut();
    if (!this.#point.isBack) return;
    const later: Promise<void>[] = [];
    try {
      for await (const client of this.#listener) {
        later.push(serve(client, place, (server) => pass(client, server)));
      }
    } finally {
      await Promise.all(later);
    }
  }

  async #passUntil(client: Deno.Conn, server: Deno.Conn) {
    const { change, isDone, begins = CHANGE } = this.#point;
    const buffer = new Uint8Array(65_536);
    const decoder = new TextDecoder("latin1");
    let seen = 0;
    for (;;) {
      const count = await client.read(buffer);
      if (count === null) return;
      const bytes = buffer.subarray(0, count);
      const text = decoder.decode(bytes);
      for (let at = text.indexOf(begins); at >= 0; at = text.indexOf(begins, at + 1)) {
        if (++seen < change) continue;
        if (isDone) await sendOne(server, bytes, text, at);
        else await writeAll(server, bytes.subarray(0, at));
        return;
      }
      await writeAll(server, bytes);
    }
  }

  #close(): void {
    try {
      this.#listener.close();
    } catch {
      // It is closed already.
    }
  }
}

/** Passes on what a server says, and what the client says in a given way; then ends both connections. */
async function serve(
  client: Deno.Conn,
  { host, port }: ServerPlace,
  passOn: (server: Deno.Conn) => Promise<void>,
): Promise<void> {
  const server = await Deno.connect({ hostname: host, port });
  const answers = pass(server, client).catch(() => {});
  await passOn(server).catch(() => {});
  for (const each of [client, server]) {
    try {
      each.close();
    } catch {
      // It is closed already.
    }
  }
  await answers;
}

/** Sends one change and nothing after it. */
async function sendOne(
  server: Deno.Conn,
  bytes: Uint8Array,
  text: string,
  at: number,
): Promise<void> {
  const [head] = text.slice(at).split("\r\n");
  const size = Number(head!.split(" ").at(-1));
  await writeAll(server, bytes.subarray(0, at + head!.length + 2 + size + 2));
}

async function pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const count = await from.read(buffer);
    if (count === null) return;
    await writeAll(to, buffer.subarray(0, count));
  }
}
