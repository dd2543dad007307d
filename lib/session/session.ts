/**
 * One end of an A12 connection without IO: bytes in, events out.
 *
 * The caller reads socket bytes into {@linkcode Session.writable}, reports them to
 * {@linkcode Session.commit}, takes events from {@linkcode Session.nextEvent} until there are none, and
 * writes the bytes from {@linkcode Session.takeOutput}. Time and randomness come from the caller, so a
 * recorded connection replays byte for byte. Source: arcan `a12.c`.
 *
 * @module
 */

import { NONCE_BYTES } from "../crypto/provider.ts";
import type { PrivateKey } from "../crypto/x25519.ts";
import { ApiMisuseError, MalformedError, MisbehavedError, PeerError } from "../errors.ts";
import { Transport } from "../transport/transport.ts";
import {
  CONTROL_BODY_BYTES,
  DATA_HEAD_BYTES,
  EVENT_BODY_BYTES,
  PACKET_TYPE,
  REKEY_MODE,
} from "../wire/constants.ts";
import type { ControlInput } from "../wire/control.ts";
import { controlNonce, decodeControl, encodeControl } from "../wire/control.ts";
import { decodeDataHead, encodeDataHead } from "../wire/data.ts";
import type { EventInput } from "../wire/event/types.ts";
import { encodeEventPacket } from "../wire/event/event.ts";
import { loginDeadline } from "./deadline.ts";
import { controlHasContent, eventHasContent } from "./content.ts";
import { EventPacket } from "./event_packet.ts";
import type { PeerOffered, SessionEvent } from "./events.ts";
import { asNotProven, drawFirst, Login } from "./login.ts";
import type { SessionOptions } from "./options.ts";
import type { Ratchet } from "./ratchet.ts";
import type { LoginState, OpenState, State, StateName, StateOf, Trigger } from "./transitions.ts";
import { TRANSITIONS } from "./transitions.ts";

const DATA_STREAMS = {
  [PACKET_TYPE.audio]: "audio",
  [PACKET_TYPE.video]: "video",
  [PACKET_TYPE.binary]: "binary",
} as const;

/** One end of an A12 connection. */
export class Session {
  readonly #options: SessionOptions;
  readonly #transport: Transport;
  readonly #login: Login;
  #state: State = { name: "hello" };
  #eof = false;
  #hasReceived = false;

