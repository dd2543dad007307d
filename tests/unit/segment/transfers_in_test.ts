import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { blake3 } from "@noble/hashes/blake3.js";
import { compress } from "../../../lib/decoders/compress.ts";
import { TransfersIn } from "../../../lib/segment/transfers_in.ts";
import { MAX_BINARY_STREAM_BYTES } from "../../../lib/limits.ts";
import type { StreamOutcome } from "../../../lib/segment/outcome.ts";
import type { KnownControl } from "../../../lib/wire/control.ts";
import { APPLICATION, commands, Fixture } from "../../support/segment_fixture.ts";
import { accept, announce, cancels, CONTENT, readAll, taking } from "./transfers_support.ts";

const pure = { permissions: "none" } as const;
Deno.test("transfer in: without a handler for transfers it is refused at once", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  announce(fixture);
  fixture.deliver();
  fixture.data("binary", 5, CONTENT);
  fixture.deliver();
  assert.deepEqual(cancels(fixture), [[5, 0]]);
  assert.deepEqual(fixture.faults, []);
});

Deno.test("transfer in: one that is not accepted is refused", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  fixture.source.onBinary = () => {};
  announce(fixture);
  fixture.onOffer = () => assert.deepEqual(cancels(fixture), []);
  fixture.deliver();
  assert.equal(fixture.offered.length, 1);
  assert.deepEqual(cancels(fixture), [[5, 0]]);
});

Deno.test(
  "transfer in: any cut of any content arrives whole, checked and acknowledged",
  pure,
  () => {
    const checksum = blake3(CONTENT, { dkLen: 16 });
    for (const compressed of [false, true]) {
      for (const cut of [1, 333, 999]) {
        const { fixture, transfer } = taking({ compressed, checksum });
        for (const piece of [CONTENT.subarray(0, cut), CONTENT.subarray(cut)]) {
          fixture.data("binary", 5, compressed ? compress(piece) : piece);
        }
        assert.equal(transfer.state, "complete");
        assert.equal(transfer.receivedBytes, 1000);
        assert.equal(readAll(fixture, transfer), CONTENT.toHex());
        const pings = commands(fixture.takeControls(), "ping");
        assert.deepEqual(pings.map(({ stream }) => stream), [9], "by its identifier");
      }
    }
  },
);

Deno.test("transfer in: empty packets are allowed and mean nothing", pure, () => {
  const { fixture, transfer } = taking({ compressed: true });
  fixture.data("binary", 5, compress(new Uint8Array(0)));
  assert.equal(fixture.tree.readTransfer(transfer), undefined);
  fixture.data("binary", 5, compress(CONTENT));
  assert.equal(transfer.state, "complete");
});

Deno.test("transfer in: packets of several frames, of which none says its size", pure, () => {
  const { fixture, transfer } = taking({ compressed: true });
  const halves = [CONTENT.subarray(0, 400), CONTENT.subarray(400), new Uint8Array(0)];
  const frames = halves.flatMap((half) => [...zstdCompressSync(half)]);
  fixture.data("binary", 5, Uint8Array.from(frames));
  assert.equal(transfer.state, "complete");
  assert.equal(readAll(fixture, transfer), CONTENT.toHex());
});

Deno.test("transfer in: what the content is a view of may be reused", pure, () => {
  const { fixture, transfer } = taking();
  const payload = CONTENT.slice();
  fixture.data("binary", 5, payload);
  payload.fill(0);
  assert.equal(readAll(fixture, transfer), CONTENT.toHex());
});

interface Hostile {
  readonly name: string;
  readonly fields?: Partial<KnownControl<"binarystream">>;
  readonly packets: readonly Uint8Array[];
  readonly code: string;
}

/** A frame that says that it holds 2 GiB, which its blocks cannot. */
function bomb(): Uint8Array {
  const frame = new Uint8Array(9 + 4);
  frame.set([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x80, 0x03, 0, 0, 0]);
  return frame;
}

/** One compressed block of five bytes that cannot be decompressed, in a frame of 1000. */
const damaged = Uint8Array.fromHex("28b52ffd60e8022d0000ffffffffff");

