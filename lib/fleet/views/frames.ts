/**
 * The messages of a view as bytes: one byte of kind, four of length (little endian), then the content.
 *
 * @module
 */

import { ControlError } from "../../errors.ts";

/** What an end of a view says to the other one. */
export type Frame = MessageFrame | EndFrame;

interface MessageFrame {
  readonly kind: "message";
  readonly message: string | Uint8Array;
}

/** The view has ended. */
export interface EndFrame {
  readonly kind: "ended";
  /** What its viewer did wrong, if that is why. */
  readonly fault?: string;
}

const HEAD_BYTES = 5;
const KIND = { text: 0, bytes: 1, ended: 2, fault: 3 } as const;

/** A frame that was read. */
export type ReadFrame = EndFrame | {
  readonly kind: "message";
  readonly message: string | Uint8Array<ArrayBuffer>;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a frame. */
export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  if (frame.kind === "message") {
    const { message } = frame;
    return typeof message === "string"
      ? join(KIND.text, encoder.encode(message))
      : join(KIND.bytes, message);
  }
  const { fault } = frame;
  return fault === undefined
    ? join(KIND.ended, new Uint8Array(0))
    : join(KIND.fault, encoder.encode(fault));
}

/** Finds the frames in bytes that come in pieces of any size; it keeps the bytes, not the pieces. */
export class FrameReader {
  readonly #maxLength: number;
  #parts: Uint8Array[] = [];
  #kind: number | undefined;
  #wanted = HEAD_BYTES;
  #taken = new Uint8Array(HEAD_BYTES);
  #size = 0;

  /** @param maxLength The longest content of a frame, in bytes. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** @param part Borrowed until {@linkcode next} has found no further frame. */
  push(part: Uint8Array): void {
    this.#parts.push(part);
  }

  /**
   * Takes the next frame.
   *
   * @returns `undefined` when more bytes have to come.
   * @throws {ControlError} `control-failed` for a frame that is too long or of no known kind.
   */
  next(): ReadFrame | undefined {
    if (this.#kind === undefined) {
      const head = this.#take();
      if (head === undefined) return undefined;
      this.#kind = head[0]!;
      this.#wanted = this.#readLength(head);
    }
    const content = this.#take();
    if (content === undefined) return undefined;
    const kind = this.#kind;
    this.#kind = undefined;
    this.#wanted = HEAD_BYTES;
    switch (kind) {
      case KIND.text:
        return { kind: "message", message: decoder.decode(content) };
      case KIND.bytes:
        return { kind: "message", message: content };
      case KIND.ended:
        return { kind: "ended" };
      case KIND.fault:
        return { kind: "ended", fault: decoder.decode(content) };
      default:
        throw new ControlError("control-failed", `a view has no frames of the kind ${kind}`);
    }
  }

  /** Takes the bytes that are wanted, when all of them have come. */
  #take(): Uint8Array<ArrayBuffer> | undefined {
    for (let part = this.#parts[0]; part !== undefined; part = this.#parts[0]) {
      const piece = part.subarray(0, this.#wanted - this.#size);
      this.#makeRoom(this.#size + piece.length);
      this.#taken.set(piece, this.#size);
      this.#size += piece.length;
      if (piece.length < part.length) {
        this.#parts[0] = part.subarray(piece.length);
        break;
      }
      this.#parts.shift();
    }
    if (this.#size < this.#wanted) return undefined;
    const taken = this.#taken.length === this.#size
      ? this.#taken
      : this.#taken.slice(0, this.#size);
    this.#taken = new Uint8Array(HEAD_BYTES);
    this.#size = 0;
    return taken;
  }

  /** Twice what has come, so that what was only announced takes no memory. */
  #makeRoom(size: number): void {
    if (size <= this.#taken.length) return;
    const larger = new Uint8Array(Math.min(this.#wanted, 2 * size));
    larger.set(this.#taken.subarray(0, this.#size));
    this.#taken = larger;
  }

  #readLength(head: Uint8Array): number {
    const length = new DataView(head.buffer, head.byteOffset).getUint32(1, true);
    if (length <= this.#maxLength) return length;
    throw new ControlError(
      "control-failed",
      `a message of a view has ${length} bytes, the most is ${this.#maxLength}`,
    );
  }
}

function join(kind: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD_BYTES + content.length);
  bytes[0] = kind;
  new DataView(bytes.buffer).setUint32(1, content.length, true);
  bytes.set(content, HEAD_BYTES);
  return bytes;
}
