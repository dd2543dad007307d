/** Servers of NATS for tests. They are programs of their own; tests without `nats-server` are left out. */

import { cp } from "node:fs/promises";
import { connect } from "@nats-io/transport-node";
import { PATIENCE_MS } from "./changes.ts";
import { freePorts, OWN_ADDRESS } from "./own_address.ts";
import { has } from "./programs.ts";
import { RelayThread } from "./relay_thread.ts";

const hasNats = await has("nats-server");
if (!hasNats) console.warn("nats-server is not on the PATH: the tests of fleets are left out");

/** For tests that need servers. */
export const NEEDS_NATS = { ignore: !hasNats } as const;

interface Ports {
  readonly nats: string[];
}

/** A server that keeps its ports and its store when it is killed and started again. */
export class NatsServer implements AsyncDisposable {
  /** Where it listens. */
  readonly host: string;
  readonly #directory: string;
  readonly #args: readonly string[];
  #child!: Deno.ChildProcess;
  #log!: LogReader;
  #port = -1;

  private constructor(host: string, directory: string, args: readonly string[]) {
    this.host = host;
    this.#directory = directory;
    this.#args = args;
  }

  /**
   * Starts a server on a free port of this machine.
   *
   * @param options `args` are further ones of `nats-server`; `config` is the content of its file.
   */
  static async start({ host = OWN_ADDRESS, args = [], config }: {
    readonly host?: string;
    readonly args?: readonly string[];
    readonly config?: string;
  } = {}): Promise<NatsServer> {
    const directory = await Deno.makeTempDir({ prefix: "nats-" });
    const file = config === undefined ? [] : ["-c", `${directory}/nats.conf`];
    const server = new NatsServer(host, directory, [...file, ...args]);
    try {
      await server.restart(config);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** The address for clients. */
  get url(): string {
    return `nats://${this.host}:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Starts it again after {@linkcode kill} or {@linkcode stop}.
   *
   * @param config Another content of its file.
   */
  async restart(config?: string): Promise<void> {
    if (config !== undefined) await this.#configure(config);
    this.#child = new Deno.Command("nats-server", {
      // deno-fmt-ignore
      args: [
        "-a", this.host, "-p", `${this.#port}`, "-js", "-sd", this.#directory,
        "--ports_file_dir", this.#directory, ...this.#args,
      ],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#log = new LogReader(this.#child.stderr);
    await this.#log.line(/Server is ready/);
    const path = `${this.#directory}/nats-server_${this.#child.pid}.ports`;
    const ended = this.#log.finished.then(() => {
      throw new Error("nats-server has ended before it had told its ports");
    });
    const ports = await Promise.race([readWhole(path, this.#directory), ended]);
    this.#port = Number(new URL(ports.nats[0]!).port);
  }

  /** Waits for a line of its log that matches; earlier ones of this run count. */
  async logged(pattern: RegExp): Promise<void> {
    await this.#log.line(pattern);
  }

  /** Keeps what a server that is stopped has stored. @returns Puts it back, while it is stopped again. */
  async backUp(): Promise<() => Promise<void>> {
    const [store, backup] = ["jetstream", "backup"].map((name) => `${this.#directory}/${name}`);
    await cp(store!, backup!, { recursive: true });
    return async () => {
      await Deno.remove(store!, { recursive: true });
      await Deno.rename(backup!, store!);
    };
  }

  /** Gives it another content of its file, which holds when this resolves. */
  async reconfigure(config: string): Promise<void> {
    await this.#configure(config);
    this.#child.kill("SIGHUP");
    await this.#log.line(/Reloaded server configuration/);
  }

  /** Lets it answer no more, as behind a broken network, until {@linkcode resume}. */
  pause(): void {
    this.#child.kill("SIGSTOP");
    // Its threads run on until one of them takes the signal.
    while (!this.#isPaused);
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  /** Ends it at once, as a loss of power does for everything that is not on the disk. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended();
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#log.isOpen) await this.kill();
    await Deno.remove(this.#directory, { recursive: true });
  }

  #configure(config: string): Promise<void> {
    return Deno.writeTextFile(`${this.#directory}/nats.conf`, config);
  }

  get #isPaused(): boolean {
    const tasks = `/proc/${this.pid}/task`;
    return [...Deno.readDirSync(tasks)].every(({ name }) =>
      /\) T [^)]*$/.test(Deno.readTextFileSync(`${tasks}/${name}/stat`))
    );
  }

  async #ended(): Promise<void> {
    await this.#child.status;
    await this.#log.finished;
  }
}

/** The networks of a cluster that can be divided: ports of relays. */
interface Networks {
  readonly thread: RelayThread;
  /** Between each two servers, by the one that connects. */
  readonly routes: readonly (readonly number[])[];
  /** Between clients and each server. */
  clients: readonly number[];
}

/** A cluster of three servers, which are called s1 to s3. */
export class NatsCluster implements AsyncDisposable {
  readonly servers: readonly NatsServer[];
  readonly #networks: Networks | undefined;

  private constructor(servers: readonly NatsServer[], networks: Networks | undefined) {
    this.servers = servers;
    this.#networks = networks;
  }

  /** @param options `isDivisible`: there are networks in between, for {@linkcode isolate} and the like. */
  static async start({ isDivisible = false } = {}): Promise<NatsCluster> {
    // Each must be told of the others before any of them runs.
    const ports = freePorts(3);
    const networks = isDivisible ? await startNetworks(ports) : undefined;
    const starting = await Promise.allSettled(ports.map((own, i) => {
      const url = (port: number) => `nats://${OWN_ADDRESS}:${port}`;
      const urls = networks ? networks.routes[i]!.map(relayUrl) : ports.map(url);
      const others = urls.filter((_, j) => i !== j);
      return NatsServer.start({
        args: [
          ...["--cluster_name", "test", "--server_name", `s${i + 1}`],
          ...["--cluster", url(own), "--routes", others.join(",")],
          // What they tell each other must not lead past the networks.
          ...isDivisible ? ["--cluster_advertise", "127.0.0.1:1"] : [],
        ],
      });
    }));
    const servers = starting.filter(({ status }) => status === "fulfilled")
      .map((started) => (started as PromiseFulfilledResult<NatsServer>).value);
    const cluster = new NatsCluster(servers, networks);
    try {
      for (const started of starting) if (started.status === "rejected") throw started.reason;
      if (networks !== undefined) {
        networks.clients = await relaysTo(networks.thread, servers.map(({ port }) => port));
      }
      await Promise.all(servers.map(untilLed));
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  /** The addresses for clients. */
  get urls(): string[] {
    return this.#networks?.clients.map(relayUrl) ?? this.servers.map(({ url }) => url);
  }

  /**
   * Lets nothing pass between a server and the others, without a word to either side.
   *
   * @param index The number of the server, from 0.
   * @param from `all`: its clients do not reach it either.
   */
  async isolate(index: number, from: "servers" | "all"): Promise<void> {
    const { thread, clients } = this.#networks!;
    const own = from === "all" ? [clients[index]!] : [];
    await thread.hold([...this.#around(index), ...own]);
  }

  /** Ends {@linkcode isolate}. */
  async rejoin(index: number): Promise<void> {
    const { thread, clients } = this.#networks!;
    await thread.mend([...this.#around(index), clients[index]!]);
  }

  /** Ends the connections of all clients, and new ones at once, until {@linkcode letClientsIn}. */
  async shutClientsOut(): Promise<void> {
    const { thread, clients } = this.#networks!;
    await thread.cut(clients);
  }

  async letClientsIn(): Promise<void> {
    const { thread, clients } = this.#networks!;
    await thread.mend(clients);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#networks?.thread[Symbol.dispose]();
    await Promise.all(this.servers.map((server) => server[Symbol.asyncDispose]()));
  }

  #around(index: number): number[] {
    const { routes } = this.#networks!;
    return [...routes[index]!, ...routes.map((relays) => relays[index]!)];
  }
}

async function startNetworks(ports: readonly number[]): Promise<Networks> {
  const thread = new RelayThread();
  const routes = await Promise.all(ports.map(() => relaysTo(thread, ports)));
  return { thread, routes, clients: [] };
}

function relaysTo(thread: RelayThread, ports: readonly number[]): Promise<number[]> {
  return Promise.all(ports.map((port) => thread.start(port, OWN_ADDRESS)));
}

function relayUrl(port: number): string {
  return `nats://127.0.0.1:${port}`;
}

/** Waits until a server has a leader of its cluster, which alone answers this request. */
async function untilLed({ url }: NatsServer): Promise<void> {
  const nats = await connect({ servers: url, ignoreClusterUpdates: true });
  const deadline = performance.now() + PATIENCE_MS;
  try {
    while (!await nats.request("$JS.API.INFO", "", { timeout: 200 }).catch(() => undefined)) {
      if (performance.now() > deadline) throw new Error("the cluster has chosen no leader");
      // Without anyone who answers, a request fails at once.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await nats.close();
  }
}

/** Reads the log of a run to its end, so that the server never waits for us. */
class LogReader {
  readonly finished: Promise<void>;
  #text = "";
  #isOpen = true;
  #changed = Promise.withResolvers<void>();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.finished = this.#read(stream);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async line(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#text)) {
      if (!this.#isOpen) throw new Error(`nats-server has ended:\n${this.#text}`);
      await this.#changed.promise;
    }
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const piece of stream) {
      this.#text += decoder.decode(piece, { stream: true });
      this.#notify();
    }
    this.#isOpen = false;
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** The server says that it is ready before it has written the file of its ports. */
async function readWhole(path: string, directory: string): Promise<Ports> {
  using watcher = Deno.watchFs(directory);
  const read = () => {
    try {
      return JSON.parse(Deno.readTextFileSync(path)) as Ports;
    } catch {
      return undefined;
    }
  };
  let ports = read();
  if (ports !== undefined) return ports;
  for await (const _ of watcher) {
    ports = read();
    if (ports !== undefined) break;
  }
  return ports!;
}
