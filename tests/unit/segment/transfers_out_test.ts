import assert from "node:assert/strict";
import { blake3 } from "@noble/hashes/blake3.js";
import { ApiMisuseError } from "../../../lib/errors.ts";
import { decodeControl } from "../../../lib/wire/control.ts";
import { decodeEvent } from "../../../lib/wire/event/event.ts";
import type { ClientSource } from "../../../lib/segment/client_source.ts";
import { FedContent } from "../../../lib/segment/fed_content.ts";
import { concat } from "../../support/feed.ts";
import type { Sent } from "../../support/segment_fixture.ts";
import { APPLICATION, Fixture } from "../../support/segment_fixture.ts";

const pure = { permissions: "none" } as const;

/** Bytes that do not become fewer. */
function noise(count: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: count }, () => (state = state * 48271 % 0x7fffffff) & 255);
}

function kindOf(sent: Sent): string {
  if (sent.type === "data") return `data ${sent.stream}`;
  if (sent.type === "event") return decodeEvent(sent.event).kind;
  const control = decodeControl(sent.body);
  return control.command === "binarystream" ? `begin ${control.stream}` : control.command;
}

function ping(fixture: Fixture, stream: number): void {
  fixture.control({ command: "ping", stream });
  fixture.deliver();
}

function cancel(fixture: Fixture, stream: number): void {
  fixture.control({ command: "cancelstream", stream, reason: 0, streamType: 2 });
  fixture.deliver();
}

Deno.test("transfer out: header, packets, progress, acknowledgement", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const content = noise(90_000);
  const progress: number[] = [];
  const ends: string[] = [];
  const transfer = fixture.source.restoreTarget(content, {
    compress: false,
    name: "save",
    onProgress: (sent, size) => void (size === 90_000 && progress.push(sent)),
    onEnd: (state) => void ends.push(state),
  });
  assert.ok(transfer !== false);
  assert.equal(transfer.state, "waiting");
  const [header, ...data] = fixture.take();
  assert.ok(header?.type === "control");
  const { extId, ...fields } = decodeControl(header.body) as never as Record<string, unknown>;
  assert.deepEqual(fields, {
    command: "binarystream",
    channel: 0,
    stream: transfer.identifier,
    size: 90_000n,
    type: 0,
    identifier: transfer.identifier,
    checksum: blake3(content, { dkLen: 16 }),
    compressed: false,
  });
  assert.equal(new TextDecoder().decode(extId as Uint8Array), "save".padEnd(16, "\0"));
  const sizes = data.map((packet) => packet.type === "data" && packet.payload.length);
  assert.deepEqual(sizes, [16_384, 64_096, 9_520]);
  assert.equal(transfer.state, "sent");
  assert.equal(transfer.sentBytes, 90_000);
  fixture.deliver();
  assert.deepEqual(progress, [16_384, 80_480, 90_000]);
  ping(fixture, 99);
  ping(fixture, 0);
  assert.equal(transfer.state, "sent");
  ping(fixture, transfer.identifier);
  ping(fixture, transfer.identifier);
  assert.equal(transfer.state, "completed");
  assert.deepEqual(ends, ["completed"]);
  assert.equal(transfer.cancel(), false);
});

Deno.test("transfer out: no more is made than the client reads", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  fixture.source.openNonblock(noise(1 << 20), { compress: false });
  const { session } = fixture;
  let most = 0;
  let packets = 0;
  for (let before = -1; before !== session.sent.length;) {
    before = session.sent.length;
    fixture.fill();
    most = Math.max(most, session.outputBytes);
    packets = session.sent.length;
    session.outputBytes = 0;
  }
  assert.ok(most <= 65_536, `${most} bytes wait at most`);
  assert.equal(packets, 1 + 1 + Math.ceil(((1 << 20) - 16_384) / 64_096));
});

