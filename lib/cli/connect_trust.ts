/**
 * Whether the server that was dialled is the right one.
 *
 * @module
 */

import type { Keystore } from "../../keystore/mod.ts";
import { formatKey, publicKeyOf } from "../../keystore/mod.ts";
import { equalConstantTime } from "../bytes/equal.ts";
import { fingerprint } from "../crypto/fingerprint.ts";
import type { CliIo } from "./support.ts";
import { PROGRAM } from "./support.ts";

/** Asks a person; `undefined` when there is none. */
export type Ask = (question: string) => Promise<string>;

/** What the command line says about the server's key. */
export interface TrustFlags {
  /** The one key to accept, 32 bytes. */
  readonly only: Uint8Array | undefined;
  /** Whether to accept every key. */
  readonly any: boolean;
}

/** Decides about server keys for one run. */
export class ServerTrust {
  readonly #keystore: Keystore;
  readonly #tag: string;
  readonly #flags: TrustFlags;
  readonly #io: CliIo;
  #confirmed: Uint8Array | undefined;
  #refused: Uint8Array | undefined;

  /**
   * Makes a judge that has seen no key.
   *
   * @param keystore Our keystore.
   * @param tag The tag that known servers have: `outbound`, or `outbound-` and the host's tag.
   * @param flags What the command line says.
   * @param io Where warnings go.
   */
  constructor(keystore: Keystore, tag: string, flags: TrustFlags, io: CliIo) {
    this.#keystore = keystore;
    this.#tag = tag;
    this.#flags = flags;
    this.#io = io;
  }

  /**
   * Decides about the key that a server answers with.
   *
   * @param publicKey 32 bytes.
   */
  accepts(publicKey: Uint8Array): boolean {
    if (this.#isTrusted(publicKey)) return true;
    if (this.#flags.any && this.#flags.only === undefined) {
      this.#io.err(`warning: the server's key ${fingerprint(publicKey)} is not checked\n`);
      return true;
    }
    this.#refused = publicKey.slice();
    return false;
  }

  /**
   * Asks the person about the key that was refused last.
   *
   * @param ask How to ask, if there is somebody.
   * @returns Whether to dial again.
   */
  async reconsider(ask: Ask | undefined): Promise<boolean> {
    const publicKey = this.#refused!;
    const shown = `${formatKey(publicKey)} (${fingerprint(publicKey)})`;
    if (this.#flags.only !== undefined) {
      this.#io.err(`the server has the key ${shown}, which is not the one of --trust\n`);
      return false;
    }
    this.#io.err(
      `the server's key is not in our keystore: ${shown}\n` +
        `it is the right one if "keystore show" prints it on that machine\n`,
    );
    if (ask === undefined) {
      this.#io.err(`then run: ${PROGRAM} keystore add ${this.#tag} ${formatKey(publicKey)}\n`);
      return false;
    }
    switch ((await ask("trust it? yes (this time), remember, no: ")).trim().toLowerCase()) {
      case "remember":
      case "r":
        await this.#keystore.add([this.#tag], publicKey);
        this.#io.err(`added to the keystore for ${this.#tag}\n`);
        break;
      case "yes":
      case "y":
        break;
      default:
        return false;
    }
    this.#confirmed = publicKey;
    return true;
  }

  #isTrusted(publicKey: Uint8Array): boolean {
    const { only } = this.#flags;
    if (only !== undefined) return equalConstantTime(publicKey, only);
    // Nobody but ourselves can have proved that key: a listener with this keystore.
    const own = publicKeyOf(this.#keystore.identity());
    if (equalConstantTime(publicKey, own)) return true;
    if (this.#confirmed !== undefined && equalConstantTime(publicKey, this.#confirmed)) return true;
    return this.#keystore.acceptsServer(publicKey, this.#tag).accepted;
  }
}

/**
 * How to ask on the terminal.
 *
 * @param io Where the question goes.
 * @returns `undefined` unless standard input and standard error are a terminal.
 */
export function terminalAsk(io: CliIo): Ask | undefined {
  if (!Deno.stdin.isTerminal() || !Deno.stderr.isTerminal()) return undefined;
  return async (question) => {
    io.err(question);
    // The terminal hands over whole lines.
    const buffer = new Uint8Array(256);
    const count = await Deno.stdin.read(buffer);
    return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
  };
}
