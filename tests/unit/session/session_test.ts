import assert from "node:assert/strict";
import { encodeUtf8 } from "../../../lib/bytes/text.ts";
import type { SessionEvent } from "../../../lib/session/events.ts";
import type { Session } from "../../../lib/session/session.ts";
import { VIDEO_DATA_STREAM_ID } from "../../../lib/wire/constants.ts";
import { concat, feed } from "../../support/feed.ts";
import type { KeptEvent } from "../../support/kept_event.ts";
import {
  CLIENT_KEY,
  clientSession,
  drain,
  Pair,
  REGISTER,
  SERVER_KEY,
  serverSession,
} from "../../support/pair.ts";
import { type Crypto, CRYPTOS, spyOn } from "../../support/providers.ts";
import { SeededRandom } from "../../support/random.ts";
import { RawPeer } from "../../support/raw_peer.ts";
import { scriptLogin } from "../../support/script.ts";
import { faultOf, loggedIn } from "./session_support.ts";

const MODES = ["ephemeral", "direct"] as const;

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const testEach = (name: string, fn: (crypto: Crypto) => void) => {
  for (const crypto of CRYPTOS) test(`${name} (${crypto.name})`, () => fn(crypto));
};

for (const mode of MODES) {
  testEach(`a login in ${mode} mode proves both keys`, ({ crypto, arena }) => {
    const how = { crypto, ...(arena && { arena }), secret: encodeUtf8("our secret") };
    using pair = new Pair({ client: { mode, ...how }, server: how });
    const hellos = pair.exchange();
    assert.deepEqual(hellos.server.map(({ type }) => type), ["peer-offered"]);
    assert.equal(pair.server.state, "accepted");
    assert.deepEqual(pair.server.peer, {
      type: "peer-offered",
      publicKey: CLIENT_KEY.publicKey,
      role: "source",
      mode,
    });
    pair.client.sendEvent(0, REGISTER);
    pair.server.sendEvent(0, { category: "target", kind: "activate" });
    const events = pair.exchange();
    assert.deepEqual(events.server.map(({ type }) => type), ["peer-authenticated", "event"]);
    assert.deepEqual(events.client.map(({ type }) => type), ["peer-authenticated", "event"]);
    assert.equal(pair.server.state, "established");
    assert.deepEqual(pair.client.peer!.publicKey, SERVER_KEY.publicKey);
    assert.equal(pair.client.peer!.role, "sink");
  });

  test(`a wrong secret gets no answer in ${mode} mode`, () => {
    const client = clientSession({ mode, secret: encodeUtf8("wrong") });
    const server = serverSession();
    server.receive(client.takeOutput()!);
    assert.equal(faultOf(server), "wrong-secret");
    assert.equal(server.outputBytes, 0);
  });
}

test("a closed session parses nothing more", () => {
  const { session, peer } = loggedIn();
  session.receive(peer.event(REGISTER).event(REGISTER).take());
  assert.equal(session.nextEvent()?.type, "event");
  session.close();
  assert.equal(session.nextEvent(), undefined);
  assert.equal(session.state, "closed");
});

test("queued output can be sent after the end", () => {
  const { session } = loggedIn();
  session.send({ command: "shutdown", lastWords: "bye" });
  session.close();
  assert.equal(session.takeOutput()?.length, 153);
});

test("early packets of a server wait until its key is accepted", () => {
  const server = serverSession({ rekey: { early: 1, volumeBytes: Infinity } });
  const client = clientSession({ mode: "direct" });
  server.receive(client.takeOutput()!);
  drain(server, SERVER_KEY);
  server.sendEvent(0, REGISTER);
  server.sendEvent(3, REGISTER);
  client.receive(server.takeOutput()!);
  assert.equal(client.nextEvent()?.type, "peer-offered");
  assert.equal(client.nextEvent(), undefined);
  client.accept(CLIENT_KEY);
  const events: KeptEvent[] = [];
  drain(client, CLIENT_KEY, events);
  assert.deepEqual(events.map(({ type }) => type), ["peer-authenticated", "event", "event"]);
});

