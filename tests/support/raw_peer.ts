import assert from "node:assert/strict";
import { encodeUtf8 } from "../../lib/bytes/text.ts";
import { typescriptProvider } from "../../lib/crypto/typescript.ts";
import { PrivateKey } from "../../lib/crypto/x25519.ts";
import { agree, Ratchet } from "../../lib/session/ratchet.ts";
import { HEAD_BYTES, type PacketType } from "../../lib/transport/packet.ts";
import { Transport } from "../../lib/transport/transport.ts";
import {
  CONTROL_BODY_BYTES,
  DATA_HEAD_BYTES,
  DEFAULT_SECRET,
  EVENT_BODY_BYTES,
  HELLO_MODE,
  PACKET_TYPE,
  ROLE,
} from "../../lib/wire/constants.ts";
import type { Control, ControlInput } from "../../lib/wire/control.ts";
import { controlNonce, decodeControl, encodeControl } from "../../lib/wire/control.ts";
import { decodeDataHead, encodeDataHead } from "../../lib/wire/data.ts";
import type { EventInput, WireEvent } from "../../lib/wire/event/types.ts";
import { decodeEventPacket, encodeEventPacket } from "../../lib/wire/event/event.ts";
import { CLIENT_KEY, NO_REKEY } from "./pair.ts";
import { isProbe } from "./probe.ts";
import { SeededRandom } from "./random.ts";

const DATA_NAMES = {
  [PACKET_TYPE.audio]: "audio",
  [PACKET_TYPE.video]: "video",
  [PACKET_TYPE.binary]: "binary",
} as const;

export interface RawPeerOptions {
  readonly key?: PrivateKey;
  readonly secret?: string;
  readonly seed?: number;
  readonly role?: number;
}

/** A packet that may have any type, body and sequence number. */
export interface RawPacket {
  readonly type: number;
  readonly body: Uint8Array;
  /** The next one unless given. */
  readonly sequence?: number;
}

/** What the listener has sent: a command, an event with its channel, or the head of a data packet. */
export type Answer =
  | Control
  | (WireEvent & { readonly channel: number })
  | {
    readonly data: "audio" | "video" | "binary";
    readonly channel: number;
    readonly stream: number;
    readonly payload: Uint8Array;
  };

/**
 * A client that can send anything in any order: it encrypts like a real one and checks no rule. Output
 * is queued until {@linkcode take}.
 */
export class RawPeer {
  readonly transport: Transport;
  readonly key: PrivateKey;
  readonly answers: Answer[] = [];
  received = 0;
  readonly #random: (count: number) => Uint8Array<ArrayBuffer>;
  readonly #role: number;
  #ephemeral: PrivateKey | undefined;
  #ratchet: Ratchet | undefined;

  constructor(options: RawPeerOptions = {}) {
    this.#random = new SeededRandom(options.seed ?? 7).bytes;
    this.key = options.key ?? CLIENT_KEY;
    this.#role = options.role ?? ROLE.source;
    this.transport = new Transport({
      side: "client",
      secret: encodeUtf8(options.secret ?? DEFAULT_SECRET),
      crypto: typescriptProvider,
      firstNonce: this.#random(8),
    });
  }

