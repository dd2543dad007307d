import assert from "node:assert/strict";
import { Keystore } from "../../keystore/mod.ts";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import type {
  Listener,
  ListenSource,
  ListenStatus,
  NetListenOptions,
  Source,
  Status,
} from "../../lib/mod.ts";
import { netListen } from "../../lib/mod.ts";
import type { ClientOptions } from "./clients.ts";
import { freshKey, RawClient, TestClient } from "./clients.ts";
import { LogBook } from "./log_book.ts";
import type { RawPeerOptions } from "./raw_peer.ts";

/** A test that waits for what never comes fails after so long. */
const PATIENCE_MS = 20_000;

/** One call of a handler. */
export interface HandlerCall {
  /** The number of the source. */
  readonly id: number;
  readonly role: "listener" | "client";
  /** The address of the client that it is about. */
  readonly client: string | undefined;
  readonly status: Status;
}

/** How a bench listens. */
export interface BenchOptions extends Omit<NetListenOptions, "keystore" | "log"> {
  /** The listening name; `demo` unless given. */
  readonly name?: string;
  /** `num:secret`. */
  readonly secret?: string;
  /** Answers requests; takes every client unless given. Its calls are noted in any case. */
  readonly listen?: (
    source: ListenSource,
    status: ListenStatus,
    bench: Bench,
  ) => void | Promise<void>;
  /** Takes the records of clients; they are noted in any case. */
  readonly client?: (source: Source, status: Status) => void | Promise<void>;
}

/** A listener on a port of its own with a keystore of its own; both go when it is disposed of. */
export class Bench implements AsyncDisposable {
  readonly log = new LogBook();
  readonly calls: HandlerCall[] = [];
  readonly keystore: Keystore;
  readonly listener: Listener;
  readonly #directory: string;
  readonly #options: BenchOptions;
  readonly #waiters = new Set<() => void>();

  private constructor(options: BenchOptions, keystore: Keystore, directory: string) {
    this.#options = options;
    this.#directory = directory;
    this.keystore = keystore;
    this.log.onLine = () => this.#wake();
    const { name = "demo", secret } = options;
    this.listener = netListen(
      name,
      "127.0.0.1",
      0,
      (source, status) => this.#listen(source, status),
      { ...options, keystore, log: this.log },
    );
    if (secret !== undefined) this.listener.targetInput(secret);
  }

  /** Begins to listen. */
  static async start(options: BenchOptions = {}): Promise<Bench> {
    const directory = await Deno.makeTempDir({ prefix: "net-listen-test-" });
    const bench = new Bench(options, await Keystore.open(directory), directory);
    await bench.until(() => bench.calls.length > 0, "preroll");
    return bench;
  }

  /** Takes a client as the handler of a bench does; for handlers of tests. */
  readonly takeClient = (source: Source, status: Status): void | Promise<void> => {
    this.#note(source, status);
    return this.#options.client?.(source, status);
  };

  /** Waits until something is true; it is looked at whenever a line is logged or a handler called. */
  async until(isTrue: () => boolean, what: string): Promise<void> {
    if (isTrue()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => {
      if (isTrue()) resolve();
    };
    const timer = setTimeout(() => reject(new Error(`waited for ${what}`)), PATIENCE_MS);
    this.#waiters.add(check);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(check);
    }
  }

  /** The kinds of all records of clients, by the number of their source. */
  kindsBySource(): Map<number, string[]> {
    const kinds = new Map<number, string[]>();
    for (const { id, role, status } of this.calls) {
      if (role === "client") kinds.set(id, [...kinds.get(id) ?? [], status.kind]);
    }
    return kinds;
  }

  /** How many clients asked to be taken. */
  get requests(): number {
    return this.calls.filter(({ role, status }) =>
      role === "listener" && status.kind === "segment_request"
    ).length;
  }

  /** Adds a fresh key that may log in. */
  async addKey(...names: string[]): Promise<PrivateKey> {
    const key = freshKey();
    await this.keystore.add(
      names.length > 0 ? names : [this.#options.name ?? "demo"],
      key.publicKey,
    );
    return key;
  }

  /** Connects a client that keeps the rules. */
  connect(options: ClientOptions): Promise<TestClient> {
    return TestClient.connect(this.listener.address.port, options);
  }

  /** Connects, logs in and registers a client whose key is accepted. */
  async login(options: Partial<ClientOptions> = {}): Promise<TestClient> {
    const client = await this.connect({ key: options.key ?? await this.addKey(), ...options });
    assert.ok(await client.login(), "the client logs in");
    client.register();
    const id = await client.whenAddressed(this);
    const isRegistered = () => this.kindsBySource().get(id)?.includes("registered") ?? false;
    await this.until(isRegistered, "registered");
    return client;
  }

  /** Connects a client that does what it is told. */
  async raw(options: RawPeerOptions = {}): Promise<RawClient> {
    const socket = await Deno.connect({ port: this.listener.address.port, hostname: "127.0.0.1" });
    return new RawClient(socket, options);
  }

  /** Closes everything and checks that every client got one `terminated`, as its last record. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.abort();
    await this.listener.finished();
    await Deno.remove(this.#directory, { recursive: true });
    for (const [id, kinds] of this.kindsBySource()) {
      const ends = kinds.filter((kind) => kind === "terminated").length;
      assert.equal(ends, 1, `source ${id} is terminated once: ${kinds.join()}`);
      assert.equal(kinds.at(-1), "terminated", `source ${id} is told nothing behind its end`);
    }
  }

  #listen(source: ListenSource, status: ListenStatus): void | Promise<void> {
    this.#note(source, status);
    if (this.#options.listen !== undefined) return this.#options.listen(source, status, this);
    if (status.kind === "segment_request") source.acceptTarget(this.takeClient);
  }

  #note(source: ListenSource | Source, status: Status): void {
    this.calls.push({ id: source.id, role: source.role, client: source.peer?.address, status });
    this.#wake();
  }

  #wake(): void {
    for (const check of [...this.#waiters]) check();
  }
}
