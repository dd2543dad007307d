/**
 * The messages of a view as bytes: one byte of kind, four of length (little endian), then the content.
 *
 * @module
 */

import { ControlError } from "../../errors.ts";
import { MAX_FLEET_VIEW_MESSAGE_BYTES } from "../../limits.ts";

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

/** Finds the frames in bytes that come in pieces of any size. */
export class FrameReader {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #head: { readonly kind: number; readonly length: number } | undefined;

  push(part: Uint8Array): void {
    this.#parts.push(part);
    this.#bytes += part.length;
  }

  /**
   * Takes the next frame.
   *
   * @returns `undefined` when more bytes have to come.
   * @throws {ControlError} `control-failed` for a frame that is too long or of no known kind.
   */
  next(): ReadFrame | undefined {
    if (this.#head === undefined) {
      if (this.#bytes < HEAD_BYTES) return undefined;
      this.#head = readHead(this.#take(HEAD_BYTES));
    }
    const { kind, length } = this.#head;
    if (this.#bytes < length) return undefined;
    this.#head = undefined;
    const content = this.#take(length);
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

  #take(count: number): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(count);
    let at = 0;
    let used = 0;
    while (at < count) {
      const part = this.#parts[used]!;
      const piece = part.subarray(0, count - at);
      taken.set(piece, at);
      at += piece.length;
      if (piece.length === part.length) used++;
      else this.#parts[used] = part.subarray(piece.length);
    }
    this.#parts.splice(0, used);
    this.#bytes -= count;
    return taken;
  }
}

function join(kind: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD_BYTES + content.length);
  bytes[0] = kind;
  new DataView(bytes.buffer).setUint32(1, content.length, true);
  bytes.set(content, HEAD_BYTES);
  return bytes;
}

function readHead(head: Uint8Array): { readonly kind: number; readonly length: number } {
  const length = new DataView(head.buffer, head.byteOffset).getUint32(1, true);
  if (length <= MAX_FLEET_VIEW_MESSAGE_BYTES) return { kind: head[0]!, length };
  throw new ControlError(
    "control-failed",
    `a message of a view has ${length} bytes, the most is ${MAX_FLEET_VIEW_MESSAGE_BYTES}`,
  );
}
