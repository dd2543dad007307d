import assert from "node:assert/strict";
import { ChaCha8 } from "../../../lib/crypto/chacha8.ts";
import { defaultArena, defaultProvider } from "../../../lib/crypto/mod.ts";
import { SimdArena } from "../../../lib/crypto/simd/arena.ts";
import { BlockList } from "../../../lib/crypto/simd/blocks.ts";
import {
  ARENA_END,
  KEY,
  LARGE_BLOCKS,
  loadModule,
  SLOT_BYTES,
  SLOT_COUNT,
  SLOTS,
  SMALL_BLOCKS,
} from "../../../lib/crypto/simd/module.ts";
import { simdProvider } from "../../../lib/crypto/simd/provider.ts";
import { WASM } from "../../../lib/crypto/simd/wasm_bytes.ts";

const test = (name: string, fn: () => void | Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });
const key = new Uint8Array(32).fill(0x5a), nonce = new Uint8Array(8).fill(0x77);
const { exports: wasm, bytes: memory } = loadModule()!;
/** In a block that these tests do not use. */
const scratch = ARENA_END - 100_000;

test("the default is the SIMD module, which has one instance", () => {
  assert.equal(defaultProvider().name, "simd");
  assert.equal(defaultProvider(), simdProvider());
  assert.equal(defaultArena(), defaultArena());
});

test("there is no module where WebAssembly is missing", async () => {
  const WebAssemblyBefore = globalThis.WebAssembly;
  Object.assign(globalThis, { WebAssembly: undefined });
  try {
    const again = await import("../../../lib/crypto/simd/module.ts?without-webassembly");
    assert.equal(again.loadModule(), undefined);
    assert.equal(again.loadModule(), undefined);
  } finally {
    Object.assign(globalThis, { WebAssembly: WebAssemblyBefore });
  }
});

test("the module imports nothing but its memory", () => {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(Uint8Array.fromBase64(WASM)));
  assert.deepEqual(imports, [{ module: "env", name: "memory", kind: "memory" }]);
});

test("the block counter carries into its upper half in every lane", () => {
  const slot = SLOTS + (SLOT_COUNT - 1) * SLOT_BYTES;
  for (let first = 0xffff_fff0n; first <= 0x1_0000_0001n; first++) {
    memory.set(key, KEY);
    memory.set(nonce, KEY + 64);
    wasm.install(slot);
    new DataView(memory.buffer).setBigUint64(slot + 48, first, true);
    const cipher = new ChaCha8();
    cipher.install(key, nonce, first);
    const expected = new Uint8Array(1300);
    cipher.apply(expected, 0, 1300);
    memory.fill(0, scratch, scratch + 1300);
    wasm.apply(slot, scratch, 100);
    wasm.apply(slot, scratch + 100, 1200);
    assert.deepEqual(memory.slice(scratch, scratch + 1300), expected);
  }
  wasm.wipe(slot);
});

test("free wipes the keys and makes the slot available", () => {
  const provider = simdProvider()!;
  const has = (needle: Uint8Array) => {
    const text = memory.subarray(0, SLOTS + 64 * SLOT_BYTES).toHex();
    return text.includes(needle.toHex());
  };
  for (let i = 0; i < 3 * SLOT_COUNT; i++) {
    const opener = provider.opener();
    if (i === 0) {
      const sealer = provider.sealer();
      for (const half of [sealer, opener]) half.install(key, nonce, key.map((byte) => byte ^ 255));
      assert.ok(has(key));
      const packets = memory.subarray(scratch, scratch + 8 * 164).fill(0);
      for (let at = 0; at < packets.length; at += 164) {
        sealer.seal(packets, at + 16, at + 164, at, 16);
      }
      assert.equal(opener.openRun(packets, 0, { count: 8, size: 164, kindAt: 8, kind: 0 }), 8);
      sealer.free();
      opener.free();
      assert.equal(has(key), false);
      assert.equal(has(key.map((byte) => byte ^ 255)), false);
    } else opener.free();
  }
});

test("when all slots are in use, the plain-TypeScript implementation does the work", () => {
  const provider = simdProvider()!;
  const openers = Array.from({ length: SLOT_COUNT }, () => provider.opener());
  const sealer = provider.sealer(), opener = provider.opener();
  assert.equal(sealer.constructor.name, "TypeScriptSealer");
  assert.equal(opener.constructor.name, "TypeScriptOpener");
  for (const each of openers) each.free();
  const again = provider.opener();
  assert.equal(again.constructor.name, "SimdOpener");
  for (const half of [again, sealer]) half.install(key, nonce, key);
  const packet = new Uint8Array(116);
  sealer.seal(packet, 16, 116, 0, 16);
  assert.ok(again.open(packet, 16, 116, 0, 16));
  for (const half of [sealer, opener, again]) half.free();
});

test("a block list hands out each number once and takes back only those in use", () => {
  const list = new BlockList(3);
  assert.deepEqual([list.take(), list.take(), list.take(), list.take()], [0, 1, 2, undefined]);
  assert.equal(list.give(1), true);
  assert.equal(list.give(1), false);
  for (const index of [3, -1, 0.5, NaN]) assert.equal(list.give(index), false);
  assert.equal(list.take(), 1);
});

test("the arena hands out blocks that do not overlap until none is left", () => {
  const arena = new SimdArena({ exports: wasm, bytes: memory });
  const blocks: Uint8Array[] = [];
  for (let i = 0; i < SMALL_BLOCKS; i++) blocks.push(arena.alloc(1)!);
  assert.equal(arena.alloc(4096), undefined);
  for (let i = 0; i < LARGE_BLOCKS; i++) blocks.push(arena.alloc(4097)!);
  assert.equal(arena.alloc(262_144), undefined);
  assert.equal(arena.alloc(262_145), undefined);
  let end = SLOTS + SLOT_COUNT * SLOT_BYTES;
  for (const block of blocks) {
    assert.equal(block.buffer, memory.buffer);
    assert.ok(block.byteOffset >= end && block.length % 4096 === 0);
    end = block.byteOffset + block.length;
  }
  assert.ok(end <= ARENA_END);
  for (const block of blocks) arena.release(block);
  assert.equal(arena.alloc(1)?.byteOffset, blocks[SMALL_BLOCKS - 1]!.byteOffset);
});

test("the arena takes back each of its blocks once, and nothing else", () => {
  const arena = new SimdArena({ exports: wasm, bytes: memory });
  const small = arena.alloc(100)!, large = arena.alloc(100_000)!;
  const misuse = { name: "ApiMisuseError", code: "bad-argument" };
  assert.throws(() => arena.release(new Uint8Array(4096)), misuse);
  assert.throws(() => arena.release(small.subarray(1)), misuse);
  assert.throws(() => arena.release(large.subarray(0, 4096)), misuse);
  assert.throws(() => arena.release(memory.subarray(0, 4096)), misuse);
  assert.throws(() => arena.release(memory), misuse);
  arena.release(small);
  assert.throws(() => arena.release(small), misuse);
  arena.release(large);
  assert.throws(() => arena.release(large), misuse);
});
