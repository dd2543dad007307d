import assert from "node:assert/strict";
import { Reader } from "../../../lib/net/reader.ts";
import { MemorySocket } from "../../support/sockets.ts";

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });

/** Reads all up to the end, in pieces. */
async function readAll(reader: Reader, pieceBytes: number): Promise<number[]> {
  const all: number[] = [];
  const into = new Uint8Array(pieceBytes);
  for (let count; (count = await reader.read(into)) !== null;) all.push(...into.subarray(0, count));
  return all;
}

test("the end is noticed, and what came before it is there to be read", async () => {
  const socket = new MemorySocket();
  const ended = Promise.withResolvers<void>();
  const reader = new Reader(socket, ended.resolve);
  reader.watch();
  socket.give(Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5), null);
  await ended.promise;
  assert.deepEqual(await readAll(reader, 2), [1, 2, 3, 4, 5]);
  assert.deepEqual(await readAll(reader, 2), [], "the end stays");
});

test("a lost connection is noticed, and fails behind what came before it", async () => {
  const socket = new MemorySocket();
  const ended = Promise.withResolvers<void>();
  const reader = new Reader(socket, ended.resolve);
  reader.watch();
  socket.give(Uint8Array.of(1), new Deno.errors.ConnectionReset("reset"));
  await ended.promise;
  const into = new Uint8Array(8);
  assert.equal(await reader.read(into), 1);
  await assert.rejects(reader.read(into), Deno.errors.ConnectionReset);
});

test("it reads no more than a little ahead", async () => {
  const socket = new MemorySocket();
  const reader = new Reader(socket, () => assert.fail("it does not see the end"));
  socket.give(new Uint8Array(100_000), null);
  reader.watch();
  await reader.idle;
  assert.ok(reader.isFull);
  const unread = socket.unreadBytes;
  assert.ok(unread > 80_000);
  reader.watch();
  await reader.idle;
  assert.equal(socket.unreadBytes, unread);
});

test("a read that is under way serves who reads next, and no byte is read twice", async () => {
  const socket = new MemorySocket();
  const reader = new Reader(socket, () => {});
  reader.watch();
  const into = new Uint8Array(2);
  const first = reader.read(into);
  socket.give(Uint8Array.of(1, 2, 3));
  assert.equal(await first, 2);
  assert.deepEqual([...into], [1, 2]);
  assert.equal(await reader.read(into), 1);
  assert.equal(into[0], 3);
});
