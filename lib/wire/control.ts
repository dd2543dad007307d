/**
 * Control packets: the 128-byte bodies of packet type 1.
 *
 * @module
 */

import { viewOfBuffer, writeUint64 } from "../bytes/view.ts";
import { ApiMisuseError } from "../errors.ts";
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
  /** The sequence number of the last packet that the sender received; a number must be a safe one. */
  readonly lastSeen: bigint | number;
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

function requireBody(bytes: Uint8Array, at: number): void {
  if (at >= 0 && at + CONTROL_BODY_BYTES <= bytes.length) return;
  throw new ApiMisuseError(
    "bad-argument",
    `a control body needs ${CONTROL_BODY_BYTES} bytes, has ${bytes.length - at}`,
  );
}

/**
 * Reads a control body.
 *
 * @param body Holds 128 bytes from `at`; may be reused afterwards, the result holds copies.
 * @param at Where the body starts, in bytes.
 * @returns The command; every content of a body decodes to something.
 * @throws {ApiMisuseError} `bad-argument` when the body is shorter.
 */
export function decodeControl(body: Uint8Array, at = 0): Control {
  requireBody(body, at);
  const channel = body[at + CHANNEL_AT]!;
  const commandNumber = body[at + COMMAND_AT]!;
  const codec = codecByNumber[commandNumber];
  if (codec === undefined) {
    const payload = body.slice(at + PAYLOAD_AT, at + CONTROL_BODY_BYTES);
    return { command: "unknown", channel, commandNumber, payload };
  }
  const control = codec.decode(viewOfBuffer(body), body.byteOffset + at) as { channel: number };
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
 * @param at Where the body starts, in bytes.
 * @returns 8 bytes.
 */
export function controlNonce(body: Uint8Array, at = 0): Uint8Array<ArrayBuffer> {
  return new Uint8Array(body.subarray(at + NONCE_AT, at + NONCE_AT + NONCE_BYTES));
}

/**
 * The last-seen field of a body: the sender's count of our packets, which the reference gets wrong.
 *
 * @param body A control body of 128 bytes.
 */
export function controlLastSeen(body: Uint8Array): bigint {
  requireBody(body, 0);
  return viewOfBuffer(body).getBigUint64(body.byteOffset + LAST_SEEN_AT, true);
}

/**
 * Writes a control body of exactly 128 bytes.
 *
 * @param control The command; `lastWords` is cut on a code point boundary when too long.
 * @param out Where to write; every one of the 128 bytes is set.
 * @param at Where the body starts in `out`, in bytes.
 * @param head Last-seen and nonce.
 * @throws {ApiMisuseError} `bad-argument` when a value does not fit its field or the body does not fit `out`.
 */
export function encodeControl(
  control: ControlInput,
  out: Uint8Array,
  at: number,
  head: ControlHead,
): void {
  requireBody(out, at);
  out.fill(0, at, at + CONTROL_BODY_BYTES);
  const view = viewOfBuffer(out);
  const base = out.byteOffset + at;
  writeUint64(view, base + LAST_SEEN_AT, head.lastSeen);
  if (head.nonce !== undefined) {
    if (head.nonce.length !== NONCE_BYTES) {
      throw new ApiMisuseError(
        "bad-argument",
        `nonce has ${head.nonce.length} bytes, must have ${NONCE_BYTES}`,
      );
    }
    out.set(head.nonce, at + NONCE_AT);
  }
  out[at + CHANNEL_AT] = checkedByte("channel", control.channel ?? 0);
  if (control.command === "unknown") {
    out[at + COMMAND_AT] = checkedByte("commandNumber", control.commandNumber);
    out.subarray(at, at + CONTROL_BODY_BYTES).set(control.payload, PAYLOAD_AT);
    return;
  }
  const { number, codec } = codecByName.get(control.command)!;
  out[at + COMMAND_AT] = number;
  codec.encode(control as unknown as Encodable<Layout>, view, base);
}

function checkedByte(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 0xff) return value;
  throw new ApiMisuseError("bad-argument", `${name} is ${value}, must be an integer from 0 to 255`);
}
