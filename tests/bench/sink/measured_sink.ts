/**
 * The processes that are measured, from outside: `listen`, the bare sink, and sinks of others.
 *
 * A foreign sink is started by a shell command. It gets the public key of the clients in `CLIENT_KEY`, as
 * 64 hexadecimal digits. It must listen on the loopback interface with the default secret, print its port
 * as its first line, send `activate` for a `register`, acknowledge frames and refuse binary streams.
 */

import { Keystore } from "../../../keystore/mod.ts";
import { CLIENT_KEY, HOG_KEYS } from "./client.ts";
import { readUsage, type Usage } from "./usage.ts";

const CHECKOUT = new URL("../../..", import.meta.url).pathname;
const BARE_SINK = new URL("bare_sink.ts", import.meta.url).pathname;

/** How to start a sink. */
export interface SinkKind {
  /** The head of its column. */
  readonly name: string;
  /** Whether it is compiled while it runs, and so needs time until its cost is settled. */
  readonly warmsUp: boolean;
  /** A shell command; `KEYSTORE` in its environment is a directory with the keys of the clients. */
  readonly command: string;
  readonly stdout?: "piped" | "null";
}

/** `listen` of a checkout, with its output read from a pipe or thrown away. */
export function listenSink(
  name: string,
  stdout: "piped" | "null",
  flags: string,
  checkout: string = CHECKOUT,
): SinkKind {
  const program = `${Deno.execPath()} run -A "${checkout}/main.ts" listen`;
  // There are more logins a second than one network may have.
  const place = "--host 127.0.0.1 --port 0 --exempt 127.0.0.1";
  const command = `${program} ${place} --keystore "$KEYSTORE" ${flags}`;
  return { name, warmsUp: true, command, stdout };
}

export const bareSink: SinkKind = {
  name: "bare",
  warmsUp: true,
  command: `${Deno.execPath()} run -A ${BARE_SINK} "$KEYSTORE"`,
};

export function foreignSink(command: string): SinkKind {
  const name = command.split(" ")[0]!.split("/").at(-1)!;
  return { name, warmsUp: false, command };
}

/** A running sink. */
export class MeasuredSink {
  readonly port: number;
  /** From the start of its process until it told its port. */
  readonly startMs: number;
  readonly #process: Deno.ChildProcess;
  readonly #read: Promise<unknown>;
  readonly #keystore: string;

  private constructor(
    process: Deno.ChildProcess,
    read: Promise<unknown>,
    keystore: string,
    port: number,
    startMs: number,
  ) {
    this.#process = process;
    this.#read = read;
    this.#keystore = keystore;
    this.port = port;
    this.startMs = startMs;
  }

  static async start(kind: SinkKind): Promise<MeasuredSink> {
    const keystore = Deno.makeTempDirSync();
    const opened = await Keystore.open(keystore);
    for (const { publicKey } of [CLIENT_KEY, ...HOG_KEYS]) await opened.add(["*"], publicKey);
    const began = performance.now();
    const process = new Deno.Command("sh", {
      args: ["-c", `exec ${kind.command}`],
      env: { CLIENT_KEY: CLIENT_KEY.publicKey.toHex(), KEYSTORE: keystore },
      stdin: "null",
      stdout: kind.stdout ?? "piped",
      stderr: "piped",
    }).spawn();
    const told = Promise.withResolvers<number>();
    let isTold = false;
    const find = (text: () => string) => {
      if (isTold) return;
      const digits = /^(?:listening on .*:)?(\d+)\n/m.exec(text())?.[1];
      isTold = digits !== undefined;
      if (isTold) told.resolve(Number(digits));
    };
    const read = Promise.all([
      kind.stdout === "null" ? undefined : readAll(process.stdout, find),
      readAll(process.stderr, find),
    ]);
    process.status.then(({ code }) =>
      told.reject(new Error(`"${kind.command}" ended with ${code} before it told its port`))
    );
    return new MeasuredSink(process, read, keystore, await told.promise, performance.now() - began);
  }

  usage(): Usage {
    return readUsage(this.#process.pid);
  }

  /** Ends it; its clients should have left. */
  async stop(): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#process.status;
    await this.#read;
    Deno.removeSync(this.#keystore, { recursive: true });
  }
}

/** Reads a stream to its end; `find` gets a function that adds a piece to the text and returns it all. */
async function readAll(
  stream: ReadableStream<Uint8Array>,
  find: (text: () => string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    find(() => text += decoder.decode(chunk, { stream: true }));
  }
}
