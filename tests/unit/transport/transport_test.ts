import assert from "node:assert/strict";
import { encodeUtf8 } from "../../../lib/bytes/text.ts";
import { A12Error } from "../../../lib/errors.ts";
import type { PacketType } from "../../../lib/transport/packet.ts";
import { PREFIX_BYTES } from "../../../lib/transport/packet.ts";
import { Transport } from "../../../lib/transport/transport.ts";
import {
  CONTROL_BODY_BYTES,
  DATA_HEAD_BYTES,
  EVENT_BODY_BYTES,
  PACKET_TYPE,
} from "../../../lib/wire/constants.ts";
import type { CryptoProvider } from "../../../lib/crypto/provider.ts";
import { CONTROL_PACKET_BYTES, nextPacket, type Packet } from "../../support/packets.ts";
import { type Crypto, CRYPTOS } from "../../support/providers.ts";
import { SeededRandom } from "../../support/random.ts";

const SECRET = encodeUtf8("secret");
const NONCE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const SHARED = new SeededRandom(5).bytes(32);

const test = (name: string, fn: (crypto: Crypto) => void) => {
  for (const crypto of CRYPTOS) {
    Deno.test({ name: `${name} (${crypto.name})`, permissions: "none", fn: () => fn(crypto) });
  }
};

interface Ends {
  readonly client: Transport;
  readonly server: Transport;
}

function makeEnds({ crypto, arena }: Crypto, secrets = [SECRET, SECRET] as const): Ends {
  const common = { crypto, ...(arena && { arena }) };
  return {
    client: new Transport({ side: "client", secret: secrets[0], firstNonce: NONCE, ...common }),
    server: new Transport({ side: "server", secret: secrets[1], ...common }),
  };
}

/** Both ends with final keys. */
function openEnds(crypto: Crypto): Ends {
  const ends = makeEnds(crypto);
  sendControl(ends.client);
  receive(ends.server, ends.client.takeOutput()!);
  ends.client.installStage(SHARED, NONCE, "final");
  ends.server.installStage(SHARED, NONCE, "final");
  return ends;
}

function send(transport: Transport, type: PacketType, body: Uint8Array): void {
  transport.send(type, body.length, (bytes, at) => bytes.set(body, at));
}

function sendControl(transport: Transport): void {
  send(transport, PACKET_TYPE.control, new Uint8Array(CONTROL_BODY_BYTES).fill(3));
}

function sendEvent(transport: Transport): void {
  send(transport, PACKET_TYPE.event, new Uint8Array(EVENT_BODY_BYTES).fill(4));
}

function dataBody(payload: Uint8Array): Uint8Array {
  const body = new Uint8Array(DATA_HEAD_BYTES + payload.length);
  new DataView(body.buffer).setUint16(5, payload.length, true);
  body.set(payload, DATA_HEAD_BYTES);
  return body;
}

/** All packets in `bytes`, with copies of their bodies. */
function receive(transport: Transport, bytes: Uint8Array): Packet[] {
  const packets: Packet[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const space = transport.writable();
    const count = Math.min(space.length, rest.length);
    space.set(rest.subarray(0, count));
    transport.commit(count);
    rest = rest.subarray(count);
    for (let packet = nextPacket(transport); packet; packet = nextPacket(transport)) {
      packets.push({ ...packet, body: packet.body.slice() });
    }
  }
  return packets;
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof A12Error && error.code === code;
}

test("packets of every type and size arrive unchanged", (crypto) => {
  const { client, server } = openEnds(crypto);
  const random = new SeededRandom(1);
  const sizes = [0, 1, 63, 64, 65, 1_024, 32_768, 65_534, 65_535];
  const sent: { type: PacketType; body: Uint8Array }[] = [];
  for (const size of sizes) {
    const type = random.pick([PACKET_TYPE.audio, PACKET_TYPE.video, PACKET_TYPE.binary]);
    sent.push({ type, body: dataBody(random.bytes(size)) });
    sent.push({ type: PACKET_TYPE.event, body: random.bytes(EVENT_BODY_BYTES) });
    sent.push({ type: PACKET_TYPE.control, body: random.bytes(CONTROL_BODY_BYTES) });
  }
  for (const { type, body } of sent) send(client, type, body);
  const received = receive(server, client.takeOutput()!);
  assert.deepEqual(
    received,
    sent.map(({ type, body }, i) => ({ type, sequence: i + 1, body })),
  );
  assert.equal(server.lastSeen, sent.length);
});

