import assert from "node:assert/strict";
import { A12Error } from "../../../lib/errors.ts";
import { agreeWithNew } from "../../../lib/crypto/x25519.ts";
import { agree, Ratchet } from "../../../lib/session/ratchet.ts";
import type { Session } from "../../../lib/session/session.ts";
import { HEAD_BYTES } from "../../../lib/transport/packet.ts";
import { PACKET_TYPE, VIDEO_DATA_STREAM_ID } from "../../../lib/wire/constants.ts";
import { type Control, decodeControl } from "../../../lib/wire/control.ts";
import { typescriptProvider } from "../../../lib/crypto/typescript.ts";
import type { KeptEvent } from "../../support/kept_event.ts";
import { CLIENT_KEY, drain, keyFrom, Pair, REGISTER, SERVER_KEY } from "../../support/pair.ts";
import type { Spied } from "../../support/providers.ts";
import { spyOn } from "../../support/providers.ts";
import { SeededRandom } from "../../support/random.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const NEVER = { early: 0, volumeBytes: Infinity };
const random = new SeededRandom(3);

function ratchets(policy = NEVER): { server: Ratchet; client: Ratchet } {
  return {
    server: new Ratchet("server", SERVER_KEY, CLIENT_KEY.publicKey, policy),
    client: new Ratchet("client", CLIENT_KEY, SERVER_KEY.publicKey, NEVER),
  };
}

test("both ends derive the same keys in turn, and new ones each time", () => {
  const { server, client } = ratchets();
  const seen = new Set<string>();
  for (let turn = 0; turn < 6; turn++) {
    const [sender, receiver] = turn % 2 === 0 ? [server, client] : [client, server];
    assert.ok(sender.mayRekey && !receiver.mayRekey, `turn ${turn}`);
    const { publicKey, agreed } = sender.advance(random.bytes);
    const shared = agreed();
    assert.deepEqual(receiver.follow(publicKey)(), shared);
    seen.add(shared.toHex());
  }
  assert.equal(seen.size, 6);
});

test("a key of the session that was never used is wiped, before and after its REKEY", () => {
  for (const isSent of [false, true]) {
    const { key } = agreeWithNew(random.bytes(32), CLIENT_KEY.publicKey);
    const policy = { early: 2, volumeBytes: Infinity };
    const ratchet = new Ratchet("server", SERVER_KEY, CLIENT_KEY.publicKey, policy, key);
    const sent = isSent ? ratchet.advance(random.bytes) : undefined;
    ratchet.wipe();
    const isWiped = { name: "ApiMisuseError", code: "wrong-state" };
    assert.throws(() => key.agree(CLIENT_KEY.publicKey), isWiped);
    if (sent !== undefined) assert.throws(() => sent.agreed(), isWiped);
  }
});

test("a REKEY out of turn is refused", () => {
  const { server, client } = ratchets();
  const isRefused = (error: unknown) =>
    error instanceof A12Error && error.code === "rekey-not-theirs";
  assert.throws(() => server.follow(keyFrom(1).publicKey), isRefused, "the server begins");
  client.follow(server.advance(random.bytes).publicKey);
  assert.throws(() => client.follow(keyFrom(1).publicKey), isRefused, "it is the client's turn");
});

test("low-order keys are refused", () => {
  const isRefused = (error: unknown) => error instanceof A12Error && error.code === "low-order-key";
  const { server, client } = ratchets();
  server.advance(random.bytes);
  assert.throws(() => server.follow(new Uint8Array(32)), isRefused);
  assert.throws(() => client.follow(Uint8Array.of(1, ...new Uint8Array(31))), isRefused);
  assert.throws(() => agree(SERVER_KEY, new Uint8Array(32)), isRefused);
});

test("the raw bytes of a new key are wiped, and the key still works", () => {
  const { server, client } = ratchets();
  const raw = random.bytes(32);
  const { publicKey, agreed } = server.advance(() => raw);
  assert.ok(raw.every((byte) => byte === 0));
  assert.deepEqual(client.follow(publicKey)(), agreed());
});

test("a key that was made for the session serves the first change alone", () => {
  const next = keyFrom(5);
  const server = new Ratchet("server", SERVER_KEY, CLIENT_KEY.publicKey, NEVER, next);
  const { client } = ratchets();
  const first = server.advance(() => assert.fail("no random bytes are needed"));
  assert.deepEqual(first.publicKey, next.publicKey);
  assert.deepEqual(client.follow(first.publicKey)(), first.agreed());
  server.follow(client.advance(random.bytes).publicKey);
  const second = server.advance(random.bytes);
  assert.notDeepEqual(second.publicKey, next.publicKey);
  assert.deepEqual(client.follow(second.publicKey)(), second.agreed());
});

