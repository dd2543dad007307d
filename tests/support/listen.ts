import assert from "node:assert/strict";
import { type KeyStorage, Keystore } from "../../keystore/mod.ts";
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
import { Changes } from "./changes.ts";
import type { ClientOptions } from "./clients.ts";
import { freshKey, RawClient, TestClient } from "./clients.ts";
import { LogBook } from "./log_book.ts";
import type { RawPeerOptions } from "./raw_peer.ts";

export interface HandlerCall {
  /** The id of the source. */
  readonly id: number;
  readonly role: "listener" | "client";
  /** The address of the client. */
  readonly client: string | undefined;
  readonly status: Status;
}

export interface BenchOptions extends Omit<NetListenOptions, "keystore" | "log"> {
  /** The listening name; `demo` unless given. */
  readonly name?: string;
  /** What decides about keys, in place of the keystore of the bench. */
  readonly storage?: KeyStorage;
  /** `num:secret`. */
  readonly secret?: string;
  /** Handles requests; without it every client is accepted. Its calls are recorded either way. */
  readonly listen?: (
    source: ListenSource,
    status: ListenStatus,
    bench: Bench,
  ) => void | Promise<void>;
  /** Handles the records of clients, which are recorded either way. */
  readonly client?: (source: Source, status: Status) => void | Promise<void>;
}

/** A listener with a keystore of its own; disposal ends both. */
export class Bench implements AsyncDisposable {
  readonly log = new LogBook();
  readonly calls: HandlerCall[] = [];
  readonly keystore: Keystore;
  readonly listener: Listener;
  readonly #directory: string;
  readonly #options: BenchOptions;
  readonly #changes = new Changes();

  private constructor(options: BenchOptions, keystore: Keystore, directory: string) {
    this.#options = options;
    this.#directory = directory;
    this.keystore = keystore;
    this.log.onLine = () => this.#changes.notify();
    const { name = "demo", secret } = options;
    this.listener = netListen(
      name,
      "127.0.0.1",
      0,
      (source, status) => this.#listen(source, status),
      { ...options, keystore: options.storage ?? keystore, log: this.log },
    );
    if (secret !== undefined) this.listener.targetInput(secret);
  }

  /** Starts to listen and waits for preroll. */
  static async start(options: BenchOptions = {}): Promise<Bench> {
    const directory = await Deno.makeTempDir({ prefix: "net-listen-test-" });
    const bench = new Bench(options, await Keystore.open(directory), directory);
    await bench.until(() => bench.calls.length > 0, "preroll");
    return bench;
  }

  /** The handler of accepted clients, for tests that accept by themselves. */
  readonly takeClient = (source: Source, status: Status): void | Promise<void> => {
    this.#record(source, status);
    return this.#options.client?.(source, status);
  };

  /** Waits until a condition holds; checks it after each log line and each record. */
  until(isTrue: () => boolean, what: string): Promise<void> {
    return this.#changes.until(isTrue, () => what);
  }

  /** The kinds of the records of clients, by source id. */
  kindsBySource(): Map<number, string[]> {
    const kinds = new Map<number, string[]>();
    for (const { id, role, status } of this.calls) {
      if (role === "client") kinds.set(id, [...kinds.get(id) ?? [], status.kind]);
    }
    return kinds;
  }

  /** How many `segment_request` records the listener got. */
  get requests(): number {
    return this.calls.filter(({ role, status }) =>
      role === "listener" && status.kind === "segment_request"
    ).length;
  }

  /** Makes a key and accepts it for names, by default for the listening name. */
  async addKey(...names: string[]): Promise<PrivateKey> {
    const key = freshKey();
    await this.keystore.add(
      names.length > 0 ? names : [this.#options.name ?? "demo"],
      key.publicKey,
    );
    return key;
  }

  connect(options: ClientOptions): Promise<TestClient> {
    return TestClient.connect(this.listener.address.port, options);
  }

  /** Connects a client and waits until it is registered; accepts a fresh key unless given one. */
  async login(options: Partial<ClientOptions> = {}): Promise<TestClient> {
    const client = await this.connect({ key: options.key ?? await this.addKey(), ...options });
    assert.ok(await client.login(), "the client logs in");
    client.register();
    const id = await client.whenAddressed(this);
    const isRegistered = () => this.kindsBySource().get(id)?.includes("registered") ?? false;
    await this.until(isRegistered, "registered");
    return client;
  }

  async raw(options: RawPeerOptions = {}): Promise<RawClient> {
    const socket = await Deno.connect({ port: this.listener.address.port, hostname: "127.0.0.1" });
    return new RawClient(socket, options);
  }

  /** Ends the listener and checks that `terminated` was the last record of each client, once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.abort();
    await this.listener.finished();
    await Deno.remove(this.#directory, { recursive: true });
    for (const [id, kinds] of this.kindsBySource()) {
      const ends = kinds.filter((kind) => kind === "terminated").length;
      assert.equal(ends, 1, `source ${id} is terminated once: ${kinds.join()}`);
      assert.equal(kinds.at(-1), "terminated", `source ${id} gets no record after terminated`);
    }
  }

  #listen(source: ListenSource, status: ListenStatus): void | Promise<void> {
    this.#record(source, status);
    if (this.#options.listen !== undefined) return this.#options.listen(source, status, this);
    if (status.kind === "segment_request") source.acceptTarget(this.takeClient);
  }

  #record(source: ListenSource | Source, status: Status): void {
    this.calls.push({ id: source.id, role: source.role, client: source.peer?.address, status });
    this.#changes.notify();
  }
}