test("a wrong secret is noticed at the head of the first packet or at its tag", (crypto) => {
  // One secret in 256 happens to decrypt the type to the right one; then the tag is wrong.
  const seen = new Set<number>();
  for (let number = 0; number < 2_000 && seen.size < 2; number++) {
    const { client, server } = makeEnds(crypto, [SECRET, encodeUtf8(`other ${number}`)]);
    sendControl(client);
    const packet = client.takeOutput()!;
    let taken = PREFIX_BYTES;
    try {
      receive(server, packet.subarray(0, PREFIX_BYTES));
      taken = packet.length;
      receive(server, packet.subarray(PREFIX_BYTES));
      assert.fail("a packet under another secret is refused");
    } catch (error) {
      assert.ok(hasCode("wrong-secret")(error), String(error));
    }
    seen.add(taken);
    client.free();
    server.free();
  }
  assert.equal(seen.size, 2);
});

test("other protocols and wrong secrets have different codes", (crypto) => {
  const { server } = makeEnds(crypto);
  const request = encodeUtf8("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n");
  assert.throws(() => receive(server, request), hasCode("not-a12"));
});

test("a burst of events and the packets between them arrive in order", (crypto) => {
  const { client, server } = openEnds(crypto);
  const random = new SeededRandom(3);
  const sent: { type: PacketType; body: Uint8Array }[] = [];
  for (let i = 0; i < 300; i++) {
    const type = i % 90 === 89 ? PACKET_TYPE.control : PACKET_TYPE.event;
    const size = type === PACKET_TYPE.event ? EVENT_BODY_BYTES : CONTROL_BODY_BYTES;
    sent.push({ type, body: random.bytes(size) });
  }
  for (const { type, body } of sent) send(client, type, body);
  assert.deepEqual(
    receive(server, client.takeOutput()!),
    sent.map(({ type, body }, i) => ({ type, sequence: i + 1, body })),
  );
});

test("a data packet of the size of an event is not taken for one", (crypto) => {
  const { client, server } = openEnds(crypto);
  const body = dataBody(new Uint8Array(EVENT_BODY_BYTES - DATA_HEAD_BYTES).fill(9));
  for (let i = 0; i < 3; i++) send(client, PACKET_TYPE.binary, body);
  const received = receive(server, client.takeOutput()!);
  assert.deepEqual(received.map((packet) => packet.type), [5, 5, 5]);
});

test("events before a wrong tag are delivered, those after it are not", (crypto) => {
  for (const wrong of [0, 1, 6, 7, 8, 23]) {
    const { client, server } = openEnds(crypto);
    for (let i = 0; i < 24; i++) sendEvent(client);
    const bytes = client.takeOutput()!;
    bytes[wrong * (PREFIX_BYTES + EVENT_BODY_BYTES) + 100]! ^= 1;
    server.writable().set(bytes);
    server.commit(bytes.length);
    for (let i = 0; i < wrong; i++) assert.equal(nextPacket(server)!.sequence, i + 1);
    for (let i = 0; i < 2; i++) assert.throws(() => nextPacket(server), hasCode("bad-mac"));
    client.free();
    server.free();
  }
});

test("a flipped bit anywhere in a packet is refused", (crypto) => {
  const { client } = openEnds(crypto);
  sendEvent(client);
  const packet = client.takeOutput()!.slice();
  for (let bit = 0; bit < packet.length * 8; bit += 7) {
    const { server } = openEnds(crypto);
    const changed = packet.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    const isType = bit >> 3 === PREFIX_BYTES - 1;
    const check = isType ? (error: unknown) => error instanceof A12Error : hasCode("bad-mac");
    try {
      // A changed type may make the packet longer; then the bytes that complete it are wrong.
      assert.deepEqual(receive(server, changed), []);
      assert.throws(() => receive(server, new Uint8Array(65_600)), hasCode("bad-mac"));
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      assert.ok(check(error), `bit ${bit}: ${error}`);
    }
    server.free();
  }
});

test("missing, repeated and swapped packets are refused", (crypto) => {
  const { client } = openEnds(crypto);
  sendEvent(client);
  const first = client.takeOutput()!.slice();
  sendEvent(client);
  const second = client.takeOutput()!.slice();
  for (const order of [[second], [first, first], [second, first]]) {
    const { server } = openEnds(crypto);
    // At another place of the key stream the type is noise too.
    assert.throws(
      () => order.forEach((packet) => receive(server, packet)),
      (error) => hasCode("bad-mac")(error) || hasCode("bad-packet-type")(error),
    );
    server.free();
  }
});