test("static keys that leak open no direction after the first change, but for the client's one", () => {
  const { server, client } = ratchets();
  const changes = Array.from({ length: 5 }, (_, turn) => {
    const [sender, receiver] = turn % 2 === 0 ? [server, client] : [client, server];
    const change = sender.advance(random.bytes);
    receiver.follow(change.publicKey);
    return { publicKey: change.publicKey, shared: change.agreed().toHex() };
  });
  // All public keys can be read in a recording as far as it was opened.
  const seen = [SERVER_KEY, CLIENT_KEY, ...changes].map(({ publicKey }) => publicKey);
  const openedWith = (leaked: typeof SERVER_KEY) => {
    const computable = seen.map((publicKey) => leaked.agree(publicKey)!.toHex());
    return changes.map(({ shared }) => computable.includes(shared));
  };
  assert.deepEqual(openedWith(SERVER_KEY), [false, false, false, false, false]);
  assert.deepEqual(openedWith(CLIENT_KEY), [true, false, false, false, false]);
});

test("rekeys by volume, counting received bytes", () => {
  const { server, client } = ratchets({ early: 0, volumeBytes: 100 });
  server.count(60);
  assert.ok(!server.isDueBefore(true));
  server.count(40);
  assert.ok(server.isDueBefore(false));
  client.follow(server.advance(random.bytes).publicKey);
  assert.ok(!server.isDueBefore(true), "it is the client's turn");
  server.follow(client.advance(random.bytes).publicKey);
  assert.ok(!server.isDueBefore(true), "the count starts again");
  server.count(100);
  assert.ok(server.isDueBefore(false));

  // A sink that receives much and sends one acknowledgement.
  const { pair, spied } = spiedPair({ early: 0, volumeBytes: 50_000 });
  using _ = pair;
  pair.client.sendData("video", 0, VIDEO_DATA_STREAM_ID, new Uint8Array(50_000));
  pair.exchange();
  assert.equal(rekeysIn(spied), 0);
  pair.server.send({ command: "ping", stream: 1 });
  assert.equal(rekeysIn(spied), 1);
});

const TYPED = { category: "input", kind: "translated", utf8: "a", active: true } as const;
const ACTIVATE = { category: "target", kind: "activate" } as const;

/** The server's packets from index `from` on: the commands of controls, the kinds of events. */
function sentBy({ sealed }: Spied, from: number): string[] {
  return sealed.slice(from).map((plain) => {
    if (plain[HEAD_BYTES - 1] === PACKET_TYPE.event) return "event";
    return decodeControl(plain.subarray(HEAD_BYTES)).command;
  });
}

test("with early: 2 a server rekeys behind its first output, in front of later content, and no more", () => {
  const { pair, spied } = spiedPair({ early: 2, volumeBytes: Infinity }, false);
  using _ = pair;
  const before = spied.sealed.length;
  pair.client.sendEvent(0, REGISTER);
  pair.server.receive(pair.client.takeOutput()!);
  drain(pair.server, SERVER_KEY);
  pair.server.sendEvent(0, ACTIVATE);
  assert.equal(countEvents(pair.exchange().client), 1);
  assert.deepEqual(sentBy(spied, before), ["event", "rekey"]);

  pair.client.sendEvent(0, REGISTER);
  pair.exchange();
  pair.server.send({ command: "ping", stream: 1 });
  pair.exchange();
  assert.deepEqual(sentBy(spied, before + 2), ["ping"], "there is nothing to protect");

  for (let round = 0; round < 3; round++) {
    pair.server.sendEvent(0, TYPED);
    pair.client.sendEvent(0, REGISTER);
    const { server, client } = pair.exchange();
    assert.deepEqual([server.length, client.length], [1, 1], "no event is lost");
  }
  assert.deepEqual(sentBy(spied, before + 3), ["rekey", "event", "event", "event"]);
});

test("content that is sent at once comes behind the first REKEY", () => {
  const { pair, spied } = spiedPair({ early: 2, volumeBytes: Infinity }, false);
  using _ = pair;
  const before = spied.sealed.length;
  pair.client.sendEvent(0, REGISTER);
  pair.server.receive(pair.client.takeOutput()!);
  drain(pair.server, SERVER_KEY);
  pair.server.sendEvent(0, ACTIVATE);
  pair.server.sendEvent(0, TYPED);
  assert.equal(countEvents(pair.exchange().client), 2);
  assert.deepEqual(sentBy(spied, before), ["event", "rekey", "event"]);
});

test("what a client sends once it may draw is under the keys of its answer, but for one packet", () => {
  const { pair } = spiedPair({ early: 2, volumeBytes: Infinity }, false);
  using _ = pair;
  pair.client.sendEvent(0, REGISTER);
  pair.server.receive(pair.client.takeOutput()!);
  drain(pair.server, SERVER_KEY);
  pair.server.sendEvent(0, ACTIVATE);
  // The client sees ACTIVATE and the REKEY together, and has to answer behind its next packet.
  pair.client.receive(pair.server.takeOutput()!);
  drain(pair.client, CLIENT_KEY);
  pair.client.send({ command: "ping", stream: 0 });
  assert.equal(pair.client.outputBytes, 2 * 153);
});

