/** A listening process for many cases, and what it says about each client. */

import { fileURLToPath } from "node:url";
import type { Keystore } from "../../keystore/mod.ts";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { type Network, parseNetwork } from "../../lib/networks.ts";
import { freshKey, RawClient } from "../support/clients.ts";
import { connectFrom } from "../support/connect_from.ts";
import type { Output } from "../support/listening.ts";
import { Listening } from "../support/listening.ts";
import type { RawPeerOptions } from "../support/raw_peer.ts";
import type { KeyName, ListenerName } from "./rule.ts";
import { KEYS, LISTENERS } from "./rule.ts";

const HANDLER = fileURLToPath(new URL("handler.ts", import.meta.url));

export type Line = Readonly<Record<string, unknown>>;

/** The JSON lines of a stream, by the address of the client. */
class Lines {
  readonly #output: Output;
  readonly #byClient = new Map<unknown, Line[]>();
  #read = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  of(client: string): readonly Line[] {
    this.#parse();
    return this.#byClient.get(client) ?? [];
  }

  /** Waits for a condition, which is checked at each line. */
  async until(isTrue: () => boolean, what: string): Promise<void> {
    try {
      await this.#output.until({ exec: () => isTrue() || null });
    } catch {
      // Its message has the lines of all clients.
      throw new Error(`there is no ${what}`);
    }
  }

  #parse(): void {
    const { text } = this.#output;
    for (let end = text.indexOf("\n", this.#read); end >= 0; end = text.indexOf("\n", this.#read)) {
      const line: Line = JSON.parse(text.slice(this.#read, end));
      this.#read = end + 1;
      const { client } = line;
      const lines = this.#byClient.get(client);
      if (lines === undefined) this.#byClient.set(client, [line]);
      else lines.push(line);
    }
  }
}

/** The keys of all cases. */
export function makeKeys(): Readonly<Record<KeyName, PrivateKey>> {
  return Object.fromEntries(KEYS.map((name) => [name, freshKey()])) as Record<KeyName, PrivateKey>;
}

/** One listening process. */
export class RulesListener implements AsyncDisposable {
  /** What the handler has printed. */
  readonly records: Lines;
  readonly log: Lines;
  readonly port: number;
  readonly #listening: Listening;
  #connections = 1;

  private constructor(listening: Listening, port: number) {
    this.#listening = listening;
    this.records = new Lines(listening.out);
    this.log = new Lines(listening.err);
    this.port = port;
  }

  static async start(
    name: ListenerName,
    keys: Readonly<Record<KeyName, PrivateKey>>,
    flags: readonly string[],
  ): Promise<RulesListener> {
    const listening = await Listening.startWith(
      (keystore) => fill(keystore, keys),
      ...["--handler", HANDLER, "--log-format", "json", "--debug", ...LISTENERS[name], ...flags],
    );
    const [, port] = await listening.err.until(/"address":"127\.0\.0\.1:(\d+)"/);
    return new RulesListener(listening, Number(port));
  }

  /** Connects from an address of its own: lines are told apart by it, and ports are used again. */
  async connect(options: RawPeerOptions): Promise<RawClient> {
    const n = this.#connections++;
    return new RawClient(await connectFrom(`127.1.${n >> 8}.${n & 0xff}`, this.port), options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#listening[Symbol.asyncDispose]();
  }
}

async function fill(
  keystore: Keystore,
  keys: Readonly<Record<KeyName, PrivateKey>>,
): Promise<void> {
  const add = (name: KeyName, tags: string[], conditions = {}) =>
    keystore.add(tags, keys[name].publicKey, conditions);
  await add("accepted", ["demo"]);
  await add("any name", ["*"]);
  await add("several names", ["other", "demo"]);
  await add("another name", ["other"]);
  await add("expired", ["demo"], { expiresMs: 1_000_000_000_000 });
  await add("elsewhere", ["demo"], { from: [parseNetwork("192.0.2.0/24") as Network] });
}
