/**
 * Control commands: the 128-byte bodies of packet type 1.
 *
 * @module
 */

import { viewOfBuffer, writeUint64 } from "../bytes/view.ts";
import { ApiMisuseError } from "../errors.ts";
import { CONTROL_BODY_BYTES } from "./constants.ts";
import { CONTROL_COMMANDS } from "./control_tables.ts";
import type { Decoded, Encodable, Layout } from "./fields.ts";
import { Codec, requireInteger, requireSpace } from "./layout.ts";

const LAST_SEEN_AT = 0;
const NONCE_AT = 8;
const CHANNEL_AT = 16;
const COMMAND_AT = 17;
const PAYLOAD_AT = 18;
const NONCE_BYTES = CHANNEL_AT - NONCE_AT;
const PAYLOAD_BYTES = CONTROL_BODY_BYTES - PAYLOAD_AT;

/** The type of {@linkcode CONTROL_COMMANDS}. */
export type ControlCommands = typeof CONTROL_COMMANDS;

/** The name of a known command. */
export type ControlName = keyof ControlCommands;

/** A command with a table, and its fields. */
export type KnownControl<K extends ControlName = ControlName> = K extends ControlName
  ? { readonly command: K; readonly channel: number } & Decoded<ControlCommands[K]["layout"]>
  : never;

/** A command without a table; peers ignore it. */
export interface UnknownControl {
  /** Never the name of a command with a table. */
  readonly command: "unknown";
  /** The channel of the segment, 0 to 255. */
  readonly channel: number;
  /** The number on the wire. */
  readonly commandNumber: number;
  /** A copy of the 110 bytes after the command byte; fewer are padded with zeros when encoding. */
  readonly payload: Uint8Array;
}

/** Any control command; `command` tells which. */
export type Control = KnownControl | UnknownControl;

/** A command with a table, to encode; the channel is 0 unless given. */
export type KnownControlInput<K extends ControlName = ControlName> = K extends ControlName ?
    & { readonly command: K; readonly channel?: number }
    & Encodable<ControlCommands[K]["layout"]>
  : never;

/** Any control command to encode. */
export type ControlInput = KnownControlInput | UnknownControl;

/** The part of the body that belongs to the connection, not to the command. */
interface ControlHead {
  /** The sequence number of the last packet that the sender received. */
  readonly lastSeen: number;
  /** 8 random bytes; zero when absent. */
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

const BODY = "a control body";

/**
 * Reads a command; every content decodes to something. The result shares no memory with `body`.
 *
 * @param at Where the body starts.
 * @throws {ApiMisuseError} `bad-argument` unless 128 bytes follow `at`.
 */
export function decodeControl(body: Uint8Array, at = 0): Control {
  requireSpace(BODY, CONTROL_BODY_BYTES, body, at);
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

/** A copy of the nonce of a control body. */
export function controlNonce(body: Uint8Array, at = 0): Uint8Array<ArrayBuffer> {
  return new Uint8Array(body.subarray(at + NONCE_AT, at + NONCE_AT + NONCE_BYTES));
}

/**
 * Writes all 128 bytes of a control body.
 *
 * @param control The command; `lastWords` that are too long are cut between code points.
 * @throws {ApiMisuseError} `bad-argument` when a value does not fit its field or the body `out`.
 */
export function encodeControl(
  control: ControlInput,
  out: Uint8Array,
  at: number,
  head: ControlHead,
): void {
  requireSpace(BODY, CONTROL_BODY_BYTES, out, at);
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
  out[at + CHANNEL_AT] = requireInteger("channel", control.channel ?? 0, 0, 0xff);
  if (control.command === "unknown") {
    out[at + COMMAND_AT] = requireInteger("commandNumber", control.commandNumber, 0, 0xff);
    if (control.payload.length > PAYLOAD_BYTES) {
      throw new ApiMisuseError(
        "bad-argument",
        `payload has ${control.payload.length} bytes, at most ${PAYLOAD_BYTES} fit`,
      );
    }
    out.set(control.payload, at + PAYLOAD_AT);
    return;
  }
  const { number, codec } = codecByName.get(control.command)!;
  out[at + COMMAND_AT] = number;
  codec.encode(control as unknown as Encodable<Layout>, view, base);
}
