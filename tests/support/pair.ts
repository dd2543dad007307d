import { encodeUtf8 } from "../../lib/bytes/text.ts";
import { typescriptProvider } from "../../lib/crypto/typescript.ts";
import { PrivateKey } from "../../lib/crypto/x25519.ts";
import type { SessionEvent } from "../../lib/session/events.ts";
import type { ClientOptions, ServerOptions } from "../../lib/session/options.ts";
import { Session } from "../../lib/session/session.ts";
import { DEFAULT_SECRET } from "../../lib/wire/constants.ts";
import { SeededRandom } from "./random.ts";

/** Never rekeys by itself. */
export const NO_REKEY = { early: 0, volumeBytes: Infinity } as const;

/** The same key for every equal number. */
export function keyFrom(seed: number): PrivateKey {
  return new PrivateKey(new SeededRandom(seed).bytes(32));
}

/** What both ends of a test have unless it says otherwise. */
function common(seed: number) {
  return {
    secret: encodeUtf8(DEFAULT_SECRET),
    crypto: typescriptProvider,
    random: new SeededRandom(seed).bytes,
    startMs: 0,
    rekey: NO_REKEY,
  };
}

/** A listening sink. @param options What differs from a plain one. */
export function serverSession(options: Partial<ServerOptions> = {}): Session {
  return new Session({ ...common(1), side: "server", role: "sink", ...options });
}

/** A connecting source with the key {@linkcode CLIENT_KEY}. @param options What differs from it. */
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

/** The static keys of the two ends. */
export const SERVER_KEY: PrivateKey = keyFrom(101);
export const CLIENT_KEY: PrivateKey = keyFrom(102);

/** A client and a server that are connected in memory. */
export class Pair {
  readonly client: Session;
  readonly server: Session;

  constructor(options: { client?: Partial<ClientOptions>; server?: Partial<ServerOptions> } = {}) {
    this.client = clientSession(options.client);
    this.server = serverSession(options.server);
  }

  /**
   * Carries bytes both ways until nothing moves; both ends accept every key.
   *
   * @returns What each end was told, payloads copied.
   */
  exchange(): { client: SessionEvent[]; server: SessionEvent[] } {
    const events = { client: [] as SessionEvent[], server: [] as SessionEvent[] };
    for (let moved = true; moved;) {
      const toServer = carry(this.client, this.server, SERVER_KEY, events.server);
      const toClient = carry(this.server, this.client, CLIENT_KEY, events.client);
      moved = toServer || toClient;
    }
    return events;
  }

  /** Logs the client in; it proves its key by one event. */
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

/** What a terminal registers with. */
export const REGISTER = {
  category: "external",
  kind: "register",
  title: encodeUtf8("test"),
  segkind: 5,
} as const;

/**
 * Takes all events that a session has, and accepts the key that it is offered.
 *
 * @param session The session.
 * @param key Its static key.
 * @param events Gets copies of the events.
 */
export function drain(session: Session, key: PrivateKey, events: SessionEvent[] = []): void {
  for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) {
    events.push(event.type === "data" ? { ...event, payload: event.payload.slice() } : event);
    if (event.type === "peer-offered") session.accept(key);
  }
}

function carry(from: Session, to: Session, key: PrivateKey, events: SessionEvent[]): boolean {
  const bytes = from.takeOutput();
  if (bytes === undefined) return false;
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(to.receive(rest));
    drain(to, key, events);
  }
  return true;
}
