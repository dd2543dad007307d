import assert from "node:assert/strict";
import { encodeUtf8 } from "../../../lib/bytes/text.ts";
import { A12Error } from "../../../lib/errors.ts";
import { LOGIN_TIMEOUT_MS, SERVER_PROOF_TIMEOUT_MS } from "../../../lib/limits.ts";
import type { SessionEvent } from "../../../lib/session/events.ts";
import type { Session } from "../../../lib/session/session.ts";
import { makeHello } from "../../../lib/session/hello.ts";
import { Transport } from "../../../lib/transport/transport.ts";
import {
  CONTROL_BODY_BYTES,
  DEFAULT_SECRET,
  HELLO_MODE,
  PACKET_TYPE,
  ROLE,
  VIDEO_DATA_STREAM_ID,
} from "../../../lib/wire/constants.ts";
import { encodeControl } from "../../../lib/wire/control.ts";
import { concat, feed } from "../../support/feed.ts";
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

const MODES = ["ephemeral", "direct"] as const;
const LOW_ORDER = new Uint8Array(32);

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

test("events in front of a fault are delivered before it", () => {
  const { session, peer } = loggedIn();
  const bytes = peer.event(REGISTER).event(REGISTER).take();
  const changed = concat([bytes, peer.event(REGISTER).take()]);
  changed[changed.length - 1]! ^= 1;
  session.receive(changed);
  assert.equal(session.nextEvent()?.type, "event");
  assert.equal(session.nextEvent()?.type, "event");
  assert.equal(faultOf(session), "bad-mac");
  assert.equal(faultOf(session), "bad-mac", "the same at each call");
  assert.equal(session.state, "failed");
});

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
  const events: SessionEvent[] = [];
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

test("a login has a deadline, an established session has none", () => {
  const session = serverSession({ startMs: 5_000 });
  const peer = new RawPeer();
  const deadline = 5_000 + LOGIN_TIMEOUT_MS;
  assert.equal(session.nextTimeout(), deadline);
  assert.equal(session.handleTimeout(deadline - 1), undefined);
  login(session, peer);
  assert.equal(
    session.nextTimeout(),
    deadline,
    "a peer that has not proved its key is not logged in",
  );
  session.receive(peer.event(REGISTER).take());
  drain(session, SERVER_KEY);
  assert.equal(session.nextTimeout(), undefined);
  assert.equal(session.handleTimeout(Infinity), undefined);

  const slow = serverSession({ startMs: 5_000 });
  assert.equal(slow.handleTimeout(deadline)?.code, "login-timeout");
  assert.equal(faultOf(slow), "login-timeout");
  assert.equal(slow.nextTimeout(), undefined);
});