Deno.test("transfer out: one after the other, and events between", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const { source } = fixture;
  source.openNonblock(noise(70_000));
  source.typeText("ab");
  source.openNonblock(noise(10));
  const kinds = fixture.take().map(kindOf);
  assert.equal(kinds.filter((kind) => kind === "translated").length, 4);
  const rest = kinds.filter((kind) => kind !== "translated");
  assert.deepEqual(rest, ["begin 1", "data 1", "data 1", "begin 2", "data 2"]);
});

Deno.test("transfer out: a font waits for its hint, however much is typed before", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  fixture.source.typeText("x".repeat(1000));
  fixture.source.targetFonthint(3.5, 2, { font: noise(600) });
  const kinds = fixture.take().map(kindOf);
  assert.deepEqual(kinds.slice(2000), ["fonthint", "begin 1", "data 1"]);
});

Deno.test("transfer out: a font follows the hint that announces its size", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const ends: string[] = [];
  const onEnd = (state: string) => void ends.push(state);
  assert.equal(fixture.source.targetFonthint(3.5, 2, { font: noise(600), onEnd }), true);
  assert.equal(fixture.source.targetFonthint(0, -1, { font: noise(600), merge: true }), true);
  const sent = fixture.take();
  // Hints are events and go at once, in order; fonts behind them.
  assert.deepEqual(sent.map(kindOf), [
    "fonthint",
    "fonthint",
    "begin 1",
    "data 1",
    "begin 2",
    "data 2",
  ]);
  const types = sent.flatMap((packet) => {
    const control = packet.type === "control" ? decodeControl(packet.body) : undefined;
    return control?.command === "binarystream" ? [control.type] : [];
  });
  assert.deepEqual(types, [1, 2]);
  for (const packet of sent) {
    if (packet.type !== "event") continue;
    const event = decodeEvent(packet.event);
    assert.ok(event.category === "target" && event.kind === "fonthint");
    assert.deepEqual([event.fd, event.hasFont, event.chain], [-1, 0, 0]);
  }
  // The client has it in its cache.
  cancel(fixture, 1);
  assert.deepEqual(ends, ["cancelled"]);
});

Deno.test("transfer out: refused on the way, the next one begins", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const ends: string[] = [];
  const onEnd = (state: string) => void ends.push(state);
  const first = fixture.source.openNonblock(noise(1 << 20), { compress: false, onEnd });
  fixture.source.openNonblock(noise(10));
  fixture.fill();
  assert.ok(first !== false && first.state === "sending");
  fixture.session.sent.length = 0;
  fixture.control({ command: "cancelstream", stream: 1, reason: 0, streamType: 0 });
  assert.equal(first.state, "sending", "another kind of stream is meant");
  cancel(fixture, 2);
  assert.equal(first.state, "sending", "the second has not begun");
  cancel(fixture, 1);
  assert.equal(first.state, "cancelled");
  assert.deepEqual(fixture.take().map(kindOf), ["begin 2", "data 2"]);
  assert.deepEqual(ends, ["cancelled"]);
});

Deno.test("transfer out: given up", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const first = fixture.source.openNonblock(noise(200_000));
  const second = fixture.source.openNonblock(noise(10));
  assert.ok(first !== false && second !== false);
  assert.equal(second.cancel(), true);
  fixture.fill();
  fixture.session.sent.length = 0;
  assert.equal(first.state, "sending");
  assert.equal(first.cancel(), true);
  // The receiver cancels a transfer with a packet that is no zstd frame.
  const sent = fixture.take();
  assert.deepEqual(sent.map(kindOf), ["data 1"]);
  assert.ok(sent[0]!.type === "data" && sent[0]!.payload.length === 1);
  assert.equal(first.cancel(), false);
  cancel(fixture, 1);
  assert.equal(first.state, "cancelled");

  fixture.source.targetFonthint(0, -1, { font: noise(200_000) });
  const plain = fixture.source.openNonblock(noise(200_000), { compress: false });
  fixture.fill();
  fixture.take();
  assert.ok(plain !== false && plain.state === "sent");
});

