/**
 * The SIMD cryptography: one call into WebAssembly opens or seals a packet.
 *
 * @module
 */

import {
  type CryptoProvider,
  type Opener,
  openOneByOne,
  type PacketRun,
  requireKeyMaterial,
  requirePacket,
  requirePeek,
  requireRun,
  type Sealer,
  throwFreed,
} from "../provider.ts";
import { typescriptProvider } from "../typescript.ts";
import { BlockList } from "./blocks.ts";
import {
  COPY,
  COPY_BYTES,
  KEY,
  loadModule,
  MAC_KEY,
  NONCE,
  type SimdExports,
  type SimdModule,
  SLOT_BYTES,
  SLOT_COUNT,
  SLOT_PEEKED,
  SLOTS,
  TAG,
} from "./module.ts";

/** Up to this length a loop copies faster than `set`, which needs a view. */
const LOOP_BYTES = 192;
/** Not the address of any slot. */
const FREED = 0;

/** One direction of one connection; its state is in a slot of the module's memory. */
class SimdDirection {
  protected readonly wasm: SimdExports;
  protected readonly bytes: Uint8Array<ArrayBuffer>;
  protected readonly memory: ArrayBuffer;
  protected slot: number;
  readonly #slots: BlockList;

  constructor(module: SimdModule, slots: BlockList, index: number) {
    this.wasm = module.exports;
    this.bytes = module.bytes;
    this.memory = module.bytes.buffer;
    this.#slots = slots;
    this.slot = SLOTS + index * SLOT_BYTES;
  }

  install(key: Uint8Array, nonce: Uint8Array, macKey: Uint8Array): void {
    requireKeyMaterial(key, nonce, macKey);
    if (this.slot === FREED) throwFreed();
    this.bytes.set(key, KEY);
    this.bytes.set(macKey, MAC_KEY);
    this.bytes.set(nonce, NONCE);
    this.wasm.install(this.slot);
  }

  absorb(bytes: Uint8Array): void {
    if (this.slot === FREED) throwFreed();
    this.absorbRange(bytes, 0, bytes.length);
  }

  free(): void {
    if (this.slot === FREED) return;
    this.wasm.wipe(this.slot);
    this.#slots.give((this.slot - SLOTS) / SLOT_BYTES);
    this.slot = FREED;
  }

  protected copyIn(from: Uint8Array, start: number, end: number, to: number): void {
    if (end - start < LOOP_BYTES) {
      for (let i = start; i < end; i++) this.bytes[to + i - start] = from[i]!;
    } else {
      this.bytes.set(from.subarray(start, end), to);
    }
  }

  protected copyOut(to: Uint8Array, start: number, end: number, from: number): void {
    if (end - start < LOOP_BYTES) {
      for (let i = start; i < end; i++) to[i] = this.bytes[from + i - start]!;
    } else {
      to.set(this.bytes.subarray(from, from + end - start), start);
    }
  }

  protected absorbRange(from: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at += COPY_BYTES) {
      const stop = Math.min(end, at + COPY_BYTES);
      this.copyIn(from, at, stop, COPY);
      this.wasm.absorb(this.slot, COPY, stop - at);
    }
  }

  protected applyRange(buffer: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at += COPY_BYTES) {
      const stop = Math.min(end, at + COPY_BYTES);
      this.copyIn(buffer, at, stop, COPY);
      this.wasm.apply(this.slot, COPY, stop - at);
      this.copyOut(buffer, at, stop, COPY);
    }
  }
}

class SimdOpener extends SimdDirection implements Opener {
  /** Views of the peeked bytes by their length, to allocate each only once. */
  readonly #peeked: (Uint8Array | undefined)[] = [];

  peek(buffer: Uint8Array, start: number, length: number): Uint8Array {
    if (this.slot === FREED) throwFreed();
    requirePeek(buffer, start, length);
    let data = buffer.byteOffset + start;
    if (buffer.buffer !== this.memory) {
      this.copyIn(buffer, start, start + length, COPY);
      data = COPY;
    }
    this.wasm.peek(this.slot, data);
    const at = this.slot + SLOT_PEEKED;
    return this.#peeked[length] ??= this.bytes.subarray(at, at + length);
  }

  open(
    buffer: Uint8Array,
    start: number,
    end: number,
    tagStart: number,
    tagLength: number,
  ): boolean {
    if (this.slot === FREED) throwFreed();
    requirePacket(buffer, start, end, tagStart, tagLength);
    const length = end - start;
    if (buffer.buffer === this.memory) {
      const offset = buffer.byteOffset;
      const { slot } = this;
      return this.wasm.open(slot, offset + start, length, offset + tagStart, tagLength) !== 0;
    }
    this.copyIn(buffer, tagStart, tagStart + tagLength, TAG);
    if (length <= COPY_BYTES) {
      this.copyIn(buffer, start, end, COPY);
      if (this.wasm.open(this.slot, COPY, length, TAG, tagLength) === 0) return false;
      this.copyOut(buffer, start, end, COPY);
      return true;
    }
    this.absorbRange(buffer, start, end);
    if (this.wasm.verify(this.slot, TAG, tagLength) === 0) return false;
    this.applyRange(buffer, start, end);
    return true;
  }

  openRun(buffer: Uint8Array, start: number, run: PacketRun): number {
    if (this.slot === FREED) throwFreed();
    requireRun(buffer, start, run);
    if (buffer.buffer !== this.memory) return openOneByOne(this, buffer, start, run);
    const { count, size, kindAt, kind } = run;
    return this.wasm.openRun(this.slot, buffer.byteOffset + start, count, size, kindAt, kind);
  }
}

class SimdSealer extends SimdDirection implements Sealer {
  seal(buffer: Uint8Array, start: number, end: number, tagStart: number, tagLength: number): void {
    if (this.slot === FREED) throwFreed();
    requirePacket(buffer, start, end, tagStart, tagLength);
    const length = end - start;
    if (buffer.buffer === this.memory) {
      const offset = buffer.byteOffset;
      this.wasm.seal(this.slot, offset + start, length, offset + tagStart, tagLength);
      return;
    }
    if (length <= COPY_BYTES) {
      this.copyIn(buffer, start, end, COPY);
      this.wasm.seal(this.slot, COPY, length, TAG, tagLength);
      this.copyOut(buffer, start, end, COPY);
    } else {
      this.applyRange(buffer, start, end);
      this.absorbRange(buffer, start, end);
      this.wasm.sign(this.slot, TAG, tagLength);
    }
    this.copyOut(buffer, tagStart, tagStart + tagLength, TAG);
  }
}

let provider: CryptoProvider | undefined;

/**
 * The SIMD implementation. Packets in the memory of the module stay where they are, others are copied
 * in and out. When all slots are in use, it hands out objects of the plain-TypeScript implementation.
 *
 * @returns `undefined` where it does not run.
 */
export function simdProvider(): CryptoProvider | undefined {
  const module = loadModule();
  if (module === undefined) return undefined;
  return provider ??= createProvider(module);
}

function createProvider(module: SimdModule): CryptoProvider {
  const slots = new BlockList(SLOT_COUNT);
  return {
    name: "simd",
    opener: () => {
      const index = slots.take();
      return index === undefined
        ? typescriptProvider.opener()
        : new SimdOpener(module, slots, index);
    },
    sealer: () => {
      const index = slots.take();
      return index === undefined
        ? typescriptProvider.sealer()
        : new SimdSealer(module, slots, index);
    },
  };
}