const CONTENT: readonly (readonly [string, (server: Session) => void])[] = [
  ["text", (server) => server.sendEvent(0, { category: "target", kind: "message", message: "x" })],
  ["input", (server) => server.sendEvent(0, TYPED)],
  ["a file", (server) => server.sendData("binary", 0, 1, new Uint8Array(1))],
  ["last words", (server) => server.send({ command: "shutdown", lastWords: "bye" })],
  [
    "a window",
    (server) =>
      server.send({ command: "newch", newChannel: 1, segkind: 0, direction: 0, cookie: 0 }),
  ],
];

for (const [name, send] of CONTENT) {
  test(`a server rekeys in front of content: ${name}`, () => {
    const { pair, spied } = spiedPair({ early: 2, volumeBytes: Infinity });
    using _ = pair;
    pair.client.sendEvent(0, REGISTER);
    pair.exchange();
    const before = spied.sealed.length;
    send(pair.server);
    assert.equal(rekeysIn({ ...spied, sealed: spied.sealed.slice(before, before + 1) }), 1);
  });
}

test("a REKEY costs an agreement once a packet comes or goes under its keys", () => {
  let agreements = 0;
  const counting = Object.assign(keyFrom(9), {
    agree: (publicKey: Uint8Array) => (agreements++, keyFrom(9).agree(publicKey)),
  });
  const { client } = ratchets();
  const server = new Ratchet("server", SERVER_KEY, CLIENT_KEY.publicKey, NEVER, counting);
  const { publicKey, agreed } = server.advance(random.bytes);
  client.follow(publicKey);
  const answer = server.follow(client.advance(random.bytes).publicKey);
  assert.equal(agreements, 0);
  agreed();
  answer();
  assert.equal(agreements, 2);
});

for (const mode of ["ephemeral", "direct"] as const) {
  test(`the first REKEY of a server has a key of the session (${mode})`, () => {
    const spied = spyOn(typescriptProvider);
    const rekey = { early: 1, volumeBytes: Infinity };
    using pair = new Pair({ client: { mode }, server: { rekey, crypto: spied.crypto } }).login();
    assert.equal(pair.server.state, "established");
    const keys = keysIn(spied);
    const [ephemeral] = keys;
    const [real, change] = keys.slice(-2);
    assert.equal(real, SERVER_KEY.publicKey.toHex());
    if (mode === "ephemeral") assert.equal(change, ephemeral);
    else assert.notEqual(change, real);
  });
}

test("the client answers each REKEY after its next packet", () => {
  using pair = new Pair().login();
  assert.ok(pair.server.rekey());
  assert.ok(!pair.server.rekey(), "not twice in a row");
  pair.exchange();
  assert.equal(pair.client.outputBytes, 0);
  pair.client.send({ command: "ping", stream: 0 });
  assert.equal(pair.client.outputBytes, 2 * 153);
  pair.exchange();
  assert.ok(pair.server.rekey(), "it is the server's turn again");
});

test("packets that cross a REKEY on the wire are opened", () => {
  using pair = new Pair().login();
  for (let round = 0; round < 3; round++) {
    pair.server.rekey();
    for (const session of [pair.client, pair.server]) {
      session.sendEvent(0, REGISTER);
      session.sendEvent(0, REGISTER);
    }
    const got = pair.exchange();
    assert.equal(countEvents(got.client), 2, `round ${round}`);
    assert.equal(countEvents(got.server), 2, `round ${round}`);
    pair.client.send({ command: "ping", stream: 0 });
    assert.equal(pair.exchange().server.length, 1);
  }
});

test("no end rekeys before the keys are final", () => {
  using pair = new Pair();
  assert.ok(!pair.server.rekey());
  assert.ok(!pair.client.rekey());
});

/** @param isProved Whether the client has proved its key, and the server has sent what it owes. */
function spiedPair(
  rekey: { early: number; volumeBytes: number },
  isProved = true,
): { pair: Pair; spied: Spied } {
  const spied = spyOn(typescriptProvider);
  const pair = new Pair({ server: { rekey, crypto: spied.crypto } });
  if (isProved) pair.login();
  else pair.exchange();
  return { pair, spied };
}

function countEvents(events: readonly KeptEvent[]): number {
  return events.filter(({ type }) => type === "event").length;
}

function controlsIn({ sealed }: Spied): Control[] {
  return sealed.filter((plain) => plain[HEAD_BYTES - 1] === PACKET_TYPE.control)
    .map((plain) => decodeControl(plain.subarray(HEAD_BYTES)));
}

function rekeysIn(spied: Spied): number {
  return controlsIn(spied).filter(({ command }) => command === "rekey").length;
}

/** The public keys of the HELLO and REKEY packets. */
function keysIn(spied: Spied): string[] {
  return controlsIn(spied).flatMap((control) =>
    control.command === "hello" || control.command === "rekey" ? control.publicKey.toHex() : []
  );
}
