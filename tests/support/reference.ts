/** Unmodified clients of the reference, where they are on the `PATH`. */

import { Keystore, parsePublicKey, publicKeyOf } from "../../keystore/mod.ts";
import type { Listener, ListenHandler, NetListenOptions, Source } from "../../lib/mod.ts";
import { netListen, silentLogger } from "../../lib/mod.ts";
import { PATIENCE_MS } from "./changes.ts";
import { endProcess } from "./end_process.ts";

/** The programs, `undefined` where one is not on the `PATH`. */
export const ARCAN_NET = which("arcan-net");
export const TERMINAL = which("afsrv_terminal");
export const REMOTING = which("afsrv_remoting");
/** A client that draws pixels and prints what it draws and receives; not part of the reference. */
export const PIXEL = which("pixel");

export interface Run {
  /** The program and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly mode?: "ephemeral" | "direct";
  readonly secret?: string;
  /** Which program makes the client's keystore. With `ours` the client requires the listener's key. */
  readonly store?: "arcan-net" | "ours";
  /** a minute unless given. */
  readonly deadlineMs?: number;
}

/** A listener and one client of the reference. */
export class Reference implements AsyncDisposable {
  readonly listener: Listener;
  readonly #child: Deno.ChildProcess;
  readonly #deadline: ReturnType<typeof setTimeout>;
  readonly #directories: readonly string[];
  /** The client's standard error, when it has ended. */
  readonly stderr: Promise<string>;

  private constructor(
    listener: Listener,
    child: Deno.ChildProcess,
    directories: string[],
    deadlineMs = PATIENCE_MS,
  ) {
    this.listener = listener;
    this.#child = child;
    this.#directories = directories;
    // Real clients sometimes hang.
    this.#deadline = setTimeout(() => endProcess(child, "SIGKILL"), deadlineMs);
    child.status.then(() => clearTimeout(this.#deadline));
    this.stderr = new Response(child.stderr).text();
  }

  static async start(
    run: Run,
    handler: ListenHandler,
    options: NetListenOptions = {},
  ): Promise<Reference> {
    const ours = await Deno.makeTempDir();
    const theirs = await Deno.makeTempDir();
    const keystore = await Keystore.open(ours);
    const listener = netListen("demo", "127.0.0.1", 0, handler, {
      keystore,
      log: silentLogger,
      ...options,
    });
    if (run.secret !== undefined) listener.targetInput(`0:${run.secret}`);
    await keystore.add(["demo"], await makeClientKey(theirs, run, listener.address.port, keystore));
    return new Reference(listener, spawn(theirs, run), [ours, theirs], run.deadlineMs);
  }

  /** Stops the client, or lets it go on: to its peer it is gone meanwhile. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }

  /** Waits until the client ends. */
  async ended(): Promise<void> {
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.abort();
    await this.listener.finished();
    await this.#child.status;
    await this.stderr;
    clearTimeout(this.#deadline);
    for (const path of this.#directories) await Deno.remove(path, { recursive: true });
  }
}

/** Waits until the picture of a client is right; checks it after each frame. */
export class FrameWatch {
  readonly #deadlineMs: number;
  #source: Source | undefined;
  #text = "";
  #check: (() => void) | undefined;

  /** @param deadlineMs For one wait; a minute unless given. */
  constructor(deadlineMs = PATIENCE_MS) {
    this.#deadlineMs = deadlineMs;
  }

  /** Call it after each frame. */
  changed(source: Source): void {
    this.#source = source;
    this.#text = source.text();
    this.#check?.();
  }

  /** Waits for a frame after which a condition holds. */
  until(isRight: (source: Source) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const deadline = setTimeout(
      () => reject(new Error(`the picture did not become right:\n${this.#text}`)),
      this.#deadlineMs,
    );
    this.#check = () => {
      if (this.#source === undefined || !isRight(this.#source)) return;
      this.#check = undefined;
      clearTimeout(deadline);
      resolve();
    };
    this.#check();
    return promise;
  }

  untilText(pattern: RegExp): Promise<void> {
    return this.until((source) => pattern.test(source.text()));
  }
}

/** Makes the client's keystore. @returns The public key that the listener must accept. */
async function makeClientKey(
  statePath: string,
  { store }: Run,
  port: number,
  ours: Keystore,
): Promise<Uint8Array> {
  if (store === "ours") {
    const keystore = await Keystore.open(`${statePath}/a12`);
    await keystore.add(["outbound-ref"], publicKeyOf(ours.identity()));
    return (await keystore.addHost("ref", "127.0.0.1", port)).publicKey;
  }
  const { stdout } = await new Deno.Command(ARCAN_NET!, {
    args: ["keystore", "ref", "127.0.0.1", `${port}`],
    env: { ARCAN_STATEPATH: statePath },
    stdin: "null",
    stderr: "null",
  }).output();
  const shown = new TextDecoder().decode(stdout);
  return parsePublicKey(/[A-Za-z0-9+/]{43}=/.exec(shown)![0]);
}

function spawn(statePath: string, run: Run): Deno.ChildProcess {
  const options = ["-r", "1", "-X"];
  if (run.store !== "ours") options.push("--soft-auth");
  if (run.mode === "direct") options.push("--no-ephem-rt");
  if (run.secret !== undefined) options.push("-a");
  const child = new Deno.Command(ARCAN_NET!, {
    args: [...options, "ref@", "--", ...run.command],
    env: { ARCAN_STATEPATH: statePath, ...run.env },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  void feed(child, run.secret === undefined ? "" : `${run.secret}\n`);
  return child;
}

async function feed(child: Deno.ChildProcess, text: string): Promise<void> {
  const writer = child.stdin.getWriter();
  if (text !== "") await writer.write(new TextEncoder().encode(text));
  await writer.close();
}

/** @returns The path of a program on the `PATH`, or `undefined`. */
export function which(program: string): string | undefined {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    try {
      if (Deno.statSync(`${directory}/${program}`).isFile) return `${directory}/${program}`;
    } catch {
      // Try the next directory.
    }
  }
  return undefined;
}