  /** Queues a HELLO. */
  hello(fields: { mode?: number; publicKey?: Uint8Array; role?: number } = {}): this {
    return this.control({
      command: "hello",
      versionMajor: 0,
      versionMinor: 17,
      mode: fields.mode ?? HELLO_MODE.real,
      publicKey: fields.publicKey ?? this.key.publicKey,
      role: fields.role ?? this.#role,
    }, this.#random(8));
  }

  /** Queues a HELLO with a fresh ephemeral key; {@linkcode receive} installs the keys of the answer. */
  ephemeralHello(): this {
    this.#ephemeral = new PrivateKey(this.#random(32));
    return this.hello({ mode: HELLO_MODE.ephemeral, publicKey: this.#ephemeral.publicKey });
  }

  control(control: ControlInput, nonce?: Uint8Array): this {
    this.transport.send(PACKET_TYPE.control, CONTROL_BODY_BYTES, (bytes, at) => {
      encodeControl(control, bytes, at, { lastSeen: 0, ...(nonce && { nonce }) });
    });
    return this;
  }

  event(event: EventInput, channel = 0): this {
    this.transport.send(PACKET_TYPE.event, EVENT_BODY_BYTES, (bytes, at) => {
      encodeEventPacket(event, { lastSeen: 0, channel }, bytes, at);
    });
    return this;
  }

  data(stream: "audio" | "video" | "binary", payload: Uint8Array, channel = 0, id = 0): this {
    const { length } = payload;
    this.transport.send(PACKET_TYPE[stream], DATA_HEAD_BYTES + length, (bytes, at) => {
      encodeDataHead({ channel, stream: id, length }, bytes, at);
      bytes.set(payload, at + DATA_HEAD_BYTES);
    });
    return this;
  }

  /** Queues a packet of any type and body, sealed with the current keys. */
  raw({ type, body, sequence }: RawPacket): this {
    this.transport.send(type as PacketType, body.length, (bytes, at) => {
      if (sequence !== undefined) bytes[at - HEAD_BYTES] = sequence;
      bytes.set(body, at);
    });
    return this;
  }

  /** Rekeys its direction, even when it is not its turn. */
  rekey(fields: { publicKey?: Uint8Array; mode?: number } = {}): this {
    const { publicKey, agreed } = this.#ratchet!.advance(this.#random);
    const nonce = this.#random(8);
    const rekey = {
      command: "rekey",
      mode: fields.mode ?? 0,
      publicKey: fields.publicKey ?? publicKey,
    } as const;
    this.control(rekey, nonce);
    this.transport.rekeyOutbound(agreed, nonce);
    return this;
  }

  /** Queues a REKEY without changing keys. */
  fakeRekey(publicKey: Uint8Array = this.key.publicKey, mode = 0): this {
    return this.control({ command: "rekey", mode, publicKey }, this.#random(8));
  }

  take(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.transport.takeOutput() ?? []);
  }

  /**
   * Takes bytes of the listener and installs the keys of its HELLO and REKEY packets.
   *
   * @returns How many packets were complete, without probes.
   */
  receive(bytes: Uint8Array): number {
    const before = this.received;
    for (let rest = bytes; rest.length > 0;) {
      const space = this.transport.writable();
      const count = Math.min(space.length, rest.length);
      space.set(rest.subarray(0, count));
      this.transport.commit(count);
      rest = rest.subarray(count);
      while (this.transport.advance()) this.#takePacket();
    }
    return this.received - before;
  }

  #takePacket(): void {
    const { packetType, packetBlock, bodyStart, bodyEnd } = this.transport;
    if (packetType === PACKET_TYPE.control && isProbe(decodeControl(packetBlock, bodyStart))) {
      return;
    }
    this.received++;
    switch (packetType) {
      case PACKET_TYPE.control:
        return this.#takeControl(packetBlock, bodyStart);
      case PACKET_TYPE.event: {
        const { channel, event } = decodeEventPacket(packetBlock, bodyStart);
        return void this.answers.push({ ...event, channel });
      }
      default: {
        const { channel, stream } = decodeDataHead(packetBlock, bodyStart);
        const payload = packetBlock.slice(bodyStart + DATA_HEAD_BYTES, bodyEnd);
        this.answers.push({ data: DATA_NAMES[packetType], channel, stream, payload });
      }
    }
  }

  #takeControl(block: Uint8Array, at: number): void {
    const control = decodeControl(block, at);
    const nonce = controlNonce(block, at);
    this.answers.push(control);
    if (control.command === "rekey") {
      this.transport.rekeyInbound(this.#ratchet!.follow(control.publicKey), nonce);
    }
    if (control.command !== "hello") return;
    if (control.mode === HELLO_MODE.ephemeral) {
      assert.ok(this.#ephemeral, "only an ephemeral HELLO gets an ephemeral answer");
      this.transport.installStage(agree(this.#ephemeral, control.publicKey), nonce, "ephemeral");
    } else {
      const { publicKey } = control;
      this.transport.installStage(agree(this.key, publicKey), nonce, "final");
      this.#ratchet = new Ratchet("client", this.key, publicKey, NO_REKEY);
    }
  }
}
