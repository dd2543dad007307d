import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { MAX_NODE_WRITE_BYTES } from "../../../lib/limits.ts";
import { NodeConnection } from "../../../lib/net/node_connection.ts";
import { writeAll } from "../../../lib/write_all.ts";

const MIB = 1 << 20;

/** A connection as an inherited socket accepts it, and its other end. */
class Pair implements AsyncDisposable {
  private constructor(
    readonly server: Server,
    readonly ours: NodeConnection,
    readonly accepted: Socket,
    readonly peer: Deno.TcpConn,
  ) {}

  static async open(): Promise<Pair> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const [peer, [accepted]] = await Promise.all([
      Deno.connect({ hostname: "127.0.0.1", port }),
      once(server, "connection") as Promise<[Socket]>,
    ]);
    return new Pair(server, new NodeConnection(accepted), accepted, peer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.accepted.closed ? undefined : once(this.accepted, "close");
    this.ours.close();
    try {
      this.peer.close();
    } catch {
      // The test has closed it.
    }
    await ended;
    const closed = once(this.server, "close");
    this.server.close();
    await closed;
  }
}

/** Bytes that show what is lost, repeated or out of order. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i * 31 + (i >> 8) * 7);
}

async function readAll(
  from: { read(into: Uint8Array): Promise<number | null> },
  piece: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (const into = new Uint8Array(piece);;) {
    const count = await from.read(into);
    if (count === null) return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
    chunks.push(into.slice(0, count));
  }
}

const test = (name: string, fn: (pair: Pair) => Promise<void>) =>
  Deno.test(`a connection of node:net ${name}`, async () => {
    await using pair = await Pair.open();
    await fn(pair);
  });

for (const piece of [1_000, 65_536, MIB]) {
  test(`reads all bytes in order, ${piece} at a time, up to the end`, async (pair) => {
    const bytes = pattern(3 * MIB + 17);
    const sent = writeAll(pair.peer, bytes).then(() => pair.peer.closeWrite());
    assert.deepEqual(await readAll(pair.ours, piece), bytes);
    assert.equal(await pair.ours.read(new Uint8Array(9)), null, "the end stays");
    await sent;
  });
}

test("writes after the end of what it reads", async (pair) => {
  await pair.peer.closeWrite();
  assert.equal(await pair.ours.read(new Uint8Array(9)), null);
  const bytes = pattern(2 * MIB);
  const [received] = await Promise.all([
    readAll(pair.peer, 65_536),
    writeAll(pair.ours, bytes).then(() => pair.ours.close()),
  ]);
  assert.deepEqual(received, bytes);
});

test("writes a piece at a time and waits for a peer that does not read", async (pair) => {
  assert.equal(await pair.ours.write(new Uint8Array(MIB)), MAX_NODE_WRITE_BYTES);
  // More than the system keeps.
  const bytes = pattern(32 * MIB);
  let isWritten = false;
  const written = writeAll(pair.ours, bytes).then(() => isWritten = true);
  const first = new Uint8Array(MAX_NODE_WRITE_BYTES);
  for (let at = 0; at < first.length;) at += (await pair.peer.read(first.subarray(at)))!;
  assert.equal(isWritten, false);
  const rest = readAll(pair.peer, MIB);
  await written;
  pair.ours.close();
  assert.deepEqual(await rest, bytes);
});

test("keeps little of what it has not been asked for", async (pair) => {
  let sentBytes = 0;
  const chunk = new Uint8Array(MIB);
  const sending = (async () => {
    for (; sentBytes < 64 * MIB;) sentBytes += await pair.peer.write(chunk);
  })().catch(() => {});
  await pair.ours.read(new Uint8Array(1));
  await pair.ours.read(new Uint8Array(1));
  assert.ok(pair.accepted.readableLength < 256 * 1024, `${pair.accepted.readableLength}`);
  pair.ours.close();
  await sending;
  assert.ok(sentBytes < 64 * MIB, "the peer was held up");
});

test("fails a read and a write that wait when it is closed", async (pair) => {
  const reading = assert.rejects(pair.ours.read(new Uint8Array(9)));
  const writing = assert.rejects(writeAll(pair.ours, new Uint8Array(64 * MIB)));
  pair.ours.close();
  await Promise.all([reading, writing]);
  await assert.rejects(pair.ours.read(new Uint8Array(9)));
  await assert.rejects(pair.ours.write(new Uint8Array(9)));
  pair.ours.close();
});

Deno.test("a reset of the peer fails the read, and is no unhandled error", async () => {
  await using pair = await Pair.open();
  const other = connect((pair.server.address() as { port: number }).port, "127.0.0.1");
  const [[accepted]] = await Promise.all([
    once(pair.server, "connection") as Promise<[Socket]>,
    once(other, "connect"),
  ]);
  const ours = new NodeConnection(accepted);
  const reading = ours.read(new Uint8Array(9));
  other.resetAndDestroy();
  await assert.rejects(reading, { code: "ECONNRESET" });
  await assert.rejects(ours.write(new Uint8Array(9)));
});

test("tells where the peer is, and takes the options of TCP", async (pair) => {
  assert.deepEqual(pair.ours.remoteAddr, { ...pair.peer.localAddr });
  pair.ours.setNoDelay(true);
  pair.ours.setKeepAlive(true);
  await pair.ours.write(new Uint8Array(1));
});
