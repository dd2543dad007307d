/** What a peer must not send, and how long its login may take. */

import assert from "node:assert/strict";
import { encodeUtf8 } from "../../../lib/bytes/text.ts";
import { LOGIN_TIMEOUT_MS, SERVER_PROOF_TIMEOUT_MS } from "../../../lib/limits.ts";
import { makeHello } from "../../../lib/session/hello.ts";
import type { Session } from "../../../lib/session/session.ts";
import { Transport } from "../../../lib/transport/transport.ts";
import {
  CONTROL_BODY_BYTES,
  DEFAULT_SECRET,
  HELLO_MODE,
  PACKET_TYPE,
  ROLE,
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
import { CRYPTOS } from "../../support/providers.ts";
import { RawPeer } from "../../support/raw_peer.ts";
import { faultOf, loggedIn, login } from "./session_support.ts";

const LOW_ORDER = new Uint8Array(32);

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

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

test("a login has a deadline, an established session has none", () => {
  const session = serverSession({ startMs: 5_000 });
  const peer = new RawPeer();
  const deadline = 5_000 + LOGIN_TIMEOUT_MS;
  assert.equal(session.handleTimeout(deadline - 1), undefined);
  login(session, peer);
  session.receive(peer.event(REGISTER).take());
  drain(session, SERVER_KEY);
  assert.equal(session.handleTimeout(Infinity), undefined);

  const slow = serverSession({ startMs: 5_000 });
  assert.equal(slow.handleTimeout(deadline)?.code, "login-timeout");
  assert.equal(faultOf(slow), "login-timeout");
  assert.equal(slow.handleTimeout(deadline), undefined);

  const unproved = serverSession({ startMs: 5_000 });
  login(unproved, new RawPeer());
  assert.equal(unproved.handleTimeout(deadline - 1), undefined);
  assert.equal(unproved.handleTimeout(deadline)?.code, "login-timeout", "its key is not proved");
});

test("a server that was accepted has longer to prove its key, and a deadline for that", () => {
  using pair = new Pair();
  const { client } = pair;
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
  assert.equal(honest.client.handleTimeout(Infinity), undefined);
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
