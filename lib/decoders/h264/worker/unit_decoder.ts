/**
 * A decoder of H.264: the WebAssembly module of the package h264decoder, which is the decoder of
 * Android 2.
 *
 * The package's wrapper copies input without a check of its size and lets memory grow to 2 GiB. Here
 * both are bounded, and pictures come out at once instead of in the order of display. The package
 * needs neither a browser nor native code. Others do not fit: tinyh264 has the same decoder behind a
 * worker protocol, libav.js has no H.264, the rest are bindings to native libraries.
 *
 * @module
 */

import { h264Module } from "h264decoder/dist/h264.wasm.js";
import type { CodedPicture } from "../coded_pictures.ts";
import { StreamError } from "../../../errors.ts";
import { MAX_DECODED_UNIT_BYTES } from "../../../limits.ts";

const PAGE_BYTES = 65_536;
const INITIAL_PAGES = 256;
/** 128 MiB, more than any stream needs. */
const MAX_PAGES = 2_048;
/** The address of the module's heap end, and the begin of its heap behind data and stack. */
const HEAP_END_WORD = 8_752 / 4;
const HEAP_BEGIN = 5_251_792;
/** The module's result codes. */
const PICTURE_READY = 1;
const OUT_OF_MEMORY = 5;

interface Exports {
  readonly malloc: (sizeBytes: number) => number;
  readonly h264alloc: () => number;
  readonly init: (decoder: number, withoutReordering: number) => number;
  readonly decode: (
    decoder: number,
    data: number,
    length: number,
    picture: number,
    width: number,
    height: number,
  ) => number;
}

/** A decoder of one stream. */
export class UnitDecoder {
  readonly #memory: WebAssembly.Memory;
  readonly #limitBytes: number;
  readonly #exports: Exports;
  readonly #decoder: number;
  readonly #input: number;
  /** The module writes the address of a picture, its width and its height here. */
  readonly #output: number;
  #bytes: Uint8Array;

  /**
   * @param memoryBytes The memory limit in whole pages; at least 16 MiB, and the memory of `before`.
   * @param before A decoder that is no longer used. Its memory is used again: freed memory is only
   * collected after a while, so that frequent new streams would pile it up.
   * @throws {RangeError} The machine has too little memory.
   */
  constructor(memoryBytes: number, before?: UnitDecoder) {
    this.#limitBytes = memoryBytes;
    this.#memory = before === undefined
      ? new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAX_PAGES })
      : before.#memory;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    if (before !== undefined) this.#bytes.fill(0);
    new Uint32Array(this.#memory.buffer)[HEAP_END_WORD] = HEAP_BEGIN;
    const { exports } = new WebAssembly.Instance(h264Module, {
      h264: {
        memory: this.#memory,
        memcpy: (to: number, from: number, length: number) =>
          void this.#bytes.copyWithin(to, from, from + length),
        resize: (sizeBytes: number) => this.#grow(sizeBytes),
      },
    });
    this.#exports = exports as unknown as Exports;
    const { h264alloc, init, malloc } = this.#exports;
    this.#decoder = h264alloc();
    this.#input = malloc(MAX_DECODED_UNIT_BYTES);
    this.#output = malloc(3 * Uint32Array.BYTES_PER_ELEMENT);
    init(this.#decoder, 1);
  }

  /** Its memory in bytes. */
  get memoryBytes(): number {
    return this.#bytes.length;
  }

  /**
   * Decodes one picture.
   *
   * @param picture Its data has at most `MAX_DECODED_UNIT_BYTES`.
   * @returns The planes of brightness, blue and red difference, in whole blocks; valid until the next
   * call.
   * @throws {StreamError} `bad-h264`, `h264-size`, `memory-limit`; the decoder must not be used again.
   */
  decode({ data, format }: CodedPicture): Uint8Array {
    this.#bytes.set(data, this.#input);
    const output = this.#output;
    const result = this.#exports.decode(
      this.#decoder,
      this.#input,
      data.length,
      output,
      output + 4,
      output + 8,
    );
    if (result === OUT_OF_MEMORY) {
      throw new StreamError(
        "memory-limit",
        "the decoder of H.264 needs more memory than its limit",
      );
    }
    if (result !== PICTURE_READY) {
      throw new StreamError("bad-h264", "H.264 gave no picture: it is damaged or cut off");
    }
    const [address, width, height] = new Uint32Array(this.#memory.buffer, output, 3);
    const { widthBlocks, heightBlocks } = format;
    if (width !== widthBlocks * 16 || height !== heightBlocks * 16) {
      throw new StreamError(
        "h264-size",
        "the picture of H.264 has another size than its sequence parameters say",
      );
    }
    const length = widthBlocks * heightBlocks * 384;
    if (address! < HEAP_BEGIN || address! + length > this.#bytes.length) {
      throw new StreamError("bad-h264", "H.264 gave no picture: it is to be shown later");
    }
    return this.#bytes.subarray(address!, address! + length);
  }

  /** Gives the module more memory. @returns 1, or 0 at the limit. */
  #grow(sizeBytes: number): number {
    // Sizes of 2 GiB and more arrive as negative numbers.
    if (sizeBytes >>> 0 > this.#limitBytes) return 0;
    const pages = Math.ceil((sizeBytes - this.#bytes.length) / PAGE_BYTES);
    try {
      this.#memory.grow(Math.max(pages, 0));
    } catch {
      return 0;
    }
    this.#bytes = new Uint8Array(this.#memory.buffer);
    return 1;
  }
}
