// Every packet of the recorded sessions, sealed by one transport and opened by another.

import assert from "node:assert/strict";
import type { PacketType } from "../../lib/transport/packet.ts";
import { HEAD_BYTES } from "../../lib/transport/packet.ts";
import { Transport } from "../../lib/transport/transport.ts";
import { PACKET_TYPE } from "../../lib/wire/constants.ts";
import { decodeControl } from "../../lib/wire/control.ts";
import { nextPacket, type Packet } from "../support/packets.ts";
import { type Crypto, CRYPTOS } from "../support/providers.ts";
import type { End, SessionVector } from "../support/vectors.ts";
import { hex, SESSIONS } from "../support/vectors.ts";

for (const vector of Object.values(SESSIONS)) {
  for (const crypto of CRYPTOS) {
    Deno.test({
      name: `packets of ${vector.name} by ${crypto.name}`,
      permissions: "none",
      fn: () => replayPackets(vector, crypto),
    });
  }
}

/** Changes the keys of two transports where the recording did. */
function replayPackets(vector: SessionVector, crypto: Crypto): void {
  const ends = makeEnds(vector, crypto);
  let stage = "initial";
  const rekeys = { client: 0, server: 0 };
  for (const { from, keys, wire, plaintext, seq } of vector.packets) {
    const sender = from as End;
    const receiver = sender === "client" ? "server" : "client";
    if (keys !== stage && !keys.startsWith("rekey-") && !stage.startsWith("rekey-")) {
      stage = keys;
      const { input, nonceInKdf } = findStage(vector, stage);
      for (const end of Object.values(ends)) {
        end.installStage(hex(input!), hex(nonceInKdf!), stage === "real" ? "final" : "ephemeral");
      }
    }

    const plain = hex(plaintext);
    const type = plain[HEAD_BYTES - 1] as PacketType;
    const body = plain.subarray(HEAD_BYTES);
    ends[sender].send(type, body.length, (bytes, at) => bytes.set(body, at));
    const sent = ends[sender].takeOutput()!;
    assert.equal(sent.toHex(), wire, `packet ${seq} of the ${sender}`);
    const packet = receive(ends[receiver], sent);
    assert.deepEqual({ ...packet, body: packet.body.toHex() }, {
      type,
      sequence: seq,
      body: body.toHex(),
    });

    if (type === PACKET_TYPE.control && decodeControl(body).command === "rekey") {
      const next = findStage(vector, `rekey-${sender}-${++rekeys[sender]}`);
      ends[sender].rekeyOutbound(() => hex(next.cipherKey!), hex(next.cipherNonce));
      ends[receiver].rekeyInbound(() => hex(next.cipherKey!), hex(next.cipherNonce));
    }
  }
  for (const end of Object.values(ends)) end.free();
}

function makeEnds(vector: SessionVector, { crypto, arena }: Crypto): Record<End, Transport> {
  const secret = hex(vector.inputs.passphraseBytes);
  const { hex: nonce } = vector.randomValuesInOrder.client
    .find(({ use }) => use === "nonce of the first packet")!;
  const common = { secret, crypto, ...(arena && { arena }) };
  return {
    client: new Transport({ side: "client", firstNonce: hex(nonce), ...common }),
    server: new Transport({ side: "server", ...common }),
  };
}

function findStage(vector: SessionVector, name: string) {
  const stage = vector.keySchedule.find((candidate) => candidate.stage === name);
  assert.ok(stage, `the stage ${name} is listed`);
  return stage;
}

function receive(transport: Transport, bytes: Uint8Array): Packet {
  const space = transport.writable();
  space.set(bytes);
  transport.commit(bytes.length);
  const packet = nextPacket(transport);
  assert.ok(packet, "a whole packet is opened at once");
  return packet;
}