test("a server that was accepted has longer to prove its key, and a deadline for that", () => {
  using pair = new Pair();
  const { client } = pair;
  assert.equal(client.nextTimeout(), LOGIN_TIMEOUT_MS);
  pair.exchange();
  assert.equal(client.state, "accepted");
  assert.equal(client.handleTimeout(SERVER_PROOF_TIMEOUT_MS - 1), undefined);
  const fault = client.handleTimeout(SERVER_PROOF_TIMEOUT_MS)!;
  assert.equal(fault.code, "not-proven");
  assert.match(fault.message, /the server has not proved its key within 30 s/);
  assert.equal(client.state, "failed");

  using honest = new Pair();
  honest.login();
  honest.server.send({ command: "ping", stream: 0 });
  honest.exchange();
  assert.equal(honest.client.state, "established");
  assert.equal(honest.client.nextTimeout(), undefined);
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

test("every fault of a HELLO ends the session without an answer", () => {
  const cases: readonly (readonly [string, RawPeer, Parameters<typeof serverSession>[0]?])[] = [
    ["low-order-key", new RawPeer().hello({ publicKey: LOW_ORDER })],
    ["low-order-key", new RawPeer().hello({ mode: HELLO_MODE.ephemeral, publicKey: LOW_ORDER })],
    ["bad-hello-mode", new RawPeer().hello({ mode: 0 })],
    ["bad-role", new RawPeer().hello({ role: 5 })],
    ["role-refused", new RawPeer({ role: ROLE.sink }).ephemeralHello()],
    ["role-refused", new RawPeer({ role: ROLE.directory }).hello()],
    ["direct-refused", new RawPeer().hello(), { allowDirect: false }],
    ["command-before-auth", new RawPeer().control({ command: "ping", stream: 1 })],
    [
      "command-before-auth",
      new RawPeer().control({
        command: "unknown",
        channel: 0,
        commandNumber: 77,
        payload: new Uint8Array(110),
      }),
    ],
  ];
  for (const [code, peer, options] of cases) {
    const bytes = peer.take();
    const fed = feed(() => ({ session: serverSession(options) }), bytes);
    assert.equal(fed.fault, code);
    assert.equal(fed.output.length, 0, `no answer to ${code}`);
  }
});

test("a server without direct mode accepts clients in ephemeral mode", () => {
  using pair = new Pair({ server: { allowDirect: false } }).login();
  assert.equal(pair.server.state, "established");
});

test("a client refuses answers in another mode, of a wrong role and with weak keys", () => {
  const { real, ephemeral } = HELLO_MODE;
  const cases = [
    ["ephemeral", { mode: real }, "bad-hello-mode"],
    ["direct", { mode: ephemeral }, "bad-hello-mode"],
    ["direct", { mode: real, role: ROLE.source }, "role-refused"],
    ["direct", { mode: real, publicKey: LOW_ORDER }, "low-order-key"],
    ["ephemeral", { mode: ephemeral, publicKey: LOW_ORDER }, "low-order-key"],
  ] as const;
  for (const [mode, answer, code] of cases) {
    const client = clientSession({ mode });
    client.receive(answerTo(client, answer));
    assert.equal(faultOf(client), code, `${mode} ${JSON.stringify(answer)}`);
  }
});

test("every fault of a REKEY ends the session", () => {
  const cases = [
    ["rekey-not-theirs", (peer: RawPeer) => peer.fakeRekey()],
    ["rekey-bad-mode", (peer: RawPeer) => peer.fakeRekey(CLIENT_KEY.publicKey, 1)],
    ["hello-after-auth", (peer: RawPeer) => peer.hello()],
  ] as const;
  for (const [code, act] of cases) {
    const { session, peer } = loggedIn();
    session.receive(act(peer).take());
    assert.equal(faultOf(session), code);
  }
  const { session, peer } = loggedIn();
  session.rekey();
  session.receive(peer.fakeRekey(LOW_ORDER).take());
  assert.equal(faultOf(session), "low-order-key");
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

/** The answer of a server that checks nothing to the first packet of a client. */
function answerTo(
  client: Session,
  fields: { mode: number; role?: number; publicKey?: Uint8Array },
): Uint8Array {
  const server = new Transport({
    side: "server",
    secret: encodeUtf8(DEFAULT_SECRET),
    crypto: CRYPTOS[0]!.crypto,
  });
  const hello = client.takeOutput()!;
  server.writable().set(hello);
  server.commit(hello.length);
  assert.ok(server.advance());
  const answer = makeHello("real", SERVER_KEY.publicKey, "sink");
  server.send(PACKET_TYPE.control, CONTROL_BODY_BYTES, (bytes, at) => {
    encodeControl({ ...answer, ...fields }, bytes, at, { lastSeen: 0 });
  });
  return server.takeOutput()!;
}

function answering(session: Session) {
  return {
    session,
    take: (event: SessionEvent) => {
      if (event.type === "peer-offered") session.accept(SERVER_KEY);
    },
  };
}

/** Runs a direct login up to the final keys. */
function login(session: Session, peer: RawPeer): void {
  session.receive(peer.hello().take());
  drain(session, SERVER_KEY);
  peer.receive(session.takeOutput()!);
}

function loggedIn(): { session: Session; peer: RawPeer } {
  const session = serverSession();
  const peer = new RawPeer();
  login(session, peer);
  session.receive(peer.event(REGISTER).take());
  drain(session, SERVER_KEY);
  return { session, peer };
}

function faultOf(session: Session): string {
  try {
    while (session.nextEvent() !== undefined);
  } catch (error) {
    if (error instanceof A12Error) return error.code;
    throw error;
  }
  assert.fail("there is a fault");
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