test("a packet with a right tag and a wrong sequence number is refused", (crypto) => {
  const { client, server } = openEnds({ ...crypto, crypto: renumbering(crypto.crypto) });
  sendEvent(client);
  assert.throws(() => receive(server, client.takeOutput()!), hasCode("bad-sequence"));
});

test("unknown types are refused at the head", (crypto) => {
  for (const type of [0, 6, 7, 255]) {
    const { client, server } = openEnds(crypto);
    send(client, type as PacketType, new Uint8Array(0));
    assert.throws(() => receive(server, client.takeOutput()!), hasCode("bad-packet-type"));
    server.free();
  }
});

test("before the final keys only control packets are accepted", (crypto) => {
  for (const type of [2, 3, 4, 5] as const) {
    const { client, server } = makeEnds(crypto);
    sendControl(client);
    receive(server, client.takeOutput()!);
    for (const end of [client, server]) end.installStage(SHARED, NONCE, "ephemeral");
    send(client, type, dataBody(new Uint8Array(65_535)));
    const head = client.takeOutput()!.subarray(0, PREFIX_BYTES);
    assert.throws(() => receive(server, head), hasCode("packet-before-auth"));
    server.free();
  }
});

test("each direction changes its keys independently, from the next packet on", (crypto) => {
  const { client, server } = openEnds(crypto);
  const next = new SeededRandom(9).bytes(32);
  sendEvent(client);
  const sealing = next.slice();
  client.rekeyOutbound(() => sealing, NONCE);
  assert.deepEqual(sealing, next);
  sendEvent(client);
  assert.deepEqual(sealing, new Uint8Array(32), "the secret is wiped");
  sendEvent(server);
  const bytes = client.takeOutput()!;
  assert.equal(receive(server, bytes.subarray(0, bytes.length / 2)).length, 1);
  const shared = next.slice();
  let agreements = 0;
  server.rekeyInbound(() => (agreements++, shared), NONCE);
  assert.deepEqual([receive(server, new Uint8Array(0)).length, agreements], [0, 0]);
  assert.equal(receive(server, bytes.subarray(bytes.length / 2)).length, 1);
  assert.equal(agreements, 1);
  assert.deepEqual(shared, new Uint8Array(32), "the secret is wiped");
  assert.equal(receive(client, server.takeOutput()!).length, 1, "the other direction goes on");
});

test("a HELLO has 153 bytes, and the first one a short tag and the nonce", (crypto) => {
  const { client } = makeEnds(crypto);
  sendControl(client);
  const packet = client.takeOutput()!;
  assert.equal(packet.length, CONTROL_PACKET_BYTES);
  assert.equal(packet.length, 153);
  assert.deepEqual(packet.subarray(8, 16), NONCE);
});

/** Gives all packets of a direction but the first the sequence number of the next one. */
function renumbering(crypto: CryptoProvider): CryptoProvider {
  return {
    ...crypto,
    sealer: () => {
      const sealer = crypto.sealer();
      const seal = sealer.seal.bind(sealer);
      let count = 0;
      sealer.seal = (buffer, start, ...rest) => {
        if (count++ > 0) buffer[start]! += 1;
        seal(buffer, start, ...rest);
      };
      return sealer;
    },
  };
}

test("a body that cannot be written leaves nothing in the output", (crypto) => {
  const { client, server } = openEnds(crypto);
  sendEvent(client);
  const before = client.outputBytes;
  const write = (bytes: Uint8Array, at: number) => {
    bytes.fill(0xff, at, at + 10);
    throw new RangeError("no such value");
  };
  assert.throws(() => client.send(PACKET_TYPE.event, EVENT_BODY_BYTES, write), RangeError);
  assert.equal(client.outputBytes, before);
  sendEvent(client);
  const packets = receive(server, client.takeOutput()!);
  assert.deepEqual(packets.map(({ sequence }) => sequence), [1, 2]);
  assert.ok(packets.every(({ body }) => body.every((byte) => byte === 4)));
});

test("after a failed write the first packet can be sent again", (crypto) => {
  const { client, server } = makeEnds(crypto);
  const fail = () => {
    throw new RangeError("no such value");
  };
  assert.throws(() => client.send(PACKET_TYPE.control, CONTROL_BODY_BYTES, fail), RangeError);
  assert.equal(client.takeOutput(), undefined);
  sendControl(client);
  assert.equal(receive(server, client.takeOutput()!).length, 1);
});
