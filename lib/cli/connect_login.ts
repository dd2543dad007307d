/**
 * Logs in at the first host that answers, once its key is trusted, and explains refusals.
 *
 * @module
 */

import { fingerprint, formatKey, type Keystore, publicKeyOf } from "../../keystore/mod.ts";
import { connectSource, type Registration, type SourceConnection } from "../mod.ts";
import { A12Error, AuthError, MalformedError } from "../errors.ts";
import { formatAddress } from "../address.ts";
import type { Route } from "./connect_target.ts";
import type { CliIo } from "./io.ts";
import { programCall } from "./program_call.ts";

/** Puts a question to the person at the terminal. */
export type Ask = (question: string) => Promise<string>;

/** What a login needs besides the address and key. */
export interface Login {
  readonly registration: Registration;
  readonly secret: string | undefined;
  readonly trust: ServerTrust;
  readonly io: CliIo;
}

/**
 * Tries one host after the other until one answers.
 *
 * @param routes At least one.
 * @throws {A12Error} What went wrong with the last host; its likely reasons are printed.
 */
export async function logIn(routes: readonly Route[], login: Login): Promise<SourceConnection> {
  const [route, ...others] = routes;
  try {
    return await logInAt(route!, login);
  } catch (error) {
    if (!(error instanceof A12Error)) throw error;
    const isUnreachable = error.code === "connect-failed" || error.code === "bad-address";
    if (isUnreachable && others.length > 0) {
      login.io.err(`${error.message}; trying the next host\n`);
      return await logIn(others, login);
    }
    login.io.err(explainRefusal(error, route!, login.secret !== undefined));
    throw error;
  }
}

async function logInAt(route: Route, login: Login): Promise<SourceConnection> {
  const { registration, secret, trust, io } = login;
  io.err(
    `connecting to ${formatAddress(route)} with the key ${fingerprint(publicKeyOf(route.key))}\n`,
  );
  for (;;) {
    try {
      const connection = await connectSource(route.hostname, {
        port: route.port,
        key: route.key.privateKey,
        acceptServer: (publicKey) => trust.accepts(publicKey),
        registration,
        ...(secret !== undefined && { secret }),
      });
      io.err(`logged in; the server's key is ${fingerprint(connection.serverKey!)}\n`);
      return connection;
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== "untrusted-server") throw error;
      // A server does not wait until a person has compared keys: dial again after the answer.
      if (!(await trust.reconsider())) throw error;
    }
  }
}

/**
 * Lists the likely reasons of a failed login, as servers give none.
 *
 * @returns Lines with their newlines; none when the error says it all.
 */
export function explainRefusal(error: A12Error, route: Route, hasSecret: boolean): string {
  const where = formatAddress(route);
  switch (error.code) {
    case "key-refused":
      return `${where} does not let our key in; the secret was right\n` +
        "  if our key is not accepted for the name it listens as, run there:\n" +
        `    ${programCall()} keystore add NAME ${formatKey(publicKeyOf(route.key))}\n` +
        "  or, if it is this program that listens there:\n" +
        `    ${programCall()} keystore accept ${fingerprint(publicKeyOf(route.key))} NAME\n`;
    case "login-refused":
      return `${where} does not answer our first packet\n` +
        (hasSecret
          ? "  if the secret is another one there, give that (without the NUM: that listen has)\n"
          : "  if it asks for a secret, give it with --ask-secret or --secret-file\n") +
        "  it may also speak another protocol, or accept no clients at the moment\n";
    case "login-timeout":
      return `${where} opened the connection and does not answer\n` +
        "  it may speak another protocol, or accept no clients at the moment\n";
    case "not-proven":
      return `${where} claims a trusted key and has not shown that it holds the private part\n` +
        "  it may be another machine that pretends to be the server, or its display did not answer\n";
    case "connect-failed":
      return `to listen there, run: ${programCall()} listen NAME\n`;
    default:
      return error instanceof MalformedError ? `${where} does not answer as a12 does\n` : "";
  }
}

/** How the command line says to treat server keys. */
interface TrustOptions {
  /** The tag of known servers in the keystore: `outbound`, or `outbound-` and the host's tag. */
  readonly tag: string;
  /** The one key to accept, 32 bytes. */
  readonly only?: Uint8Array | undefined;
  /** Accept every key. */
  readonly any?: boolean | undefined;
  /** Absent without a terminal. */
  readonly ask?: Ask | undefined;
}

/** Decides about server keys for one run. */
export class ServerTrust {
  readonly #keystore: Keystore;
  readonly #options: TrustOptions;
  readonly #io: CliIo;
  /** The key that a person has confirmed, as text. */
  #confirmed: string | undefined;
  #refused: Uint8Array | undefined;

  constructor(keystore: Keystore, options: TrustOptions, io: CliIo) {
    this.#keystore = keystore;
    this.#options = options;
    this.#io = io;
  }

  /** @param publicKey The key that a server answers with, 32 bytes. */
  accepts(publicKey: Uint8Array): boolean {
    if (this.#isTrusted(publicKey)) return true;
    const { any, only } = this.#options;
    if (any && only === undefined) {
      this.#io.err(`warning: the server's key ${fingerprint(publicKey)} is not checked\n`);
      return true;
    }
    this.#refused = publicKey.slice();
    return false;
  }

  /** Asks a person about the key that was refused last. @returns Whether to dial again. */
  async reconsider(): Promise<boolean> {
    const { tag, only, ask } = this.#options;
    const publicKey = this.#refused!;
    const shown = `${formatKey(publicKey)} (${fingerprint(publicKey)})`;
    if (only !== undefined) {
      this.#io.err(`the server has the key ${shown}, which is not the one of --trust\n`);
      return false;
    }
    this.#io.err(
      `the server's key is not in our keystore: ${shown}\n` +
        `it is the right one if "keystore show" prints it on that machine\n`,
    );
    if (ask === undefined) {
      this.#io.err(`then run: ${programCall()} keystore add ${tag} ${formatKey(publicKey)}\n`);
      return false;
    }
    const answer = (await ask("trust it? yes (this time), remember, no: ")).trim().toLowerCase();
    if (answer === "remember" || answer === "r") {
      await this.#keystore.add([tag], publicKey);
      this.#io.err(`added to the keystore for ${tag}\n`);
    } else if (answer !== "yes" && answer !== "y") {
      return false;
    }
    this.#confirmed = formatKey(publicKey);
    return true;
  }

  #isTrusted(publicKey: Uint8Array): boolean {
    const { tag, only } = this.#options;
    const text = formatKey(publicKey);
    if (only !== undefined) return text === formatKey(only);
    // Only a listener with this keystore can prove our own key.
    return text === formatKey(publicKeyOf(this.#keystore.identity())) ||
      text === this.#confirmed || this.#keystore.acceptsServer(publicKey, tag).accepted;
  }
}

/** @returns `undefined` unless standard input and standard error are a terminal. */
export function terminalAsk(io: CliIo): Ask | undefined {
  if (!Deno.stdin.isTerminal() || !Deno.stderr.isTerminal()) return undefined;
  // The built-in `prompt` writes to standard output, which has the results.
  return async (question) => {
    io.err(question);
    const line = new Uint8Array(256);
    const count = await Deno.stdin.read(line);
    return new TextDecoder().decode(line.subarray(0, count ?? 0));
  };
}
