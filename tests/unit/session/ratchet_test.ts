import assert from "node:assert/strict";
import { A12Error } from "../../../lib/errors.ts";
import { agree, Ratchet } from "../../../lib/session/ratchet.ts";
import type { SessionEvent } from "../../../lib/session/events.ts";
import { HEAD_BYTES } from "../../../lib/transport/packet.ts";
import { PACKET_TYPE, VIDEO_DATA_STREAM_ID } from "../../../lib/wire/constants.ts";
import { type Control, decodeControl } from "../../../lib/wire/control.ts";
import { typescriptProvider } from "../../../lib/crypto/typescript.ts";
import { CLIENT_KEY, keyFrom, Pair, REGISTER, SERVER_KEY } from "../../support/pair.ts";
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
    const { publicKey, shared } = sender.advance(random.bytes);
    assert.deepEqual(receiver.follow(publicKey)(), shared);
    seen.add(shared.toHex());
  }
  assert.equal(seen.size, 6);
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
  const { publicKey, shared } = server.advance(() => raw);
  assert.ok(raw.every((byte) => byte === 0));
  assert.deepEqual(client.follow(publicKey)(), shared);
});

test("a key that was made for the session serves the first change alone", () => {
  const next = keyFrom(5);
  const server = new Ratchet("server", SERVER_KEY, CLIENT_KEY.publicKey, NEVER, next);
  const { client } = ratchets();
  const first = server.advance(() => assert.fail("no random bytes are needed"));
  assert.deepEqual(first.publicKey, next.publicKey);
  assert.deepEqual(client.follow(first.publicKey)(), first.shared);
  server.follow(client.advance(random.bytes).publicKey);
  const second = server.advance(random.bytes);
  assert.notDeepEqual(second.publicKey, next.publicKey);
  assert.deepEqual(client.follow(second.publicKey)(), second.shared);
});

test("static keys that leak open no direction after the first change, but for the client's one", () => {
  const { server, client } = ratchets();
  const changes = Array.from({ length: 5 }, (_, turn) => {
    const [sender, receiver] = turn % 2 === 0 ? [server, client] : [client, server];
    const change = sender.advance(random.bytes);
    receiver.follow(change.publicKey);
    return change;
  });
  // All public keys can be read in a recording as far as it was opened.
  const seen = [SERVER_KEY, CLIENT_KEY, ...changes].map(({ publicKey }) => publicKey);
  const openedWith = (leaked: typeof SERVER_KEY) => {
    const computable = seen.map((publicKey) => leaked.agree(publicKey)!.toHex());
    return changes.map(({ shared }) => computable.includes(shared.toHex()));
  };
  assert.deepEqual(openedWith(SERVER_KEY), [false, false, false, false, false]);
  assert.deepEqual(openedWith(CLIENT_KEY), [true, false, false, false, false]);
});

test("rekeys by volume, counting received bytes", () => {
  const { server, client } = ratchets({ early: 0, volumeBytes: 100 });
  server.count(60);
  assert.ok(!server.isDue);
  server.count(40);
  assert.ok(server.isDue);
  client.follow(server.advance(random.bytes).publicKey);
  assert.ok(!server.isDue, "it is the client's turn");
  server.follow(client.advance(random.bytes).publicKey);
  assert.ok(!server.isDue, "the count starts again");
  server.count(100);
  assert.ok(server.isDue);

  // A sink that receives much and sends one acknowledgement.
  const { pair, spied } = spiedPair({ early: 0, volumeBytes: 50_000 });
  using _ = pair;
  pair.client.sendData("video", 0, VIDEO_DATA_STREAM_ID, new Uint8Array(50_000));
  pair.exchange();
  assert.equal(rekeysIn(spied), 0);
  pair.server.send({ command: "ping", stream: 1 });
  assert.equal(rekeysIn(spied), 1);
});

test("with early: 2 a server rekeys after the proof, in front of its next packet, and no more", () => {
  const { pair, spied } = spiedPair({ early: 2, volumeBytes: Infinity });
  using _ = pair;
  assert.equal(rekeysIn(spied), 1, "the client has proved its key");
  pair.client.sendEvent(0, REGISTER);
  assert.equal(pair.exchange().server.length, 1);
  assert.equal(rekeysIn(spied), 1, "the client has answered, and there is nothing to protect");
  const before = spied.sealed.length;
  for (let round = 0; round < 5; round++) {
    pair.server.sendEvent(0, REGISTER);
    pair.client.sendEvent(0, REGISTER);
    const { server, client } = pair.exchange();
    assert.deepEqual([server.length, client.length], [1, 1], "no event is lost");
  }
  assert.equal(rekeysIn(spied), 2);
  assert.equal(rekeysIn({ ...spied, sealed: spied.sealed.slice(before, before + 1) }), 1);
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

function spiedPair(rekey: { early: number; volumeBytes: number }): { pair: Pair; spied: Spied } {
  const spied = spyOn(typescriptProvider);
  const pair = new Pair({ server: { rekey, crypto: spied.crypto } }).login();
  return { pair, spied };
}

function countEvents(events: readonly SessionEvent[]): number {
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
