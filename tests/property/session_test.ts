// Sessions over random scripts: each end receives what the other sent, in order, however the bytes are cut
// and wherever a REKEY comes; and every changed byte is noticed.

import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeUtf8 } from "../../lib/bytes/text.ts";
import type { SessionEvent } from "../../lib/session/events.ts";
import type { Session } from "../../lib/session/session.ts";
import { concat, feedOnce, randomChunks } from "../support/feed.ts";
import type { KeptEvent } from "../support/kept_event.ts";
import {
  CLIENT_KEY,
  clientSession,
  drain,
  NO_REKEY,
  SERVER_KEY,
  serverSession,
} from "../support/pair.ts";
import { CRYPTOS } from "../support/providers.ts";
import { SeededRandom } from "../support/random.ts";
import { scriptLogin } from "../support/script.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

/** Something that one end sends. */
const message = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("event" as const),
      channel: fc.nat(255),
      text: fc.string({ maxLength: 20 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("ping" as const), stream: fc.nat(0xffff_ffff) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("data" as const),
      stream: fc.constantFrom("audio" as const, "video" as const, "binary" as const),
      channel: fc.nat(255),
      size: fc.oneof(fc.nat(300), fc.constantFrom(0, 4_096, 32_768, 65_535)),
    }),
  },
);
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

/** One step of a conversation. */
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom("client" as const, "server" as const),
      message,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rekey" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("to-client" as const, "to-server" as const),
      bytes: fc.oneof(fc.nat(200), fc.nat(100_000)),
    }),
  },
);

for (const { name, crypto, arena } of CRYPTOS) {
  test(`conversations with rekeys that cross arrive whole and in order (${name})`, () => {
    fc.assert(
      fc.property(
        fc.constantFrom("ephemeral" as const, "direct" as const),
        fc.nat(3),
        fc.array(step, { maxLength: 40 }),
        (mode, early, steps) => {
          const how = { crypto, ...(arena && { arena }) };
          const client = new End(clientSession({ mode, ...how }), CLIENT_KEY);
          const rekey = { early, volumeBytes: 100_000 };
          const server = new End(serverSession({ rekey, ...how }), SERVER_KEY);
          while (client.carry(server, Infinity) || server.carry(client, Infinity));
          // This proves the key; a server sends nothing before.
          client.send({ kind: "ping", stream: 0 });
          while (client.carry(server, Infinity) || server.carry(client, Infinity));
          for (const each of steps) {
            if ("message" in each) (each.do === "client" ? client : server).send(each.message);
            else if (each.do === "rekey") server.session.rekey();
            else if (each.do === "to-client") server.carry(client, each.bytes);
            else client.carry(server, each.bytes);
          }
          while (client.carry(server, Infinity) || server.carry(client, Infinity));
          assert.deepEqual(server.received, client.sent);
          assert.deepEqual(client.received, server.sent);
          client.session.free();
          server.session.free();
        },
      ),
      { numRuns: 150 },
    );
  });
}

test("a stream in any parts gives the same events", () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), fc.nat(), (messages, seed) => {
      const bytes = stream(messages);
      const whole = feedOnce(accepting(), [bytes], true);
      assert.equal(whole.fault, undefined);
      const parts = feedOnce(accepting(), randomChunks(bytes, new SeededRandom(seed)), true);
      assert.deepEqual(parts, whole);
    }),
    { numRuns: 300 },
  );
});

test("a changed, missing or added byte ends the session, and no wrong event comes out", () => {
  const messages: Message[] = [
    { kind: "event", channel: 0, text: "one" },
    { kind: "data", stream: "video", channel: 1, size: 700 },
    { kind: "ping", stream: 3 },
    { kind: "data", stream: "binary", channel: 0, size: 0 },
    { kind: "event", channel: 255, text: "two" },
  ];
  const bytes = stream(messages);
  const { events } = feedOnce(accepting(), [bytes], false);
  fc.assert(
    fc.property(
      fc.nat(bytes.length - 1),
      fc.constantFrom("flip", "drop", "insert", "swap", "repeat"),
      fc.integer({ min: 1, max: 255 }),
      (at, how, value) => {
        const changed = change(bytes, at, how, value);
        const fed = feedOnce(accepting(), [changed], true);
        const received = fed.events.filter(({ type }) => type !== "closed");
        assert.deepEqual(received, events.slice(0, received.length), "a prefix of what was sent");
        const isSame = changed.toHex() === bytes.toHex();
        assert.equal(fed.fault === undefined, isSame, "a change is noticed");
      },
    ),
    { numRuns: 1_500 },
  );
});