const HOSTILE: readonly Hostile[] = [
  { name: "more than announced", packets: [new Uint8Array(1001)], code: "stream-too-long" },
  {
    name: "more than announced, later",
    packets: [new Uint8Array(600), new Uint8Array(600)],
    code: "stream-too-long",
  },
  {
    name: "a bomb",
    fields: { compressed: true, size: 1n << 30n },
    packets: [bomb()],
    code: "zstd-size",
  },
  {
    name: "a bomb in a transfer of unknown size",
    fields: { compressed: true, size: 0n },
    packets: [bomb()],
    code: "zstd-size",
  },
  {
    name: "a compressed packet of more than is left",
    fields: { compressed: true },
    packets: [compress(new Uint8Array(1_001))],
    code: "stream-too-long",
  },
  {
    name: "a bomb that does not say its size",
    fields: { compressed: true, size: 0n },
    packets: [zstdCompressSync(new Uint8Array(50_000_000))],
    code: "bad-zstd",
  },
  {
    name: "a bomb behind a small frame",
    fields: { compressed: true },
    packets: [
      Uint8Array.from([
        ...compress(CONTENT),
        ...zstdCompressSync(new Uint8Array(50_000_000)),
      ]),
    ],
    code: "bad-zstd",
  },
  {
    name: "a packet that is too large",
    fields: { compressed: true, size: 0n },
    packets: [compress(new Uint8Array((1 << 20) + 1))],
    code: "zstd-size",
  },
  {
    name: "no zstd frame",
    fields: { compressed: true },
    packets: [CONTENT],
    code: "bad-zstd",
  },
  {
    name: "a packet without a byte",
    fields: { compressed: true },
    packets: [new Uint8Array(0)],
    code: "zstd-truncated",
  },
  {
    name: "half a frame",
    fields: { compressed: true },
    packets: [compress(CONTENT).subarray(0, 40)],
    code: "zstd-truncated",
  },
  { name: "a damaged frame", fields: { compressed: true }, packets: [damaged], code: "bad-zstd" },
  {
    name: "another content than the checksum says",
    fields: { checksum: new Uint8Array(16).fill(1) },
    packets: [CONTENT],
    code: "bad-checksum",
  },
];

for (const { name, fields, packets, code } of HOSTILE) {
  Deno.test(`transfer in: ${name}: cancelled with its code, nothing is kept`, pure, () => {
    const { fixture, transfer } = taking(fields);
    for (const packet of packets) fixture.data("binary", 5, packet);
    fixture.data("binary", 5, new Uint8Array(10));
    fixture.deliver();
    assert.equal(transfer.state, "failed");
    assert.equal(transfer.error?.code, code);
    assert.deepEqual(fixture.faults, [code]);
    assert.equal(fixture.tree.readTransfer(transfer), undefined);
    assert.deepEqual(cancels(fixture), [[5, 1]]);
    assert.equal(fixture.tree.isBlocked, false);
    announce(fixture, { stream: 6 });
    assert.notEqual(accept(fixture), transfer, "the channel takes the next one");
  });
}

Deno.test("transfer in: of unknown size, it ends with the status of its identifier", pure, () => {
  const checksum = blake3(CONTENT, { dkLen: 16 });
  const { fixture, transfer } = taking({ size: 0n, checksum });
  const status = (identifier: number, completion: number) =>
    fixture.event({ category: "external", kind: "streamstatus", identifier, completion });
  fixture.data("binary", 5, CONTENT);
  status(8, 1);
  status(9, 0.5);
  assert.equal(transfer.state, "accepted");
  status(9, 1);
  assert.equal(transfer.state, "complete");
  assert.equal(readAll(fixture, transfer), CONTENT.toHex());
  assert.deepEqual(fixture.takeControls(), [], "nobody waits for an acknowledgement");
  fixture.deliver();
  assert.equal(fixture.statuses.filter(({ kind }) => kind === "streamstatus").length, 3);
});

Deno.test("transfer in: a second one on its channel cancels both, too-many-streams", pure, () => {
  const { fixture, transfer } = taking();
  fixture.data("binary", 5, new Uint8Array(10));
  announce(fixture, { stream: 6, identifier: 10 });
  fixture.deliver();
  assert.equal(transfer.error?.code, "too-many-streams");
  assert.deepEqual(fixture.faults, ["too-many-streams"]);
  assert.deepEqual(cancels(fixture), [[5, 0]]);
  assert.equal(fixture.offered.length, 1, "the second is ignored, as in the reference");
  fixture.data("binary", 6, CONTENT);
  fixture.deliver();
  assert.deepEqual(fixture.takeControls(), []);
});

