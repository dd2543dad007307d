/** Transfers against those between two state machines of the reference, in both directions. */
import assert from "node:assert/strict";
import { zstdDecompressSync } from "node:zlib";
import { concat } from "../../lib/bytes/concat.ts";
import { readZstdPayload } from "../../lib/decoders/zstd_frame.ts";
import { binaryTypeName } from "../../lib/segment/transfer_types.ts";
import type { Control, KnownControl } from "../../lib/wire/control.ts";
import { decodeControl } from "../../lib/wire/control.ts";
import vectors from "../vectors/events/binary.json" with { type: "json" };
import type { Sent } from "../support/segment_fixture.ts";
import { APPLICATION, Fixture } from "../support/segment_fixture.ts";

const pure = { permissions: "none" } as const;
const PACKET = { control: 1, event: 2, data: 5 } as const;
const DATA_HEAD_BYTES = 7;
const EVENT_AT = 11;
/** Last-seen and nonce are the connection's. */
const COMMAND_AT = 16;

type Case = typeof vectors.cases[number];

interface Packet {
  readonly type: number;
  readonly body: Uint8Array;
}

function packetsOf({ packets }: Case, from: string): Packet[] {
  return packets.filter((packet) => packet.from === from)
    .map(({ type, body_b64 }) => ({ type, body: Uint8Array.fromBase64(body_b64) }));
}

/** Who makes the transfer; nobody when the reference made an event of it. */
function senderOf({ packets }: Case): string | undefined {
  return packets.find(({ decoded }) => "cmd" in decoded && decoded.cmd === "BINARYSTREAM")?.from;
}

function contentOf(one: Case): Uint8Array | undefined {
  if ("content_b64" in one) return Uint8Array.fromBase64(one.content_b64!);
  if (!one.label.includes("(i>>7)&255")) return undefined;
  return Uint8Array.from({ length: 90_000 }, (_, i) => (i >> 7) & 255);
}

/** What a receiver says about a transfer, each thing once. */
function answers(controls: readonly Control[]): string[] {
  const said = controls.flatMap((control) => {
    if (control.command === "ping") return [`ping ${control.stream}`];
    if (control.command !== "cancelstream") return [];
    return [`cancel ${control.stream} reason ${control.reason} type ${control.streamType}`];
  });
  return [...new Set(said)];
}

function feed(fixture: Fixture, { type, body }: Packet): void {
  if (type === PACKET.control) fixture.controlBytes(body);
  else if (type === PACKET.event) fixture.eventBytes(body.subarray(EVENT_AT), body[8]);
  else {
    assert.equal(type, PACKET.data);
    const view = new DataView(body.buffer, body.byteOffset);
    fixture.data("binary", view.getUint32(1, true), body.subarray(DATA_HEAD_BYTES), body[0]);
  }
}

let received = 0;
let sent = 0;

for (const one of vectors.cases) {
  const sender = senderOf(one);
  if (sender === undefined) continue;
  const receiver = sender === "sink" ? "source" : "sink";

  Deno.test(`receive: ${one.label}`, pure, () => {
    received++;
    const fixture = new Fixture({ kind: APPLICATION });
    fixture.source.onBinary = () => {};
    const isWanted = !one.label.includes("cancelled as");
    if (isWanted) fixture.onOffer = (transfer) => transfer.state = "accepted";
    const pieces: Uint8Array[] = [];
    for (const packet of packetsOf(one, sender)) {
      feed(fixture, packet);
      fixture.deliver();
      for (const transfer of fixture.offered) pieces.push(...fixture.readAll(transfer));
    }
    const theirs = packetsOf(one, receiver).filter(({ type }) => type === PACKET.control)
      .map(({ body }) => decodeControl(body));
    assert.deepEqual(answers(fixture.takeControls()), answers(theirs));
    const content = contentOf(one);
    if (isWanted && content !== undefined) {
      assert.deepEqual(concat(pieces), content);
      assert.deepEqual(fixture.offered.map(({ state }) => state), ["complete"]);
      assert.deepEqual(fixture.faults, []);
    } else {
      assert.deepEqual(fixture.offered.map(({ state }) => state), ["failed"]);
    }
  });

  const header = packetsOf(one, sender).map(({ type, body }) =>
    type === PACKET.control ? decodeControl(body) : undefined
  ).find((control) => control?.command === "binarystream") as KnownControl<"binarystream">;
  const content = contentOf(one);
  // What has no size is never sent: real clients take it and never deliver it.
  if (header.size === 0n || content === undefined || content.length !== Number(header.size)) {
    continue;
  }
  Deno.test(`send: ${one.label}`, pure, () => {
    sent++;
    const fixture = new Fixture({ kind: APPLICATION });
    const name = new TextDecoder().decode(header.extId).replaceAll("\0", "");
    const type = binaryTypeName(header.type);
    assert.ok(type !== "unknown");
    const transfer = fixture.tree.output.transfer(type, content, {
      name,
      compress: header.compressed,
    })!;
    const [first, ...data] = fixture.take();
    assert.ok(first?.type === "control");
    const expected = packetsOf(one, sender);
    const control = expected.find((packet) => packet.type === PACKET.control)!.body.slice();
    // The numbers of the transfer are the sender's to choose.
    const view = new DataView(control.buffer);
    view.setUint32(18, transfer.identifier, true);
    view.setUint32(31, transfer.identifier, true);
    if (isZero(header.checksum)) control.set(first.body.subarray(35, 51), 35);
    assert.equal(first.body.subarray(COMMAND_AT).toHex(), control.subarray(COMMAND_AT).toHex());
    const theirs = expected.filter((packet) => packet.type === PACKET.data)
      .map(({ body }) => body.subarray(DATA_HEAD_BYTES));
    if (!header.compressed) return assert.deepEqual(concat(data.map(payloadOf)), concat(theirs));
    const ours = data.map(payloadOf);
    assert.deepEqual(ours.map(expand), theirs.map(expand));
    // The reference cancels a transfer whose frames do not say their size.
    for (const frame of ours) assertSized(frame);
  });
}

Deno.test("transfers: every case of the reference was gone through", pure, () => {
  assert.equal(vectors.cases.length, 15);
  assert.equal(received, 13);
  assert.equal(sent, 7);
});

function payloadOf(packet: Sent): Uint8Array {
  assert.ok(packet.type === "data");
  return packet.payload;
}

function assertSized(payload: Uint8Array): void {
  const { frames, leastBytes } = readZstdPayload(payload);
  assert.deepEqual([frames.length, leastBytes], [1, expand(payload).length]);
}

function expand(payload: Uint8Array): Uint8Array {
  return new Uint8Array(zstdDecompressSync(payload));
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
