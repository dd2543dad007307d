import { encodeUtf8 } from "../../lib/bytes/text.ts";
import { typescriptProvider } from "../../lib/crypto/typescript.ts";
import { PrivateKey } from "../../lib/crypto/x25519.ts";
import type { ClientOptions, ServerOptions } from "../../lib/session/options.ts";
import { Session } from "../../lib/session/session.ts";
import { DEFAULT_SECRET } from "../../lib/wire/constants.ts";
import { keep, type KeptEvent } from "./kept_event.ts";
import { SeededRandom } from "./random.ts";

export const NO_REKEY = { early: 0, volumeBytes: Infinity } as const;

export function keyFrom(seed: number): PrivateKey {
  return new PrivateKey(new SeededRandom(seed).bytes(32));
}

function common(seed: number) {
  return {
    secret: encodeUtf8(DEFAULT_SECRET),
    crypto: typescriptProvider,
    random: new SeededRandom(seed).bytes,
    startMs: 0,
    rekey: NO_REKEY,
  };
}

/** A listening sink. */
export function serverSession(options: Partial<ServerOptions> = {}): Session {
  return new Session({ ...common(1), side: "server", role: "sink", ...options });
}

/** A connecting source with the key {@linkcode CLIENT_KEY}. */
export function clientSession(options: Partial<ClientOptions> = {}): Session {
  return new Session({
    ...common(2),
    side: "client",
    role: "source",
    mode: "ephemeral",
    key: CLIENT_KEY,
    ...options,
  });
}

export const SERVER_KEY: PrivateKey = keyFrom(101);
export const CLIENT_KEY: PrivateKey = keyFrom(102);

/** A client and a server, connected in memory. */
export class Pair {
  readonly client: Session;
  readonly server: Session;

  constructor(options: { client?: Partial<ClientOptions>; server?: Partial<ServerOptions> } = {}) {
    this.client = clientSession(options.client);
    this.server = serverSession(options.server);
  }

  /**
   * Exchanges bytes until both ends have nothing to send. Both accept every key.
   *
   * @returns The events of each end.
   */
  exchange(): { client: KeptEvent[]; server: KeptEvent[] } {
    const events = { client: [] as KeptEvent[], server: [] as KeptEvent[] };
    for (let moved = true; moved;) {
      const toServer = carry(this.client, this.server, SERVER_KEY, events.server);
      const toClient = carry(this.server, this.client, CLIENT_KEY, events.client);
      moved = toServer || toClient;
    }
    return events;
  }

  /** Logs the client in and proves its key. */
  login(): this {
    this.exchange();
    this.client.sendEvent(0, REGISTER);
    this.exchange();
    return this;
  }

  [Symbol.dispose](): void {
    this.client.free();
    this.server.free();
  }
}

export const REGISTER = {
  category: "external",
  kind: "register",
  title: encodeUtf8("test"),
  segkind: 5,
} as const;

/**
 * Takes all events of a session and accepts an offered key.
 *
 * @param key The static key of the session.
 * @param events Gets the events.
 */
export function drain(session: Session, key: PrivateKey, events: KeptEvent[] = []): void {
  for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) {
    events.push(keep(event));
    if (event.type === "peer-offered") session.accept(key);
  }
}

function carry(from: Session, to: Session, key: PrivateKey, events: KeptEvent[]): boolean {
  const bytes = from.takeOutput();
  if (bytes === undefined) return false;
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(to.receive(rest));
    drain(to, key, events);
  }
  return true;
}