Deno.test("transfer in: the client gives it up, or leaves", pure, () => {
  const given = taking();
  given.fixture.event({
    category: "external",
    kind: "streamstatus",
    identifier: 9,
    completion: -1,
  });
  assert.equal(given.transfer.error?.code, "cancelled");
  const left = taking();
  left.fixture.data("binary", 5, new Uint8Array(10));
  left.fixture.end();
  assert.equal(left.transfer.error?.code, "cancelled");
  assert.equal(left.fixture.tree.readTransfer(left.transfer), undefined);
  for (const { fixture } of [given, left]) {
    fixture.deliver();
    assert.deepEqual(cancels(fixture), [], "there is nobody to tell");
    assert.deepEqual(fixture.faults, [], "and it is no fault");
  }
});

Deno.test("transfer in: complete, it can be read after the client has left", pure, () => {
  const { fixture, transfer } = taking();
  fixture.data("binary", 5, CONTENT);
  fixture.end();
  assert.equal(readAll(fixture, transfer), CONTENT.toHex());
});

Deno.test("transfer in: what is kept of a header keeps nothing else in memory", pure, () => {
  const sixteen = new Uint8Array(16).fill(0x41);
  const { transfer } = taking({ checksum: sixteen, extId: sixteen });
  assert.deepEqual(transfer.header.extId, sixteen);
  for (const bytes of [transfer.header.checksum, transfer.header.extId]) {
    assert.equal(bytes.buffer.byteLength, bytes.length);
  }
});

Deno.test("transfer in: too large, and too much in all", pure, () => {
  const { primary } = new Fixture({ kind: APPLICATION }).tree;
  const transfers = new TransfersIn({ streamBytes: 100, totalBytes: 250 });
  const begin = (stream: number, size: bigint) =>
    transfers.announce(primary, {
      command: "binarystream",
      channel: 0,
      stream,
      size,
      type: 3,
      identifier: stream,
      checksum: new Uint8Array(16),
      compressed: false,
      extId: new Uint8Array(16),
    });
  const data = (stream: number, count: number) =>
    transfers.take(primary, stream, new Uint8Array(count));
  const summary = (outcomes: readonly StreamOutcome[]) =>
    outcomes.map((outcome) => {
      if (outcome.type === "fault") return outcome.error.code;
      return outcome.type === "reply" ? outcome.control.command : outcome.type;
    });
  assert.deepEqual(summary(begin(1, 101n)), ["cancelstream", "stream-too-long"]);
  for (const stream of [2, 3]) {
    assert.deepEqual(summary(begin(stream, 100n)), ["offer"]);
    assert.deepEqual(summary(data(stream, 100)), ["ping"]);
  }
  assert.deepEqual(summary(begin(4, 51n)), ["cancelstream", "stream-too-long"]);
  assert.deepEqual(summary(begin(5, 0n)), ["offer"]);
  assert.deepEqual(summary(data(5, 51)), ["cancelstream", "stream-too-long"]);
  assert.deepEqual(summary(begin(6, 50n)), ["offer"]);
  assert.deepEqual(summary(data(6, 50)), ["ping"]);
});

Deno.test("transfer in: one of 1 GiB is offered, a larger one is refused", pure, () => {
  assert.equal(MAX_BINARY_STREAM_BYTES, 1 << 30);
  assert.equal(taking({ size: BigInt(MAX_BINARY_STREAM_BYTES) }).transfer.state, "accepted");
  const fixture = new Fixture({ kind: APPLICATION });
  announce(fixture, { size: BigInt(MAX_BINARY_STREAM_BYTES) + 1n });
  fixture.deliver();
  assert.deepEqual(fixture.faults, ["stream-too-long"]);
  assert.deepEqual(cancels(fixture), [[5, 0]]);
});

Deno.test("transfer in: on a channel without a segment it is refused", pure, () => {
  const { fixture } = taking();
  fixture.take();
  fixture.control({
    command: "binarystream",
    channel: 9,
    stream: 7,
    size: 10n,
    type: 3,
    identifier: 1,
    compressed: false,
  });
  const [cancel] = commands(fixture.takeControls(), "cancelstream");
  assert.equal(cancel!.channel, 9);
  fixture.deliver();
});
