import assert from "node:assert/strict";
import { encodeUtf8 } from "../../lib/bytes/text.ts";
import { defaultProvider } from "../../lib/crypto/mod.ts";
import { PrivateKey } from "../../lib/crypto/x25519.ts";
import type { HelloMode } from "../../lib/session/events.ts";
import { Session } from "../../lib/session/session.ts";
import { DEFAULT_SECRET } from "../../lib/wire/constants.ts";
import { writeAll } from "../../lib/write_all.ts";
import type { ClientSocket } from "./connect_from.ts";
import type { Bench } from "./listen.ts";
import type { KeptEvent } from "./kept_event.ts";
import { drain, NO_REKEY, REGISTER } from "./pair.ts";
import { isProbe } from "./probe.ts";
import type { RawPeerOptions } from "./raw_peer.ts";
import { RawPeer } from "./raw_peer.ts";

export function freshKey(): PrivateKey {
  return new PrivateKey(crypto.getRandomValues(new Uint8Array(32)));
}

export interface ClientOptions {
  readonly key: PrivateKey;
  readonly secret?: string;
  readonly mode?: HelloMode;
}

/** A client that keeps the rules of the protocol. */
export class TestClient implements Disposable {
  readonly session: Session;
  readonly events: KeptEvent[] = [];
  readonly key: PrivateKey;
  readonly #socket: ClientSocket;

  constructor(socket: ClientSocket, { key, secret, mode }: ClientOptions) {
    this.#socket = socket;
    this.key = key;
    this.session = new Session({
      side: "client",
      role: "source",
      mode: mode ?? "ephemeral",
      key,
      secret: encodeUtf8(secret ?? DEFAULT_SECRET),
      crypto: defaultProvider(),
      random: (count) => crypto.getRandomValues(new Uint8Array(count)),
      startMs: 0,
      rekey: NO_REKEY,
    });
  }

  static async connect(port: number, options: ClientOptions): Promise<TestClient> {
    return new TestClient(await Deno.connect({ hostname: "127.0.0.1", port }), options);
  }

  get address(): string {
    const { hostname, port } = this.#socket.localAddr as Deno.NetAddr;
    return `${hostname}:${port}`;
  }

  /** Exchanges HELLO packets up to the final keys. @returns `false` when the connection ended first. */
  async login(): Promise<boolean> {
    while (this.session.state !== "accepted") {
      if (!await this.read()) return false;
    }
    return true;
  }

  /** Queues the first packet under the final keys, which proves the key. */
  register(): void {
    this.session.sendEvent(0, REGISTER);
  }

  /** Sends the queued output. @returns Whether the connection is still open. */
  async flush(): Promise<boolean> {
    try {
      for (let bytes = this.session.takeOutput(); bytes; bytes = this.session.takeOutput()) {
        await writeAll(this.#socket, bytes);
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Sends the queued output, then reads once. @returns Whether the connection is still open. */
  async read(): Promise<boolean> {
    if (!await this.flush()) return false;
    const count = await readSome(this.#socket, this.session.writable());
    if (count === null) return false;
    this.session.commit(count);
    const taken: KeptEvent[] = [];
    drain(this.session, this.key, taken);
    this.events.push(
      ...taken.filter((event) => event.type !== "control" || !isProbe(event.control)),
    );
    return true;
  }

  /** Reads until `times` events of a kind have arrived. */
  async untilEvent(kind: string, times = 1): Promise<void> {
    const count = () =>
      this.events.filter((event) => event.type === "event" && event.event.kind === kind).length;
    while (count() < times) assert.ok(await this.read(), `the connection ended before ${kind}`);
  }

  async untilClosed(): Promise<void> {
    while (await this.read());
  }

  /** Sends the queued output. @returns The id of the source that stands for this client. */
  async whenAddressed(bench: Bench): Promise<number> {
    await this.flush();
    let id: number | undefined;
    await bench.until(() => {
      id = bench.listener.clients.find(({ peer }) => peer.address === this.address)?.id;
      return id !== undefined;
    }, "the client to be handed over");
    return id!;
  }

  /** Sends an event and waits for its record, so that both directions have worked. */
  async roundTrip(bench: Bench): Promise<void> {
    const received = () => bench.calls.filter(({ status }) => status.kind === "ident").length;
    const before = received();
    this.session.sendEvent(0, { category: "external", kind: "ident", message: encodeUtf8("here") });
    await this.flush();
    await bench.until(() => received() > before, "ident");
  }

  close(): void {
    this.session.free();
    try {
      this.#socket.close();
    } catch {
      // It is closed already.
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A {@linkcode RawPeer} on a socket. */
export class RawClient implements Disposable {
  readonly peer: RawPeer;
  readonly #socket: ClientSocket;

  constructor(socket: ClientSocket, options: RawPeerOptions) {
    this.#socket = socket;
    this.peer = new RawPeer({ seed: Math.floor(Math.random() * 2 ** 32), ...options });
  }

  get address(): string {
    const { hostname, port } = this.#socket.localAddr as Deno.NetAddr;
    return `${hostname}:${port}`;
  }

  /** Sends bytes as they are; by default the queued output of the peer. @returns The bytes. */
  async send(bytes: Uint8Array = this.peer.take()): Promise<Uint8Array> {
    try {
      await writeAll(this.#socket, bytes);
    } catch {
      // The listener has closed; the test checks what it did.
    }
    return bytes;
  }

  /** Reads until `count` packets have arrived. */
  async answers(count = 1): Promise<void> {
    const wanted = this.peer.received + count;
    await this.readUntil(() => this.peer.received >= wanted);
  }

  /** Reads packets until a condition holds. */
  async readUntil(isTrue: () => boolean): Promise<void> {
    const buffer = new Uint8Array(4_096);
    while (!isTrue()) {
      const got = await readSome(this.#socket, buffer);
      assert.ok(got !== null, "the listener answers");
      this.peer.receive(buffer.subarray(0, got));
    }
  }

  /** Logs in in direct mode and proves the key. @returns The bytes of both packets. */
  async login(): Promise<Uint8Array[]> {
    const hello = await this.send(this.peer.hello().take());
    await this.answers();
    return [hello, await this.send(this.peer.event(REGISTER).take())];
  }

  /** Reads and drops bytes until the listener closes the connection. */
  async untilClosed(): Promise<void> {
    const buffer = new Uint8Array(4_096);
    while (await readSome(this.#socket, buffer) !== null);
  }

  async closeWrite(): Promise<void> {
    await this.#socket.closeWrite();
  }

  close(): void {
    try {
      this.#socket.close();
    } catch {
      // It is closed already.
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Treats a reset as EOF. */
async function readSome(socket: ClientSocket, into: Uint8Array): Promise<number | null> {
  try {
    return await socket.read(into);
  } catch {
    return null;
  }
}
