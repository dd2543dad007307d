// The recorded sessions, replayed by our sessions: with the recorded keys and random values we send what the
// reference sent, and the events do not depend on how the bytes arrive.

import assert from "node:assert/strict";
import { Session } from "../../lib/session/session.ts";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { HEAD_BYTES } from "../../lib/transport/packet.ts";
import { CONTROL_BODY_BYTES, DATA_HEAD_BYTES, PACKET_TYPE } from "../../lib/wire/constants.ts";
import { decodeControl } from "../../lib/wire/control.ts";
import { decodeDataHead } from "../../lib/wire/data.ts";
import type { EventInput } from "../../lib/wire/event/types.ts";
import { decodeEventPacket } from "../../lib/wire/event/event.ts";
import type { Draws } from "../support/draws.ts";
import { replayDraws } from "../support/draws.ts";
import type { Fed, Fixture } from "../support/feed.ts";
import { feed } from "../support/feed.ts";
import type { KeptEvent } from "../support/kept_event.ts";
import { NO_REKEY, REGISTER } from "../support/pair.ts";
import { type Crypto, CRYPTOS, spyOn } from "../support/providers.ts";
import type { End, SessionVector } from "../support/vectors.ts";
import { drawsOf, hex, keyOf, packetsOf, SESSIONS, streamOf } from "../support/vectors.ts";

const ROLES = ["unspecified", "source", "sink", "probe", "directory"] as const;
const MODES = { ephemeral: "ephemeral", direct: "direct" } as const;

const test = (name: string, fn: (crypto: Crypto) => void) => {
  for (const crypto of CRYPTOS) {
    Deno.test({ name: `${name} (${crypto.name})`, permissions: "none", fn: () => fn(crypto) });
  }
};

const { directory, probe, rejected, sinkSink, sourceSource, ...complete } = SESSIONS;

for (const vector of [...Object.values(complete), probe]) {
  test(`our server answers as in ${vector.name}`, (crypto) => {
    const fed = feedEnd(vector, "server", crypto);
    checkFed(fed, vector, "server");
  });
}

for (const vector of Object.values(complete)) {
  test(`our client logs in as in ${vector.name}`, (crypto) => {
    const fed = feedEnd(vector, "client", crypto);
    checkFed(fed, vector, "client");
  });
  test(`two ends of ours send what was sent in ${vector.name}`, (crypto) => {
    replayBothEnds(vector, crypto);
  });
}

test("a rejected key gets no answer", (crypto) => {
  const make = () => rejecting(makeEnd(rejected, "server", crypto).session);
  const fed = feed(make, streamOf(rejected, "client"));
  assert.deepEqual(fed.events.map(({ type }) => type), ["peer-offered"]);
  assert.equal(fed.state, "closed");
  assert.equal(fed.output.toHex(), hellosOf(rejected, "server"));
});

for (const vector of [sinkSink, sourceSource]) {
  test(`${vector.name} is refused`, (crypto) => {
    const fed = feedEnd(vector, "server", crypto);
    assert.equal(fed.fault, "role-refused");
    assert.equal(fed.output.length, 0);
  });
}

test("a directory that answers a sink is refused", (crypto) => {
  assert.equal(feedEnd(directory, "client", crypto).fault, "role-refused");
});

/** Feeds our `end` with what the other end of a recorded session sent. */
function feedEnd(vector: SessionVector, end: End, crypto: Crypto) {
  const peer = end === "server" ? "client" : "server";
  return feed(() => {
    const own = makeEnd(vector, end, crypto);
    return end === "server" ? rekeying(own) : answering(own);
  }, streamOf(vector, peer));
}

function checkFed(fed: Fed, vector: SessionVector, end: End): void {
  const hellos = hellosOf(vector, end);
  assert.equal(fed.output.toHex().slice(0, hellos.length), hellos);
  assert.deepEqual(fed.events.map(summary), expectedEvents(vector, end));
}

/** A server that rekeys after each event, as long as recorded keys are left. */
function rekeying({ session, key, draws }: OwnEnd): Fixture {
  const { take } = accepting(session, key);
  return {
    session,
    take: (event) => {
      take!(event);
      if (event.type === "event" && draws.left > 0) session.rekey();
    },
  };
}

/** A client that sends an event now and then, because it answers a REKEY only after a packet. */
function answering({ session, key, draws }: OwnEnd): Fixture {
  const { take } = accepting(session, key);
  return {
    session,
    take: (event) => {
      take!(event);
      if (event.type === "event" && draws.left > 0) session.sendEvent(0, REGISTER);
    },
  };
}

interface OwnEnd {
  readonly session: Session;
  readonly key: PrivateKey;
  readonly draws: Draws;
}

function makeEnd(vector: SessionVector, side: End, { crypto, arena }: Crypto): OwnEnd {
  const key = keyOf(vector, side);
  const draws = replayDraws(drawsOf(vector, side));
  const role = ROLES[vector.inputs[side].role];
  if (role !== "source" && role !== "sink") assert.fail(`no end of ours is a ${role}`);
  const common = {
    role,
    secret: hex(vector.inputs.passphraseBytes),
    crypto,
    random: draws.random,
    startMs: 0,
    rekey: NO_REKEY,
    ...(arena && { arena }),
  };
  const mode = MODES[vector.inputs.helloMode as keyof typeof MODES];
  const session = side === "server"
    ? new Session({ side, ...common })
    : new Session({ side, mode, key, ...common });
  return { session, key, draws };
}