  /** A client queues its first packet at once. */
  constructor(options: SessionOptions) {
    this.#options = options;
    const { side, secret, crypto, arena } = options;
    const first = options.side === "client" ? drawFirst(options) : undefined;
    this.#transport = new Transport({
      side,
      secret,
      crypto,
      ...(first && { firstNonce: first.packetNonce }),
      ...(arena && { arena }),
    });
    this.#login = new Login(options, this.#transport, this.#sendControl);
    if (options.side === "client") this.#login.begin(options, first!);
  }

  get state(): StateName {
    return this.#state.name;
  }

  /** What the peer claims to be; proved in the state `established`. */
  get peer(): PeerOffered | undefined {
    return "peer" in this.#state ? this.#state.peer : undefined;
  }

  get outputBytes(): number {
    return this.#transport.outputBytes;
  }

  /** Received bytes that {@linkcode nextEvent} has not taken yet. */
  get pendingBytes(): number {
    return this.#transport.pendingBytes;
  }

  /** Whether the peer has sent a byte. */
  get hasReceived(): boolean {
    return this.#hasReceived;
  }

  /** Whether a packet was verified: the peer knows the secret. */
  get hasVerified(): boolean {
    return this.#transport.packetsReceived > 0;
  }

  /** Space to read socket bytes into; invalidates the payloads of all events. */
  writable(): Uint8Array {
    return this.#transport.writable();
  }

  /** @param count How many bytes were read into {@linkcode writable}. */
  commit(count: number): void {
    if (count > 0) this.#hasReceived = true;
    this.#transport.commit(count);
  }

  /** @returns How many bytes of `chunk` were copied; pass the rest after taking all events. */
  receive(chunk: Uint8Array): number {
    const space = this.writable();
    const taken = Math.min(space.length, chunk.length);
    space.set(chunk.subarray(0, taken));
    this.commit(taken);
    return taken;
  }

  /** Reports that the peer will send no more. */
  receiveEof(): void {
    this.#eof = true;
  }

  /**
   * Parses up to the next event. Events in front of a fault are delivered first.
   *
   * @returns `undefined` when more bytes, or an answer to an offer, are needed.
   * @throws {PeerError} The fault of the peer that ended the session; the same one at each call.
   */
  nextEvent(): SessionEvent | undefined {
    try {
      for (;;) {
        const state = this.#state;
        switch (state.name) {
          case "failed":
            throw state.fault;
          case "offered":
          case "closed":
            return undefined;
          case "established":
            if (state.isProofPending) state.isProofPending = false;
            else if (!this.#transport.advance()) return this.#atEnd();
            break;
          default:
            if (!this.#transport.advance()) return this.#atEnd();
        }
        const event = this.#dispatch(state);
        if (event !== undefined) return event;
      }
    } catch (error) {
      throw this.#fail(this.#state.name === "accepted" ? asNotProven(error) : error);
    }
  }

  /**
   * Accepts the offered key. A server answers with its own key; both ends install the final keys.
   *
   * @param key The static key of this end; for a client, the one of its options.
   * @throws {ApiMisuseError} `wrong-state` unless a key is offered.
   * @throws {AuthError} `low-order-key`.
   */
  accept(key: PrivateKey): void {
    const { peer } = this.#mustBeOffered();
    let ratchet: Ratchet;
    try {
      ratchet = this.#login.complete(key);
    } catch (error) {
      throw this.#fail(error);
    }
    this.#enter("accept", { name: "accepted", peer, ratchet });
  }

  /**
   * Rejects the offered key. Nothing is sent; the caller closes the connection.
   *
   * @throws {ApiMisuseError} `wrong-state` unless a key is offered.
   */
  reject(): void {
    const { peer } = this.#mustBeOffered();
    this.#enter("reject", { name: "closed", peer });
  }

  /** Whether the session has ended, by an end or by a fault. */
  get isOver(): boolean {
    return this.#state.name === "closed" || this.#state.name === "failed";
  }

  /** Ends the session from this end; the queued output stays. */
  close(): void {
    if (!this.isOver) this.#enter("end", { name: "closed", peer: this.peer });
  }

  /** Ends the session and wipes the keys; call it when all output is sent. */
  free(): void {
    this.close();
    this.#transport.free();
  }

  /**
   * @param control Any command except HELLO and REKEY, which the session sends itself.
   * @throws {ApiMisuseError} `wrong-state` before the keys are final or after the end.
   */
  send(control: ControlInput): void {
    const state = this.#beforeSending(CONTROL_BODY_BYTES, controlHasContent(control));
    this.#sendControl(control);
    this.#afterSending(state);
  }

  /**
   * @param channel 0 to 255.
   * @throws {ApiMisuseError} `wrong-state` before the keys are final or after the end.
   */
  sendEvent(channel: number, event: EventInput): void {
    const state = this.#beforeSending(EVENT_BODY_BYTES, eventHasContent(event));
    const head = { lastSeen: this.#transport.lastSeen, channel };
    this.#transport.send(PACKET_TYPE.event, EVENT_BODY_BYTES, (bytes, at) => {
      encodeEventPacket(event, head, bytes, at);
    });
    this.#afterSending(state);
  }

  /**
   * Sends a part of a stream.
   *
   * @param channel 0 to 255.
   * @param payload At most 65535 bytes, copied.
   * @throws {ApiMisuseError} `wrong-state` before the keys are final or after the end.
   */
  sendData(
    stream: "audio" | "video" | "binary",
    channel: number,
    streamId: number,
    payload: Uint8Array,
  ): void {
    const size = DATA_HEAD_BYTES + payload.length;
    const state = this.#beforeSending(size, true);
    this.#transport.send(PACKET_TYPE[stream], size, (bytes, at) => {
      encodeDataHead({ channel, stream: streamId, length: payload.length }, bytes, at);
      bytes.set(payload, at + DATA_HEAD_BYTES);
    });
    this.#afterSending(state);
  }

  /**
   * Changes the keys of the sending direction, if it is this end's turn.
   *
   * @returns Whether a REKEY was sent.
   */
  rekey(): boolean {
    if (!("ratchet" in this.#state) || !this.#state.ratchet.mayRekey) return false;
    const { publicKey, agreed } = this.#state.ratchet.advance(this.#options.random);
    const nonce = this.#options.random(NONCE_BYTES);
    this.#sendControl({ command: "rekey", mode: REKEY_MODE.ratchet, publicKey }, nonce);
    this.#transport.rekeyOutbound(agreed, nonce);
    return true;
  }

  /** Takes the bytes to send, behind them a server's first REKEY: a view that is valid until the next call. */
  takeOutput(): Uint8Array | undefined {
    const state = this.#state;
    // A server computes no key exchange for a peer that has not proved its key.
    const isServer = this.#options.side === "server" && state.name === "established";
    if (isServer && state.ratchet.isFirstDue) this.rekey();
    return this.#transport.takeOutput();
  }

  /**
   * Ends the session if its login takes too long; to be called about once a second until it is established.
   *
   * @returns The fault `login-timeout`, `not-proven` for a server that has sent nothing under the
   *   session keys, or `undefined` before the deadline.
   */
  handleTimeout(nowMs: number): PeerError | undefined {
    const { startMs, side } = this.#options;
    const deadline = loginDeadline(this.state, side);
    if (deadline === undefined || nowMs < startMs + deadline.afterMs) return undefined;
    const fault = deadline.fault();
    this.#fail(fault);
    return fault;
  }

  /** Only HELLO and REKEY need a nonce; no peer reads it in other commands. */
  readonly #sendControl = (control: ControlInput, nonce?: Uint8Array): void => {
    const head = { lastSeen: this.#transport.lastSeen, ...(nonce && { nonce }) };
    this.#transport.send(PACKET_TYPE.control, CONTROL_BODY_BYTES, (bytes, at) => {
      encodeControl(control, bytes, at, head);
    });
  };

  /** A server rekeys in front of a packet, so that the new keys protect it. */
  #beforeSending(bytes: number, hasContent: boolean): OpenState {
    const state = this.#mustBeOpen();
    state.ratchet.count(bytes);
    const isServer = this.#options.side === "server" && state.name === "established";
    if (isServer && state.ratchet.isDueBefore(hasContent)) this.rekey();
    return state;
  }

  /** A client answers a REKEY after its next packet, as the reference does. */
  #afterSending({ ratchet }: OpenState): void {
    if (this.#options.side === "client" && ratchet.mayRekey) this.rekey();
  }

  #dispatch(state: LoginState | OpenState): SessionEvent | undefined {
    switch (state.name) {
      case "hello":
      case "ephemeral": {
        const step = this.#login.take(this.#transport.packetBlock, this.#transport.bodyStart);
        if (step.trigger === "ephemeral-hello") {
          return this.#enter(step.trigger, { name: "ephemeral" });
        }
        this.#enter(step.trigger, { name: "offered", peer: step.offer });
        return step.offer;
      }
      case "accepted": {
        const { peer, ratchet } = state;
        const established = { name: "established", peer, ratchet, isProofPending: true } as const;
        this.#enter("verified-packet", established);
        return { type: "peer-authenticated", publicKey: peer.publicKey, role: peer.role };
      }
      case "established":
        return this.#dispatchOpen(state);
    }
  }

  #dispatchOpen(state: OpenState): SessionEvent | undefined {
    const { packetType: type, packetBlock: block, bodyStart: at, bodyEnd: end } = this.#transport;
    state.ratchet.count(end - at);
    switch (type) {
      case PACKET_TYPE.control:
        return this.#dispatchControl(state, block, at);
      case PACKET_TYPE.event:
        return new EventPacket(block, at);
      default: {
        const { channel, stream } = decodeDataHead(block, at);
        const payload = block.subarray(at + DATA_HEAD_BYTES, end);
        return { type: "data", stream: DATA_STREAMS[type], channel, streamId: stream, payload };
      }
    }
  }

  #dispatchControl(state: OpenState, block: Uint8Array, at: number): SessionEvent | undefined {
    const control = decodeControl(block, at);
    if (control.command === "hello") {
      throw new MisbehavedError("hello-after-auth", "HELLO after the login");
    }
    if (control.command !== "rekey") return { type: "control", control };
    if (control.mode !== REKEY_MODE.ratchet) {
      throw new MisbehavedError("rekey-bad-mode", `REKEY mode ${control.mode} is not 0`);
    }
    this.#transport.rekeyInbound(state.ratchet.follow(control.publicKey), controlNonce(block, at));
    return undefined;
  }

  #atEnd(): SessionEvent | undefined {
    if (!this.#eof) return undefined;
    const pending = this.#transport.pendingBytes;
    if (pending > 0) {
      throw new MalformedError(
        "truncated",
        `the connection ended after ${pending} bytes of a packet`,
      );
    }
    this.close();
    return { type: "closed" };
  }

  #fail(error: unknown): unknown {
    if (error instanceof PeerError && !this.isOver) {
      this.#enter("fault", { name: "failed", peer: this.peer, fault: error });
    }
    return error;
  }

  #enter(trigger: Trigger, next: State): undefined {
    const { name } = this.#state;
    if (TRANSITIONS[name][trigger] !== next.name) {
      throw new ApiMisuseError("wrong-state", `no ${trigger} from ${name} to ${next.name}`);
    }
    if ("ratchet" in this.#state && !("ratchet" in next)) this.#state.ratchet.wipe();
    this.#state = next;
    if (this.isOver) this.#login.wipe();
  }

  #mustBeOffered(): StateOf<"offered"> {
    if (this.#state.name === "offered") return this.#state;
    throw new ApiMisuseError("wrong-state", `no key is offered, the session is ${this.state}`);
  }

  #mustBeOpen(): OpenState {
    const state = this.#state;
    if (state.name === "accepted" || state.name === "established") return state;
    throw new ApiMisuseError("wrong-state", `cannot send, the session is ${state.name}`);
  }
}
