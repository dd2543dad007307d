/**
 * Turns received bytes into verified packets, and packets into bytes: framing, cipher, MAC, sequence
 * numbers and changes of keys. Source: arcan `a12.c`.
 *
 * Nothing of a packet leaves this layer before its tag was verified. The head must be decrypted earlier,
 * to learn the size of the packet and to refuse a type that may not come yet.
 *
 * @module
 */

import { OutputBuffer } from "../bytes/output_buffer.ts";
import type { Arena } from "../bytes/receive_buffer.ts";
import { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { viewOfBuffer, writeUint64 } from "../bytes/view.ts";
import { deriveKeys, deriveRekeyMac, keysOfPassphrase } from "../crypto/kdf.ts";
import type { CryptoProvider, Opener, Sealer } from "../crypto/provider.ts";
import { PEEK_BYTES, SHORT_TAG_BYTES, TAG_BYTES } from "../crypto/provider.ts";
import { AuthError, MalformedError, MisbehavedError } from "../errors.ts";
import { DATA_HEAD_BYTES, EVENT_BODY_BYTES, PACKET_TYPE } from "../wire/constants.ts";
import { isForeign } from "./foreign.ts";
import type { PacketType } from "./packet.ts";
import { bodyBytes, FIRST_NONCE_AT, HEAD_BYTES, PREFIX_BYTES } from "./packet.ts";

/** The client opened the connection and speaks first. */
export type Side = "client" | "server";

interface TransportOptions {
  readonly side: Side;
  /** The pre-shared secret, 1 to 31 bytes, which must not change; it protects the first packets. */
  readonly secret: Uint8Array;
  readonly crypto: CryptoProvider;
  /** The nonce of a client's first packet, 8 random bytes. */
  readonly firstNonce?: Uint8Array;
  /** Where receive blocks come from; the heap when absent. */
  readonly arena?: Arena;
}

/**
 * A change of keys that is yet to be made. It is no function: V8 puts one that is assigned to a property
 * straight into the old generation, where it keeps the transport after its end.
 */
interface Rekey {
  readonly agree: () => Uint8Array;
  readonly nonce: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const EVENT_PACKET_BYTES = PREFIX_BYTES + EVENT_BODY_BYTES;
/** Events often come in bursts, which are opened together. */
const EVENT_RUN = { size: EVENT_PACKET_BYTES, kindAt: HEAD_BYTES - 1, kind: PACKET_TYPE.event };
/** The most packets to open together; they stay in the first-level cache. */
const RUN_PACKETS = 64;

/** One end of the packet layer. */
export class Transport {
  readonly #side: Side;
  readonly #secret: Uint8Array;
  readonly #received: ReceiveBuffer;
  readonly #output = new OutputBuffer();
  readonly #opener: Opener;
  readonly #sealer: Sealer;
  readonly #firstNonce: Uint8Array | undefined;
  #nextIn = 0;
  #nextOut = 0;
  /** Size of the next packet as far as it is known. */
  #need = PREFIX_BYTES;
  // The latest packet as separate fields: allocating an object and a view would take longer than the rest.
  #block: Uint8Array = NOTHING;
  /** Unverified while the next packet is incomplete. */
  #type: PacketType = PACKET_TYPE.control;
  #bodyStart = 0;
  #bodyEnd = 0;
  /** How many event packets at the front of the received bytes are already verified and decrypted. */
  #opened = 0;
  /** Whether the packet after those has a wrong tag. */
  #isVoid = false;
  /** The latest REKEY of each end, until its keys are installed. */
  #rekeyInbound: Rekey | undefined;
  #rekeyOutbound: Rekey | undefined;
  /** Whether the final keys are installed; until then only control packets may come. */
  #hasFinalKeys = false;

  constructor(options: TransportOptions) {
    this.#side = options.side;
    this.#secret = options.secret;
    this.#received = new ReceiveBuffer(options.arena);
    this.#opener = options.crypto.opener();
    this.#sealer = options.crypto.sealer();
    this.#firstNonce = options.firstNonce;
    if (options.firstNonce !== undefined) this.#installInitial(options.firstNonce);
  }

  /** The sequence number of the latest packet, or 0. */
  get lastSeen(): number {
    return Math.max(this.#nextIn - 1, 0);
  }

  get packetsReceived(): number {
    return this.#nextIn;
  }

  /** Received bytes that are not yet part of a packet. */
  get pendingBytes(): number {
    return this.#received.length;
  }

  get outputBytes(): number {
    return this.#output.length;
  }

  /** Space to read socket bytes into; invalidates all packet bodies. */
  writable(): Uint8Array {
    return this.#received.writable(this.#need);
  }

  /** @param count How many bytes were read into {@linkcode writable}. */
  commit(count: number): void {
    this.#received.commit(count);
  }

  /**
   * Verifies and decrypts the next packet, which becomes the latest one.
   *
   * @returns `false` when more bytes are needed.
   * @throws {AuthError} `wrong-secret` when the first packet of a client does not verify.
   * @throws {MalformedError} `not-a12`, `bad-mac`, `bad-packet-type`, `bad-sequence`.
   * @throws {MisbehavedError} `packet-before-auth`.
   */
  advance(): boolean {
    const received = this.#received;
    if (this.#opened > 0) {
      this.#opened--;
      return this.#step(EVENT_PACKET_BYTES);
    }
    if (this.#isVoid) this.#refuseTag();
    if (received.length < this.#need) return false;
    if (this.#rekeyInbound !== undefined) {
      installRatcheted(this.#opener, this.#rekeyInbound);
      this.#rekeyInbound = undefined;
    }
    const block = received.block;
    const tagStart = received.start;
    const start = tagStart + TAG_BYTES;
    const first = this.#side === "server" && this.#nextIn === 0;
    if (first && this.#need === PREFIX_BYTES) {
      this.#installInitial(block.subarray(tagStart + FIRST_NONCE_AT, start));
      this.#opener.absorb(block.subarray(tagStart + FIRST_NONCE_AT, start));
    }

    const size = this.#packetSize(block, start, first);
    this.#need = size;
    if (received.length < size) return false;

    if (this.#type === PACKET_TYPE.event && received.length >= 2 * size) {
      const count = Math.min(Math.floor(received.length / size), RUN_PACKETS);
      const opened = this.#opener.openRun(block, tagStart, { ...EVENT_RUN, count });
      this.#isVoid = opened < 0;
      this.#opened = this.#isVoid ? ~opened : opened;
      return this.advance();
    }
    const tagLength = first ? SHORT_TAG_BYTES : TAG_BYTES;
    if (!this.#opener.open(block, start, tagStart + size, tagStart, tagLength)) {
      if (first) throw refuseFirst(block, tagStart);
      this.#refuseTag();
    }
    return this.#step(size);
  }

  get packetType(): PacketType {
    return this.#type;
  }

  /** Holds the body of the latest packet until the next {@linkcode writable}. */
  get packetBlock(): Uint8Array {
    return this.#block;
  }

  /** Start of the body in {@linkcode packetBlock}. */
  get bodyStart(): number {
    return this.#bodyStart;
  }

  /** End of the body in {@linkcode packetBlock}. */
  get bodyEnd(): number {
    return this.#bodyEnd;
  }

  /**
   * Appends one packet to the output.
   *
   * @param size Size of the body.
   * @param write Fills the body, which is zeroed. If it throws, nothing is sent.
   */
  send(
    type: PacketType,
    size: number,
    write: (bytes: Uint8Array, at: number) => void,
  ): void {
    if (this.#rekeyOutbound !== undefined) {
      installRatcheted(this.#sealer, this.#rekeyOutbound);
      this.#rekeyOutbound = undefined;
    }
    const output = this.#output;
    const tagStart = output.reserve(PREFIX_BYTES + size);
    const bytes = output.bytes;
    const start = tagStart + TAG_BYTES;
    writeUint64(viewOfBuffer(bytes), bytes.byteOffset + start, this.#nextOut);
    bytes[start + HEAD_BYTES - 1] = type;
    try {
      write(bytes, start + HEAD_BYTES);
    } catch (error) {
      // Unsealed bytes would reach the peer as a packet with a wrong tag.
      output.truncate(tagStart);
      throw error;
    }
    const end = start + HEAD_BYTES + size;
    if (this.#nextOut === 0 && this.#firstNonce !== undefined) {
      bytes.set(this.#firstNonce, tagStart + FIRST_NONCE_AT);
      this.#sealer.absorb(this.#firstNonce);
      this.#sealer.seal(bytes, start, end, tagStart, SHORT_TAG_BYTES);
    } else {
      this.#sealer.seal(bytes, start, end, tagStart, TAG_BYTES);
    }
    this.#nextOut++;
  }

  /** Takes the bytes to send: a view that is valid until the next call. */
  takeOutput(): Uint8Array | undefined {
    return this.#output.take();
  }

  /**
   * Changes the keys of both directions during the login.
   *
   * @param shared The X25519 agreement, 32 bytes.
   * @param nonce The nonce of the server's HELLO, 8 bytes.
   * @param stage `final` permits packets other than control commands.
   */
  installStage(shared: Uint8Array, nonce: Uint8Array, stage: "ephemeral" | "final"): void {
    this.#hasFinalKeys = stage === "final";
    const keys = deriveKeys(shared, nonce);
    this.#install(keys, nonce);
    wipe(keys.mac, keys.client, keys.server);
  }

  /**
   * Changes the keys of the sending direction, once there is something to seal with them.
   *
   * @param agree Computes the X25519 agreement, 32 bytes, which are wiped.
   * @param nonce The nonce of the REKEY packet, 8 bytes, kept.
   */
  rekeyOutbound(agree: () => Uint8Array, nonce: Uint8Array): void {
    this.#rekeyOutbound = { agree, nonce };
  }

  /** {@linkcode rekeyOutbound} for the receiving direction. */
  rekeyInbound(agree: () => Uint8Array, nonce: Uint8Array): void {
    this.#rekeyInbound = { agree, nonce };
  }

  /** Wipes the keys and releases memory; the transport is unusable afterwards. */
  free(): void {
    this.#rekeyInbound = undefined;
    this.#rekeyOutbound = undefined;
    this.#opener.free();
    this.#sealer.free();
    this.#received.free();
  }

  #refuseTag(): never {
    throw new MalformedError("bad-mac", `packet ${this.#nextIn} has a wrong tag`);
  }

  /** Makes the opened packet at the front of the received bytes the latest one. */
  #step(size: number): true {
    const received = this.#received;
    const { block, start: tagStart } = received;
    const start = tagStart + TAG_BYTES;
    // DEVIATION: the reference does not compare the number; pinned by "a packet with a right tag and a
    // wrong sequence number is refused".
    const sequence = readSequence(block, start);
    if (sequence !== this.#nextIn) {
      throw new MalformedError(
        "bad-sequence",
        `the packet has sequence number ${sequence}, expected ${this.#nextIn}`,
      );
    }
    received.consume(size);
    this.#nextIn++;
    this.#need = PREFIX_BYTES;
    this.#block = block;
    this.#type = block[start + HEAD_BYTES - 1] as PacketType;
    this.#bodyStart = start + HEAD_BYTES;
    this.#bodyEnd = tagStart + size;
    return true;
  }

  #packetSize(block: Uint8Array, start: number, first: boolean): number {
    const available = this.#received.length - TAG_BYTES;
    const head = this.#opener.peek(block, start, Math.min(available, PEEK_BYTES));
    const type = head[HEAD_BYTES - 1]!;
    this.#type = type as PacketType;
    const fixed = bodyBytes(type);
    if (first && type !== PACKET_TYPE.control) throw refuseFirst(block, start - TAG_BYTES);
    if (fixed === undefined) {
      throw new MalformedError("bad-packet-type", `packet type ${type} does not exist`);
    }
    if (type !== PACKET_TYPE.control && !this.#hasFinalKeys) {
      // Its unverified head is enough to refuse it: a peer must not make this end buffer 64 KiB before
      // the login. DEVIATION: the reference accepts all types; pinned by "before the final keys only
      // control packets are accepted".
      throw new MisbehavedError("packet-before-auth", `packet type ${type} before the login`);
    }
    const size = PREFIX_BYTES + fixed;
    if (type === PACKET_TYPE.control || type === PACKET_TYPE.event) return size;
    // The length is the last two bytes of the data head.
    if (available < HEAD_BYTES + DATA_HEAD_BYTES) return size;
    return size + head[HEAD_BYTES + DATA_HEAD_BYTES - 2]! +
      head[HEAD_BYTES + DATA_HEAD_BYTES - 1]! * 256;
  }

  #installInitial(nonce: Uint8Array): void {
    this.#install(keysOfPassphrase(this.#secret), nonce);
  }

  #install(keys: ReturnType<typeof deriveKeys>, nonce: Uint8Array): void {
    const [inbound, outbound] = this.#side === "server"
      ? [keys.client, keys.server]
      : [keys.server, keys.client];
    this.#opener.install(inbound, nonce, keys.mac);
    this.#sealer.install(outbound, nonce, keys.mac);
  }
}

function installRatcheted(direction: Opener | Sealer, { agree, nonce }: Rekey): void {
  const shared = agree();
  const macKey = deriveRekeyMac(shared);
  direction.install(shared, nonce, macKey);
  wipe(shared, macKey);
}

/** Only their look tells bytes under a wrong secret from bytes of another protocol. */
function refuseFirst(block: Uint8Array, at: number): AuthError | MalformedError {
  return isForeign(block.subarray(at, at + PREFIX_BYTES))
    ? new MalformedError("not-a12", "the first bytes belong to another protocol")
    : new AuthError("wrong-secret", "the first packet does not verify under the secret");
}

function wipe(...keys: Uint8Array[]): void {
  for (const key of keys) key.fill(0);
}

function readSequence(bytes: Uint8Array, at: number): number {
  // Numbers beyond 2^53 never equal the expected one, so it is harmless that they lose bits here.
  const view = viewOfBuffer(bytes);
  const start = bytes.byteOffset + at;
  return view.getUint32(start, true) + view.getUint32(start + 4, true) * 0x1_0000_0000;
}