function accepting(session: Session, key: PrivateKey): Fixture {
  return {
    session,
    take: (event) => {
      if (event.type === "peer-offered") session.accept(key);
    },
  };
}

function rejecting(session: Session): Fixture {
  return {
    session,
    take: (event) => {
      if (event.type === "peer-offered") session.reject();
    },
  };
}

/** The HELLO packets of an end. */
function hellosOf(vector: SessionVector, end: End): string {
  return packetsOf(vector, end).filter(isHello).map(({ wire }) => wire).join("");
}

function isHello({ plaintext }: { readonly plaintext: string }): boolean {
  return commandOf(hex(plaintext)) === "hello";
}

function commandOf(plain: Uint8Array): string | undefined {
  if (plain[HEAD_BYTES - 1] !== PACKET_TYPE.control) return undefined;
  return decodeControl(plain.subarray(HEAD_BYTES)).command;
}

function summary(event: KeptEvent): string {
  switch (event.type) {
    case "control":
      return event.control.command;
    case "event":
      return `${event.channel} ${event.event.kind}`;
    case "data":
      return `${event.stream} ${event.payload.toHex()}`;
    case "peer-offered":
    case "peer-authenticated":
      return `${event.type} ${event.publicKey.toHex()} ${event.role}`;
    case "closed":
      return event.type;
  }
}

/** The events that an end must get, from the plaintext of its peer's packets. */
function expectedEvents(vector: SessionVector, end: End): string[] {
  const peer = end === "server" ? "client" : "server";
  const plains = packetsOf(vector, peer).map(({ plaintext }) => hex(plaintext));
  const rest = plains.filter((plain) => commandOf(plain) !== "hello");
  const who = `${keyOf(vector, peer).publicKey.toHex()} ${ROLES[vector.inputs[peer].role]}`;
  const received = rest.filter((plain) => commandOf(plain) !== "rekey").map((plain) => {
    const body = plain.subarray(HEAD_BYTES);
    switch (plain[HEAD_BYTES - 1]) {
      case PACKET_TYPE.control:
        return decodeControl(body).command;
      case PACKET_TYPE.event: {
        const { channel, event } = decodeEventPacket(body);
        return `${channel} ${event.kind}`;
      }
      default:
        return `video ${body.subarray(DATA_HEAD_BYTES).toHex()}`;
    }
  });
  const proof = rest.length > 0 ? [`peer-authenticated ${who}`] : [];
  return [`peer-offered ${who}`, ...proof, ...received, "closed"];
}

/** Lets two ends of ours send what was recorded, and compares the plaintext of every packet. */
function replayBothEnds(vector: SessionVector, crypto: Crypto): void {
  const spies = { client: spyOn(crypto.crypto), server: spyOn(crypto.crypto) };
  const ends = {
    client: makeEnd(vector, "client", { ...crypto, crypto: spies.client.crypto }),
    server: makeEnd(vector, "server", { ...crypto, crypto: spies.server.crypto }),
  };
  for (const { from, plaintext } of vector.packets) {
    const { session } = ends[from as End];
    const plain = hex(plaintext);
    // A session sends HELLO on its own, and a client its REKEY after the next packet.
    if (commandOf(plain) === "rekey" && from === "server") assert.ok(session.rekey());
    else if (!["hello", "rekey"].includes(commandOf(plain) ?? "")) send(session, plain);
    carry(ends.client, ends.server);
    carry(ends.server, ends.client);
  }
  for (const end of ["client", "server"] as const) {
    const expected = packetsOf(vector, end).map(({ plaintext }) => comparable(hex(plaintext)));
    assert.deepEqual(spies[end].sealed.map(comparable), expected, `what the ${end} sent`);
    assert.equal(ends[end].draws.left, 0);
    ends[end].session.free();
    assert.equal(spies[end].open, 0);
  }
}

function send(session: Session, plain: Uint8Array): void {
  const body = plain.subarray(HEAD_BYTES);
  switch (plain[HEAD_BYTES - 1]) {
    case PACKET_TYPE.control: {
      const control = decodeControl(body);
      return session.send(control);
    }
    case PACKET_TYPE.event: {
      const { channel, event } = decodeEventPacket(body);
      return session.sendEvent(channel, event as EventInput);
    }
    default: {
      const { channel, stream } = decodeDataHead(body);
      return session.sendData("video", channel, stream, body.subarray(DATA_HEAD_BYTES));
    }
  }
}

function carry(from: OwnEnd, to: OwnEnd): void {
  const bytes = from.session.takeOutput();
  if (bytes === undefined) return;
  assert.equal(to.session.receive(bytes), bytes.length);
  const fixture = accepting(to.session, to.key);
  for (let event = to.session.nextEvent(); event; event = to.session.nextEvent()) {
    fixture.take!(event);
  }
}

/**
 * A plaintext without the parts in which the reference differs: last-seen, which it overwrites with the one
 * of events, and the nonces that no peer reads.
 */
function comparable(plain: Uint8Array): string {
  const copy = plain.slice();
  const type = copy[HEAD_BYTES - 1];
  const command = commandOf(copy);
  if (command === "hello") return copy.toHex();
  if (type === PACKET_TYPE.control || type === PACKET_TYPE.event) {
    copy.fill(0, HEAD_BYTES, HEAD_BYTES + 8);
  }
  if (copy.length === HEAD_BYTES + CONTROL_BODY_BYTES && command !== "rekey") {
    copy.fill(0, HEAD_BYTES + 8, HEAD_BYTES + 16);
  }
  return copy.toHex();
}
