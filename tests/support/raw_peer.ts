import assert from "node:assert/strict";
import { encodeUtf8 } from "../../lib/bytes/text.ts";
import { typescriptProvider } from "../../lib/crypto/typescript.ts";
import { PrivateKey } from "../../lib/crypto/x25519.ts";
import { agree, Ratchet } from "../../lib/session/ratchet.ts";
import type { PacketType } from "../../lib/transport/packet.ts";
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
import { encodeDataHead } from "../../lib/wire/data.ts";
import type { EventInput } from "../../lib/wire/event/types.ts";
import { encodeEventPacket } from "../../lib/wire/event/event.ts";
import { CLIENT_KEY, NO_REKEY } from "./pair.ts";
import { SeededRandom } from "./random.ts";

/** What a raw peer is made from. */
export interface RawPeerOptions {
  readonly key?: PrivateKey;
  readonly secret?: string;
  readonly seed?: number;
  /** What it says that it is, as a number. */
  readonly role?: number;
}

/** The head and the rest of a packet that is written as it should not be. */
export interface RawPacket {
  readonly type: number;
  readonly body: Uint8Array;
}

/**
 * A client that does what it is told to, in any order, right or wrong: a transport with the keys of the
 * protocol and none of its rules. It keeps what it has to send until {@linkcode take}.
 */
export class RawPeer {
  readonly transport: Transport;
  readonly key: PrivateKey;
  /** Control packets that it received. */
  readonly controls: Control[] = [];
  /** How many packets of each type it received. */
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

  /** Says HELLO in any way. */
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

  /** Says HELLO with a fresh ephemeral key; {@linkcode receive} goes on from the answer. */
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

  /** A packet of any type and body, under the right keys. */
  raw({ type, body }: RawPacket): this {
    this.transport.send(type as PacketType, body.length, (bytes, at) => bytes.set(body, at));
    return this;
  }

  /** Changes the keys of what it sends; whose turn it is does not matter to it. */
  rekey(fields: { publicKey?: Uint8Array; mode?: number } = {}): this {
    const { publicKey, shared } = this.#ratchet!.advance(this.#random(32));
    const nonce = this.#random(8);
    const rekey = {
      command: "rekey",
      mode: fields.mode ?? 0,
      publicKey: fields.publicKey ?? publicKey,
    } as const;
    this.control(rekey, nonce);
    this.transport.rekeyOutbound(shared, nonce);
    return this;
  }

  /** A control packet that looks like a REKEY and changes nothing. */
  fakeRekey(publicKey: Uint8Array = this.key.publicKey, mode = 0): this {
    return this.control({ command: "rekey", mode, publicKey }, this.#random(8));
  }

  /** Takes what it has to send. */
  take(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.transport.takeOutput() ?? []);
  }

  /**
   * Takes bytes of the listener: changes keys at its HELLO and REKEY packets.
   *
   * @returns How many whole packets there were.
   */
  receive(bytes: Uint8Array): number {
    const before = this.received;
    for (let rest = bytes; rest.length > 0;) {
      const space = this.transport.writable();
      const count = Math.min(space.length, rest.length);
      space.set(rest.subarray(0, count));
      this.transport.commit(count);
      rest = rest.subarray(count);
      for (let packet = this.transport.next(); packet; packet = this.transport.next()) {
        this.received++;
        if (packet.type === PACKET_TYPE.control) this.#takeControl(packet.body);
      }
    }
    return this.received - before;
  }

  #takeControl(body: Uint8Array): void {
    const control = decodeControl(body);
    this.controls.push(control);
    if (control.command === "rekey") {
      this.transport.rekeyInbound(this.#ratchet!.follow(control.publicKey), controlNonce(body));
    }
    if (control.command !== "hello") return;
    const nonce = controlNonce(body);
    if (control.mode === HELLO_MODE.ephemeral) {
      assert.ok(this.#ephemeral, "an ephemeral answer to an ephemeral HELLO");
      this.transport.installStage(agree(this.#ephemeral, control.publicKey), nonce, "ephemeral");
    } else {
      const { publicKey } = control;
      this.transport.installStage(agree(this.key, publicKey), nonce, "final");
      this.#ratchet = new Ratchet("client", this.key, publicKey, NO_REKEY);
    }
  }
}
