/**
 * The cryptography in plain TypeScript: the fallback, and what the SIMD module is tested against.
 *
 * @module
 */

import { RunningBlake3 } from "./blake3.ts";
import { ChaCha8 } from "./chacha8.ts";
import {
  type CryptoProvider,
  type Opener,
  openOneByOne,
  type PacketRun,
  PEEK_BYTES,
  requireKeyMaterial,
  requirePacket,
  requirePeek,
  requireRun,
  type Sealer,
  TAG_BYTES,
  throwFreed,
} from "./provider.ts";

/** Cipher and MAC of one direction. */
class TypeScriptDirection {
  protected readonly cipher = new ChaCha8();
  protected readonly mac = new RunningBlake3();
  protected readonly tag = new Uint8Array(TAG_BYTES);

  #freed = false;

  install(key: Uint8Array, nonce: Uint8Array, macKey: Uint8Array): void {
    requireKeyMaterial(key, nonce, macKey);
    this.requireUsable();
    this.cipher.install(key, nonce);
    this.mac.install(macKey);
  }

  absorb(bytes: Uint8Array): void {
    this.requireUsable();
    this.mac.update(bytes, 0, bytes.length);
  }

  free(): void {
    this.#freed = true;
    this.cipher.wipe();
    this.mac.wipe();
    this.tag.fill(0);
  }

  protected requireUsable(): void {
    if (this.#freed) throwFreed();
  }
}

class TypeScriptOpener extends TypeScriptDirection implements Opener {
  readonly #peeked = new Uint8Array(PEEK_BYTES);
  /** Views of {@linkcode #peeked} by their length, to allocate each only once. */
  readonly #views: (Uint8Array | undefined)[] = [];

  peek(buffer: Uint8Array, start: number, length: number): Uint8Array {
    this.requireUsable();
    requirePeek(buffer, start, length);
    this.cipher.peek(buffer, start, length, this.#peeked);
    return this.#views[length] ??= this.#peeked.subarray(0, length);
  }

  open(
    buffer: Uint8Array,
    start: number,
    end: number,
    tagStart: number,
    tagLength: number,
  ): boolean {
    this.requireUsable();
    requirePacket(buffer, start, end, tagStart, tagLength);
    this.mac.update(buffer, start, end);
    this.mac.sample(this.tag, 0, tagLength);
    // In constant time, and without the two views that `timingSafeEqual` would need.
    let difference = 0;
    for (let i = 0; i < tagLength; i++) difference |= this.tag[i]! ^ buffer[tagStart + i]!;
    if (difference !== 0) return false;
    this.cipher.apply(buffer, start, end);
    return true;
  }

  openRun(buffer: Uint8Array, start: number, run: PacketRun): number {
    this.requireUsable();
    requireRun(buffer, start, run);
    return openOneByOne(this, buffer, start, run);
  }

  override free(): void {
    super.free();
    this.#peeked.fill(0);
  }
}

class TypeScriptSealer extends TypeScriptDirection implements Sealer {
  seal(buffer: Uint8Array, start: number, end: number, tagStart: number, tagLength: number): void {
    this.requireUsable();
    requirePacket(buffer, start, end, tagStart, tagLength);
    this.cipher.apply(buffer, start, end);
    this.mac.update(buffer, start, end);
    this.mac.sample(buffer, tagStart, tagLength);
  }
}

/** The implementation in plain TypeScript. */
export const typescriptProvider: CryptoProvider = {
  name: "typescript",
  opener: () => new TypeScriptOpener(),
  sealer: () => new TypeScriptSealer(),
};
