import assert from "node:assert/strict";
import type { Arena } from "../../../lib/bytes/receive_buffer.ts";
import {
  LARGE_BLOCK_BYTES,
  ReceiveBuffer,
  SMALL_BLOCK_BYTES,
} from "../../../lib/bytes/receive_buffer.ts";
import { SeededRandom } from "../../support/random.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

/** An arena that counts, and fails when it gets a block that is not in use. */
class CountingArena implements Arena {
  readonly inUse = new Set<Uint8Array>();
  allocated = 0;
  left: number;

  constructor(left = Infinity) {
    this.left = left;
  }

  alloc(sizeBytes: number): Uint8Array | undefined {
    if (this.left === 0) return undefined;
    this.left--;
    this.allocated++;
    const block = new Uint8Array(sizeBytes);
    this.inUse.add(block);
    return block;
  }

  release(block: Uint8Array): void {
    assert.ok(this.inUse.delete(block), "a block of the arena that is in use");
    this.left++;
  }
}

function put(buffer: ReceiveBuffer, bytes: Uint8Array, packetBytes = 25): number {
  const space = buffer.writable(packetBytes);
  const count = Math.min(space.length, bytes.length);
  space.set(bytes.subarray(0, count));
  buffer.commit(count);
  return count;
}

function waiting(buffer: ReceiveBuffer): Uint8Array {
  return buffer.block.slice(buffer.start, buffer.start + buffer.length);
}

test("received bytes wait in order until they are consumed", () => {
  const buffer = new ReceiveBuffer();
  put(buffer, Uint8Array.of(1, 2, 3));
  put(buffer, Uint8Array.of(4));
  assert.deepEqual([...waiting(buffer)], [1, 2, 3, 4]);
  buffer.consume(3);
  assert.equal(buffer.length, 1);
  put(buffer, Uint8Array.of(5));
  assert.deepEqual([...waiting(buffer)], [4, 5]);
});

test("views of consumed bytes stay valid until the next writable()", () => {
  const buffer = new ReceiveBuffer();
  put(buffer, Uint8Array.of(1, 2, 3, 4));
  const view = buffer.block.subarray(buffer.start, buffer.start + 2);
  buffer.consume(2);
  assert.deepEqual([...view], [1, 2]);
});

test("a quiet connection holds a small block, a busy one a large block", () => {
  const buffer = new ReceiveBuffer();
  assert.equal(buffer.block.length, SMALL_BLOCK_BYTES);
  put(buffer, new Uint8Array(100));
  assert.equal(buffer.block.length, SMALL_BLOCK_BYTES);
  buffer.consume(100);
  put(buffer, new Uint8Array(SMALL_BLOCK_BYTES));
  buffer.consume(SMALL_BLOCK_BYTES);
  assert.equal(buffer.writable(25).length, LARGE_BLOCK_BYTES, "the small one was filled");
  buffer.commit(20_000);
  buffer.consume(20_000);
  assert.equal(buffer.writable(25).length, LARGE_BLOCK_BYTES, "much came");
  buffer.commit(10_000);
  buffer.consume(10_000);
  assert.equal(buffer.writable(25).length, SMALL_BLOCK_BYTES, "a screen of text came");
});

test("a large packet gets a large block, and its received part moves there", () => {
  const buffer = new ReceiveBuffer();
  put(buffer, Uint8Array.from({ length: 40 }, (_, i) => i));
  buffer.consume(8);
  const room = buffer.writable(SMALL_BLOCK_BYTES + 1);
  assert.equal(room.length, LARGE_BLOCK_BYTES - 32);
  assert.deepEqual([...waiting(buffer)], Array.from({ length: 32 }, (_, i) => i + 8));
});

test("a large block is kept while bytes wait in it", () => {
  const buffer = new ReceiveBuffer();
  put(buffer, new Uint8Array(10), SMALL_BLOCK_BYTES + 1);
  buffer.consume(4);
  buffer.writable(25);
  assert.equal(buffer.block.length, LARGE_BLOCK_BYTES);
  assert.equal(buffer.length, 6);
});

test("there is always room for a packet of the largest size", () => {
  const largest = 16 + 9 + 7 + 65_535;
  const buffer = new ReceiveBuffer();
  const random = new SeededRandom(1);
  let need = largest;
  for (let round = 0; round < 2_000; round++) {
    const room = buffer.writable(need);
    assert.ok(room.length >= need - buffer.length, `round ${round}`);
    buffer.commit(random.below(room.length + 1));
    while (buffer.length >= need) {
      buffer.consume(need);
      need = random.pick([25, 153, 4_096, 4_097, largest]);
    }
  }
});

test("every block goes back to the arena exactly once", () => {
  const arena = new CountingArena();
  const buffer = new ReceiveBuffer(arena);
  put(buffer, new Uint8Array(10), 100_000);
  assert.equal(arena.inUse.size, 1, "the small block was given back");
  buffer.consume(10);
  put(buffer, new Uint8Array(10));
  assert.equal(buffer.block.length, SMALL_BLOCK_BYTES);
  assert.equal(arena.inUse.size, 1, "the large block was given back");
  assert.equal(arena.allocated, 3);
  buffer.free();
  assert.equal(arena.inUse.size, 0);
  buffer.free();
  assert.equal(buffer.length, 0);
});

test("blocks come from the heap when the arena has none left", () => {
  const arena = new CountingArena(1);
  const first = new ReceiveBuffer(arena);
  const second = new ReceiveBuffer(arena);
  put(second, Uint8Array.of(1, 2), 100_000);
  assert.deepEqual([...waiting(second)], [1, 2]);
  second.free();
  assert.equal(arena.inUse.size, 1, "what came from the heap does not go to the arena");
  first.free();
  assert.equal(arena.inUse.size, 0);
});

test("bytes come out as they went in, whatever the sizes", () => {
  const random = new SeededRandom(2);
  const arena = new CountingArena();
  const buffer = new ReceiveBuffer(arena);
  let sent = 0;
  let seen = 0;
  while (seen < 3_000_000) {
    const need = random.pick([25, 153, 5_000, 65_567]);
    const space = buffer.writable(Math.max(need, buffer.length));
    const count = random.below(space.length + 1);
    for (let i = 0; i < count; i++) space[i] = sent + i;
    sent += count;
    buffer.commit(count);
    const take = random.below(buffer.length + 1);
    for (let i = 0; i < take; i += 97) {
      assert.equal(buffer.block[buffer.start + i], (seen + i) & 0xff);
    }
    seen += take;
    buffer.consume(take);
  }
  buffer.free();
  assert.equal(arena.inUse.size, 0);
});