testEach("all kinds of packets arrive, however the bytes are cut", ({ crypto, arena }) => {
  const { hellos, peer } = scriptLogin();
  const payloads = [0, 1, 4_000, 4_096, 65_535].map((size) => new Uint8Array(size).fill(size));
  peer.event(REGISTER).control({ command: "ping", stream: 7 }).event(REGISTER, 255);
  for (const payload of payloads) {
    peer.data("video", payload, 3, VIDEO_DATA_STREAM_ID).data("binary", payload, 0, 9);
  }
  peer.data("audio", payloads[1]!, 255);
  const bytes = concat([hellos, peer.take()]);
  const fed = feed(
    () => answering(serverSession({ crypto, ...(arena && { arena }) })),
    bytes,
    { rounds: 20 },
  );
  assert.equal(fed.fault, undefined);
  assert.deepEqual(
    fed.events.map((event) =>
      event.type === "data"
        ? `${event.stream} ${event.channel} ${event.streamId} ${event.payload.length}`
        : event.type
    ),
    [
      "peer-offered",
      "peer-authenticated",
      "event",
      "control",
      "event",
      ...payloads.flatMap(({ length }) => [
        `video 3 ${VIDEO_DATA_STREAM_ID} ${length}`,
        `binary 0 9 ${length}`,
      ]),
      "audio 255 0 1",
      "closed",
    ],
  );
});

test("unknown commands are delivered", () => {
  const { session, peer } = loggedIn();
  const unknown = { command: "unknown", channel: 9, commandNumber: 200 } as const;
  session.receive(peer.control({ ...unknown, payload: new Uint8Array(110) }).take());
  const event = session.nextEvent();
  assert.ok(event?.type === "control" && event.control.command === "unknown");
  assert.equal(event.control.commandNumber, 200);
});

test("only the first packet under the final keys proves a claimed key", () => {
  const session = serverSession();
  // A client that knows the public key, but not the private key.
  const thief = new RawPeer({ seed: 3 });
  session.receive(thief.hello({ publicKey: SERVER_KEY.publicKey }).take());
  drain(session, SERVER_KEY);
  assert.equal(session.state, "accepted");
  thief.receive(session.takeOutput()!);
  session.receive(thief.event(REGISTER).take());
  assert.equal(faultOf(session), "not-proven");
});

test("a replayed login stops at its second packet", () => {
  const peer = new RawPeer();
  const first = serverSession({ random: (count) => new Uint8Array(count).fill(1) });
  const hello = peer.hello().take();
  first.receive(hello);
  drain(first, SERVER_KEY);
  peer.receive(first.takeOutput()!);
  const event = peer.event(REGISTER).take();
  first.receive(event);
  drain(first, SERVER_KEY);
  assert.equal(first.state, "established");

  const second = serverSession({ random: (count) => new Uint8Array(count).fill(2) });
  second.receive(concat([hello, event]));
  assert.equal(second.nextEvent()?.type, "peer-offered");
  second.accept(SERVER_KEY);
  // Under other keys the head is noise, and its length may be beyond the end.
  second.receiveEof();
  assert.equal(faultOf(second), "not-proven");
});

test("a server without direct mode accepts clients in ephemeral mode", () => {
  using pair = new Pair({ server: { allowDirect: false } }).login();
  assert.equal(pair.server.state, "established");
});

test("a freed session releases opener and sealer", () => {
  const spied = spyOn(CRYPTOS[0]!.crypto);
  const session = serverSession({ crypto: spied.crypto });
  assert.equal(spied.open, 2);
  session.free();
  assert.equal(spied.open, 0);
  assert.equal(session.state, "closed");
  session.free();
});

test("hasVerified tells whether the peer knows the secret", () => {
  const session = serverSession();
  session.receive(Uint8Array.of(1));
  assert.equal(session.nextEvent(), undefined);
  assert.ok(!session.hasVerified);
  using pair = new Pair();
  pair.exchange();
  assert.ok(pair.server.hasVerified);
});

function answering(session: Session) {
  return {
    session,
    take: (event: SessionEvent) => {
      if (event.type === "peer-offered") session.accept(SERVER_KEY);
    },
  };
}

test("the raw bytes of the private keys of ephemeral exchanges and REKEYs are wiped", () => {
  const drawn = new Map<string, Uint8Array[]>();
  const noted = (end: string, seed: number) => {
    const random = new SeededRandom(seed);
    return (count: number) => {
      const bytes = random.bytes(count);
      if (count === 32) drawn.set(end, [...drawn.get(end) ?? [], bytes]);
      return bytes;
    };
  };
  const pair = new Pair({
    client: { random: noted("client", 1), mode: "ephemeral" },
    server: { random: noted("server", 2) },
  }).login();
  assert.ok(pair.server.rekey());
  pair.exchange();
  // A client answers a REKEY after its next packet.
  pair.client.sendEvent(0, REGISTER);
  pair.exchange();
  for (const [end, keys] of drawn) {
    assert.ok(keys.every((key) => key.every((byte) => byte === 0)), end);
  }
  assert.deepEqual([...drawn].map(([end, keys]) => `${keys.length} ${end}`).sort(), [
    "2 client",
    "2 server",
  ]);
});