Deno.test("transfer out: what cannot be given up on the way is not", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const { output } = fixture.tree;
  const font = output.transfer("font", noise(200_000), {})!;
  fixture.fill();
  assert.equal(font.state, "sending");
  assert.deepEqual(
    output.cancelTransfer(font),
    [],
    "its first part would stay in the cache of the client",
  );
  fixture.take();
  const plain = output.transfer("blob", noise(200_000), { compress: false })!;
  fixture.fill();
  assert.equal(plain.state, "sending");
  assert.deepEqual(output.cancelTransfer(plain), [], "no packet of it can be wrong");
});

Deno.test("transfer out: only so many may wait", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  fixture.session.outputBytes = 65_536;
  for (let i = 0; i < 64; i++) fixture.source.openNonblock(noise(1));
  for (
    const call of [
      () => fixture.source.openNonblock(noise(1)),
      () => fixture.source.targetFonthint(1, -1, { font: noise(1) }),
    ]
  ) {
    assert.throws(call, (error) => error instanceof ApiMisuseError && error.code === "queue-full");
  }
  const kinds = fixture.take().map(kindOf);
  assert.equal(kinds.length, 128);
  assert.ok(!kinds.includes("fonthint"), "the hint of a font that cannot be sent is not sent");
});

Deno.test("transfer out: a client that acknowledges nothing costs no more for it", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  let ends = 0;
  for (let i = 0; i < 200; i++) {
    fixture.source.openNonblock(noise(1), { onEnd: () => void ends++ });
    fixture.take();
  }
  fixture.deliver();
  assert.equal(ends, 200 - 64);
  fixture.end();
  fixture.deliver();
  assert.equal(ends, 200);
});

Deno.test("transfer out: a large content has no checksum, which takes long", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  fixture.source.openNonblock(new Uint8Array((1 << 24) + 1));
  fixture.fill();
  const [header] = fixture.session.sent;
  assert.ok(header?.type === "control");
  const control = decodeControl(header.body);
  assert.ok(control.command === "binarystream");
  assert.deepEqual(control.checksum, new Uint8Array(16));
});

Deno.test(
  "transfer out: content that comes while it is sent has no checksum and keeps its order",
  pure,
  () => {
    const fixture = new Fixture({ kind: APPLICATION });
    const content = noise(90_000);
    const fed = new FedContent(content.length);
    let taken = 0;
    fed.onTaken = () => taken++;
    const transfer = (fixture.source as ClientSource).sendFed(fed, { compress: false });
    assert.ok(transfer !== false);
    fed.feed(content.subarray(0, 16_000));
    assert.deepEqual(fixture.take(), [], "the first packet is not there");
    for (let at = 16_000; at < 80_000; at += 1_000) fed.feed(content.subarray(at, at + 1_000));
    fed.feed(content.subarray(80_000));
    assert.throws(() => fed.feed(new Uint8Array(1)), { code: "bad-argument" });
    const [header, ...data] = fixture.take();
    assert.ok(header?.type === "control");
    const { checksum, size } = decodeControl(header.body) as never as Record<string, unknown>;
    assert.deepEqual([checksum, size], [new Uint8Array(16), 90_000n]);
    const packets = data.map((packet) => packet.type === "data" ? packet.payload : assert.fail());
    assert.deepEqual(packets.map(({ length }) => length), [16_384, 64_096, 9_520]);
    assert.deepEqual(concat(packets), content);
    assert.deepEqual([transfer.state, fed.waitingBytes, taken], ["sent", 0, 3]);
  },
);

Deno.test("transfer out: what waits of fed content is dropped when the transfer ends", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const fed = new FedContent(100_000);
  const transfer = (fixture.source as ClientSource).sendFed(fed, {});
  assert.ok(transfer !== false);
  fed.feed(noise(20_000));
  fixture.take();
  assert.equal(fed.waitingBytes, 20_000 - 16_384);
  let taken = false;
  fed.onTaken = () => taken = true;
  assert.equal(transfer.cancel(), true);
  assert.deepEqual([fed.waitingBytes, taken, transfer.state], [0, true, "cancelled"]);
});
