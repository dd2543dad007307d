/** Sources that connect through the balancer, say what they have sent, and come back when they were cut off. */

import { pause as wait } from "../../lib/fleet/wait.ts";
import { encodeUtf8 } from "../../lib/bytes/text.ts";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { SourceConnection } from "../../lib/net/source_connection.ts";
import { segmentKindNumber } from "../../lib/wire/constants.ts";

/** Between two attempts to connect, plus as much again by chance. */
const RETRY_MS = 100;

export type Connect = () => Promise<Deno.TcpConn>;

/** A connection that has been let in. */
export interface Entered {
  readonly connection: SourceConnection;
  readonly address: string;
}

/** @returns `undefined` when it was refused or cut off before it was let in. */
export async function enter(
  connect: Connect,
  key: PrivateKey,
  secret: string,
  title: string,
): Promise<Entered | undefined> {
  let socket;
  try {
    socket = await connect();
  } catch {
    return undefined;
  }
  const address = `127.0.0.1:${socket.localAddr.port}`;
  const connection = new SourceConnection(socket, key, encodeUtf8(secret), {
    key,
    acceptServer: () => true,
    registration: { segkind: segmentKindNumber("tui")!, title },
  });
  connection.loggedIn.catch(() => {});
  // ACTIVATE says that the key is stored, and that the client may draw.
  for await (const received of connection) {
    if (received.type !== "event" || received.event.category !== "target") continue;
    if (received.event.kind === "activate") return { connection, address };
  }
  return undefined;
}

/** One connection of a source. */
export interface Life {
  /** What it has registered as; no other one has the same. */
  readonly title: string;
  readonly fromMs: number;
  /** Its own address and port, which logins have. */
  readonly address: string;
  /** How many idents it has sent, which are numbers from 0. */
  sent: number;
  /** Whether it ended without being asked to. */
  isCut: boolean;
  /** When it ended; `undefined` while it is open. */
  toMs: number | undefined;
}

export interface SourceOptions {
  readonly name: string;
  readonly connect: Connect;
  readonly key: PrivateKey;
  readonly secret: string;
  /** Called when it was let in and when its connection has ended. */
  readonly onChange: () => void;
}

/** A source that connects again until it is closed. */
export class Source implements AsyncDisposable {
  /** All of its connections, the latest last. */
  readonly lives: Life[] = [];
  readonly #options: SourceOptions;
  readonly #end = new AbortController();
  readonly #running: Promise<void>;
  #connection: SourceConnection | undefined;
  #isLeaving = false;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** The open connection. */
  get life(): Life | undefined {
    return this.#connection === undefined ? undefined : this.lives.at(-1);
  }

  /** Sends its next number, if it is connected. */
  say(): void {
    const { life } = this;
    if (life === undefined) return;
    const message = encodeUtf8(`${life.sent}`);
    if (this.#connection!.sendEvent({ category: "external", kind: "ident", message })) life.sent++;
  }

  /** Ends its connection in order; it connects again. */
  async reconnect(): Promise<void> {
    this.#isLeaving = true;
    await this.#connection?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.reconnect();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { name, connect, key, secret } = this.#options;
    const { signal } = this.#end;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const title = `${name}.${attempt}`;
      const entered = await enter(connect, key, secret, title);
      if (entered !== undefined) await this.#live(title, entered);
      if (!signal.aborted) await pause(RETRY_MS * (1 + Math.random()), signal);
    }
  }

  async #live(title: string, { connection, address }: Entered): Promise<void> {
    const { onChange } = this.#options;
    const fromMs = performance.now();
    const life: Life = { title, fromMs, address, sent: 0, isCut: false, toMs: undefined };
    this.lives.push(life);
    this.#isLeaving = false;
    this.#connection = connection;
    onChange();
    if (this.#end.signal.aborted) void this.reconnect();
    while (await connection.next() !== undefined);
    this.#connection = undefined;
    life.toMs = performance.now();
    life.isCut = !this.#isLeaving;
    onChange();
  }
}

/** Waits, or until the signal comes. */
export function pause(
  ms: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  return wait(ms, signal);
}
