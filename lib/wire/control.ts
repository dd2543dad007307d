/**
 * Control packets: the 128-byte bodies of packet type 1.
 *
 * @module
 */

import { CONTROL_BODY_BYTES } from "./constants.ts";
import { CONTROL_COMMANDS } from "./control_tables.ts";
import type { Decoded, Encodable, Layout } from "./fields.ts";
import { Codec } from "./layout.ts";

const LAST_SEEN_AT = 0;
const NONCE_AT = 8;
const NONCE_BYTES = 8;
const CHANNEL_AT = 16;
const COMMAND_AT = 17;
const PAYLOAD_AT = 18;

/** The table of commands as the types below walk it. */
export type ControlCommands = typeof CONTROL_COMMANDS;

/** The name of a known command. */
export type ControlName = keyof ControlCommands;

/** One known command with its fields. */
export type KnownControl<K extends ControlName = ControlName> = K extends ControlName
  ? { readonly command: K; readonly channel: number } & Decoded<ControlCommands[K]["layout"]>
  : never;

/** A command without a table; peers ignore those. */
export interface UnknownControl {
  /** Tells it apart. */
  readonly command: "unknown";
  /** The channel of the head. */
  readonly channel: number;
  /** The number on the wire. */
  readonly commandNumber: number;
  /** The 110 bytes behind the command byte, a copy. */
  readonly payload: Uint8Array;
}

/** Any control packet, told apart by `command`. */
export type Control = KnownControl | UnknownControl;

/** The value that one command is encoded from; the channel is 0 unless given. */
export type KnownControlInput<K extends ControlName = ControlName> = K extends ControlName ?
    & { readonly command: K; readonly channel?: number }
    & Encodable<ControlCommands[K]["layout"]>
  : never;

/** The value that a control packet is encoded from. */
export type ControlInput = KnownControlInput | UnknownControl;

/** The part of the body that belongs to the connection, not to the command. */
export interface ControlHead {
  /** The sequence number of the last packet that the sender received. */
  readonly lastSeen: bigint;
  /** Eight random bytes; zero when left out. */
  readonly nonce?: Uint8Array;
}

type AnyCodec = Codec<Layout, object>;

const codecByName = new Map<string, { number: number; codec: AnyCodec }>();
const codecByNumber: AnyCodec[] = [];
for (const [command, { number, layout }] of Object.entries(CONTROL_COMMANDS)) {
  const codec: AnyCodec = new Codec<Layout, object>(layout, { command, channel: 0 });
  codecByName.set(command, { number, codec });
  codecByNumber[number] = codec;
}

function viewOf(bytes: Uint8Array, at: number): DataView {
  if (at < 0 || at + CONTROL_BODY_BYTES > bytes.length) {
    throw new RangeError(
      `a control body needs ${CONTROL_BODY_BYTES} bytes, has ${bytes.length - at}`,
    );
  }
  return new DataView(bytes.buffer, bytes.byteOffset + at, CONTROL_BODY_BYTES);
}

/**
 * Reads a control body.
 *
 * @param body At least 128 bytes; may be reused afterwards, the result holds copies.
 * @returns The command; every content of a body decodes to something.
 * @throws {RangeError} When the body is shorter.
 */
export function decodeControl(body: Uint8Array): Control {
  const view = viewOf(body, 0);
  const channel = view.getUint8(CHANNEL_AT);
  const commandNumber = view.getUint8(COMMAND_AT);
  const codec = codecByNumber[commandNumber];
  if (codec === undefined) {
    const payload = body.slice(PAYLOAD_AT, CONTROL_BODY_BYTES);
    return { command: "unknown", channel, commandNumber, payload };
  }
  const control = codec.decode(view, 0) as { channel: number };
  control.channel = channel;
  return control as KnownControl;
}

/**
 * The command number of a body, without decoding the rest.
 *
 * @param body A control body of 128 bytes.
 */
export function controlCommand(body: Uint8Array): number {
  return body[COMMAND_AT]!;
}

/**
 * A copy of the nonce of a body.
 *
 * @param body A control body of 128 bytes.
 * @returns 8 bytes.
 */
export function controlNonce(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(body.subarray(NONCE_AT, NONCE_AT + NONCE_BYTES));
}

/**
 * The last-seen field of a body: the sender's count of our packets, which the reference gets wrong.
 *
 * @param body A control body of 128 bytes.
 */
export function controlLastSeen(body: Uint8Array): bigint {
  return viewOf(body, 0).getBigUint64(LAST_SEEN_AT, true);
}

/**
 * Writes a control body of exactly 128 bytes.
 *
 * @param control The command; `lastWords` is cut on a code point boundary when too long.
 * @param out Where to write; every one of the 128 bytes is set.
 * @param at Where the body starts in `out`, in bytes.
 * @param head Last-seen and nonce.
 * @throws {RangeError} When a value does not fit its field or the body does not fit `out`.
 */
export function encodeControl(
  control: ControlInput,
  out: Uint8Array,
  at: number,
  head: ControlHead,
): void {
  const view = viewOf(out, at);
  const body = out.subarray(at, at + CONTROL_BODY_BYTES).fill(0);
  view.setBigUint64(LAST_SEEN_AT, head.lastSeen, true);
  if (head.nonce !== undefined) {
    if (head.nonce.length !== NONCE_BYTES) {
      throw new RangeError(`nonce has ${head.nonce.length} bytes, must have ${NONCE_BYTES}`);
    }
    body.set(head.nonce, NONCE_AT);
  }
  view.setUint8(CHANNEL_AT, checkedByte("channel", control.channel ?? 0));
  if (control.command === "unknown") {
    view.setUint8(COMMAND_AT, checkedByte("commandNumber", control.commandNumber));
    body.set(control.payload, PAYLOAD_AT);
    return;
  }
  const { number, codec } = codecByName.get(control.command)!;
  view.setUint8(COMMAND_AT, number);
  codec.encode(control as unknown as Encodable<Layout>, view, 0);
}

function checkedByte(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 0xff) return value;
  throw new RangeError(`${name} is ${value}, must be an integer from 0 to 255`);
}
