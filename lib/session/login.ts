/**
 * The exchange of HELLO packets, up to the final keys. Source: arcan `a12.c`.
 *
 * @module
 */

import { NONCE_BYTES } from "../crypto/provider.ts";
import { isLowOrder, type PrivateKey } from "../crypto/x25519.ts";
import { AuthError, MalformedError, MisbehavedError } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";
import type { ControlInput } from "../wire/control.ts";
import { controlNonce, decodeControl } from "../wire/control.ts";
import type { HelloMode, PeerOffered } from "./events.ts";
import { checkHello, makeHello } from "./hello.ts";
import type { ClientOptions, SessionOptions } from "./options.ts";
import { agree, freshExchange, freshKey, Ratchet } from "./ratchet.ts";

type SendHello = (hello: ControlInput, nonce: Uint8Array) => void;

/** The effect of a HELLO of the peer. */
type LoginStep =
  | { readonly trigger: "ephemeral-hello" }
  | { readonly trigger: "real-hello"; readonly offer: PeerOffered };

/** The random values of a client's first packet, in the order that the reference draws them. */
interface FirstDraws {
  readonly ephemeral: PrivateKey | undefined;
  readonly helloNonce: Uint8Array;
  readonly packetNonce: Uint8Array;
}

export function drawFirst(options: ClientOptions): FirstDraws {
  return {
    ephemeral: options.mode === "ephemeral" ? freshKey(options.random) : undefined,
    helloNonce: options.random(NONCE_BYTES),
    packetNonce: options.random(NONCE_BYTES),
  };
}

/**
 * Translates a malformed first packet under the final keys into `not-proven`: a peer that cannot send a
 * valid one does not hold the key that it claimed.
 */
export function asNotProven(error: unknown): unknown {
  if (!(error instanceof MalformedError)) return error;
  const text = `the first packet under the session keys does not verify: ${error.message}`;
  return new AuthError("not-proven", text, { cause: error });
}

/** One end of the exchange of HELLO packets. */
export class Login {
  readonly #options: SessionOptions;
  readonly #transport: Transport;
  readonly #sendHello: SendHello;
  /** A server uses it again for its first REKEY: the pair is of this session alone. */
  #ephemeral: PrivateKey | undefined;
  #mode: HelloMode = "direct";
  #offer: PeerOffered | undefined;
  #serverNonce: Uint8Array | undefined;

  /** @param sendHello Sends a HELLO under the current keys. */
  constructor(options: SessionOptions, transport: Transport, sendHello: SendHello) {
    this.#options = options;
    this.#transport = transport;
    this.#sendHello = sendHello;
  }

  begin(options: ClientOptions, first: FirstDraws): void {
    this.#ephemeral = first.ephemeral;
    const hello = first.ephemeral === undefined
      ? makeHello("real", options.key.publicKey, options.role)
      : makeHello("ephemeral", first.ephemeral.publicKey, options.role);
    this.#sendHello(hello, first.helloNonce);
  }

  /**
   * Takes a control packet that came before the final keys; it must be a HELLO.
   *
   * @throws {MisbehavedError} `command-before-auth`, `second-ephemeral`.
   * @throws {MalformedError} `bad-hello-mode`, `bad-role`.
   * @throws {IncompatibleError} `role-refused`.
   * @throws {AuthError} `low-order-key`, `direct-refused`.
   */
  take(body: Uint8Array, at: number): LoginStep {
    const hello = decodeControl(body, at);
    if (hello.command !== "hello") {
      throw new MisbehavedError("command-before-auth", `${hello.command} before the login`);
    }
    const { mode, role } = checkHello(hello, this.#options.role);
    const nonce = controlNonce(body, at);
    const publicKey = hello.publicKey;
    if (mode === "ephemeral") {
      this.#takeEphemeral(publicKey, nonce);
      return { trigger: "ephemeral-hello" };
    }
    this.#checkReal(publicKey);
    this.#serverNonce = nonce;
    this.#offer = { type: "peer-offered", publicKey, role, mode: this.#mode };
    return { trigger: "real-hello", offer: this.#offer };
  }

  /**
   * Answers the peer's static key and installs the final keys.
   *
   * @param key The static key of this end.
   * @returns The ratchet for all later changes of keys.
   * @throws {AuthError} `low-order-key`.
   */
  complete(key: PrivateKey): Ratchet {
    const options = this.#options;
    const peerKey = this.#offer!.publicKey;
    const shared = agree(key, peerKey);
    let nonce = this.#serverNonce!;
    if (options.side === "server") {
      nonce = options.random(NONCE_BYTES);
      this.#sendHello(makeHello("real", key.publicKey, options.role), nonce);
    }
    this.#transport.installStage(shared, nonce, "final");
    shared.fill(0);
    let next: PrivateKey | undefined;
    if (options.side === "server" && options.rekey.early > 0) {
      next = this.#ephemeral;
      this.#ephemeral = undefined;
    }
    this.wipe();
    return new Ratchet(options.side, key, peerKey, options.rekey, next);
  }

  /** Wipes the ephemeral key, unless the ratchet has it. */
  wipe(): void {
    this.#ephemeral?.wipe();
    this.#ephemeral = undefined;
  }

  #takeEphemeral(publicKey: Uint8Array, peerNonce: Uint8Array): void {
    // DEVIATION: the reference accepts any number of rounds, which lets strangers waste the CPU of this
    // end before the login; pinned by "ephemeral HELLO in state ephemeral".
    if (this.#mode === "ephemeral") {
      throw new MisbehavedError("second-ephemeral", "a second ephemeral HELLO");
    }
    this.#mode = "ephemeral";
    const options = this.#options;
    if (options.side === "server") {
      const { own, shared } = freshExchange(options.random, publicKey);
      const nonce = options.random(NONCE_BYTES);
      this.#ephemeral = own;
      this.#sendHello(makeHello("ephemeral", own.publicKey, options.role), nonce);
      this.#install(shared, nonce);
      return;
    }
    if (this.#ephemeral === undefined) {
      throw new MalformedError("bad-hello-mode", "an ephemeral answer to a direct HELLO");
    }
    this.#install(agree(this.#ephemeral, publicKey), peerNonce);
    this.#ephemeral = undefined;
    const hello = makeHello("real", options.key.publicKey, options.role);
    this.#sendHello(hello, options.random(NONCE_BYTES));
  }

  #install(shared: Uint8Array, nonce: Uint8Array): void {
    this.#transport.installStage(shared, nonce, "ephemeral");
    shared.fill(0);
  }

  #checkReal(publicKey: Uint8Array): void {
    const options = this.#options;
    if (options.side === "client" && this.#mode !== options.mode) {
      throw new MalformedError("bad-hello-mode", "a direct answer to an ephemeral HELLO");
    }
    if (options.side === "server" && this.#mode === "direct" && options.allowDirect === false) {
      throw new AuthError("direct-refused", "the static key came without an ephemeral exchange");
    }
    if (isLowOrder(publicKey)) {
      throw new AuthError("low-order-key", "the peer's public key is a low-order point");
    }
  }
}