function change(bytes: Uint8Array, at: number, how: string, value: number): Uint8Array {
  const before = bytes.subarray(0, at);
  const byte = bytes.subarray(at, at + 1);
  const after = bytes.subarray(at + 1);
  switch (how) {
    case "flip":
      return concat([before, Uint8Array.of(byte[0]! ^ value), after]);
    case "drop":
      return concat([before, after]);
    case "insert":
      return concat([before, Uint8Array.of(value), byte, after]);
    case "swap":
      return concat([before, after.subarray(0, 1), byte, after.subarray(1)]);
    default:
      return concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - value))]);
  }
}

/** What a client sends to log in, and its messages. */
function stream(messages: readonly Message[]): Uint8Array {
  const { hellos, peer } = scriptLogin();
  for (const each of messages) {
    if (each.kind === "event") peer.event(ident(each.text), each.channel);
    else if (each.kind === "ping") peer.control({ command: "ping", stream: each.stream });
    else peer.data(each.stream, content(each.size), each.channel, each.size);
  }
  return concat([hellos, peer.take()]);
}

function accepting() {
  const session = serverSession({ rekey: NO_REKEY });
  return {
    session,
    take: (event: SessionEvent) => {
      if (event.type === "peer-offered") session.accept(SERVER_KEY);
    },
  };
}

/** One end that records what it sent and received. */
class End {
  readonly session: Session;
  readonly sent: string[] = [];
  readonly #key;
  readonly #events: KeptEvent[] = [];
  #waiting: Uint8Array = new Uint8Array(0);

  constructor(session: Session, key: typeof CLIENT_KEY) {
    this.session = session;
    this.#key = key;
  }

  get received(): string[] {
    return this.#events.flatMap((event) => {
      switch (event.type) {
        case "event":
          return event.event.category === "external" && event.event.kind === "ident"
            ? [`event ${event.channel} ${new TextDecoder().decode(event.event.message)}`]
            : ["another event"];
        case "control":
          return event.control.command === "ping" ? [`ping ${event.control.stream}`] : ["another"];
        case "data":
          return [`${event.stream} ${event.channel} ${event.payload.toHex().slice(0, 600)}`];
        default:
          return [];
      }
    });
  }

  send(each: Message): void {
    if (each.kind === "event") {
      this.session.sendEvent(each.channel, ident(each.text));
      const text = new TextDecoder().decode(ident(each.text).message);
      this.sent.push(`event ${each.channel} ${text}`);
    } else if (each.kind === "ping") {
      this.session.send({ command: "ping", stream: each.stream });
      this.sent.push(`ping ${each.stream}`);
    } else {
      const payload = content(each.size);
      this.session.sendData(each.stream, each.channel, 1, payload);
      this.sent.push(`${each.stream} ${each.channel} ${payload.toHex().slice(0, 600)}`);
    }
  }

  /** Carries up to `count` bytes to the other end. @returns Whether there were any. */
  carry(to: End, count: number): boolean {
    this.#waiting = concat([this.#waiting, this.session.takeOutput() ?? new Uint8Array(0)]);
    let part = this.#waiting.subarray(0, Math.min(count, this.#waiting.length));
    this.#waiting = this.#waiting.slice(part.length);
    const any = part.length > 0;
    while (part.length > 0) {
      part = part.subarray(to.session.receive(part));
      drain(to.session, to.#key, to.#events);
    }
    return any;
  }
}

function ident(text: string) {
  // NUL would end the text on the way.
  const message = encodeUtf8(text.replaceAll("\0", "0"));
  return { category: "external", kind: "ident", message } as const;
}

function content(size: number): Uint8Array {
  return new SeededRandom(size).bytes(size);
}
