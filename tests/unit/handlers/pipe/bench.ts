/** A pipe whose program is the test. */

import assert from "node:assert/strict";
import { Pipe } from "../../../../lib/handlers/pipe/pipe.ts";
import type { LogFields } from "../../../../lib/log.ts";
import { HANDOVER_REQUEST } from "../../../../lib/net/handover.ts";
import type { ListenSource, ListenStatus } from "../../../../lib/net/listen_types.ts";
import type { ClientHandler } from "../../../../lib/segment/source.ts";
import { FakeClient } from "../../../support/fake_client.ts";

/** The first record of the listener. */
export const PREROLL: ListenStatus = {
  kind: "preroll",
  segkind: "network-server",
  source_audio: 1,
};

/** A pipe, its program as the test plays it, and its clients. Disposing of it ends the program. */
export class Bench implements AsyncDisposable {
  #input = new TransformStream<Uint8Array, Uint8Array>();
  #output = new TransformStream<Uint8Array, Uint8Array>();
  #reader = this.#input.readable.getReader();
  #writer = this.#output.writable.getWriter();
  readonly logged: [string, LogFields][] = [];
  readonly pipe: Pipe;
  readonly listener: ListenSource;
  readonly clients: FakeClient[] = [];
  readonly accepted: unknown[][] = [];
  #text = "";
  #hasExited = false;

  /** The program has read the first record of the listener. */
  static async start(): Promise<Bench> {
    const bench = new Bench();
    void bench.pipe.handler(bench.listener, PREROLL);
    await bench.read();
    return bench;
  }

  constructor() {
    this.pipe = new Pipe(
      { stdin: this.#input.writable, stdout: this.#output.readable },
      { log: (_, event, fields = {}) => void this.logged.push([event, fields]) },
    );
    this.listener = this.#source({});
  }

  #source(members: object): ListenSource {
    return { role: "listener", id: 1, name: "demo", peer: undefined, ...members } as ListenSource;
  }

  /** Adds a client that requests to be accepted. @returns Settles when the request is answered. */
  async ask(): Promise<void> {
    const client = new FakeClient(2 + this.clients.length);
    this.clients.push(client);
    const acceptTarget = (...args: unknown[]) => {
      this.accepted.push(args.slice(0, -1));
      client.source.targetUpdatehandler(args.at(-1) as ClientHandler);
      return client.source;
    };
    await this.pipe.handler(
      this.#source({ peer: client.source.peer, acceptTarget }),
      HANDOVER_REQUEST,
    );
  }

  /** Adds a client that the program accepts. */
  async client(fields: object = {}): Promise<FakeClient> {
    const asked = this.ask();
    const { request } = await this.read();
    await this.call({ verb: "accept", source: 1, request, ...fields });
    await asked;
    return this.clients.at(-1)!;
  }

  /** Reads the next line as the program. */
  async read(): Promise<Record<string, unknown>> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return JSON.parse(line);
      }
      const { value, done } = await this.#reader.read();
      assert(!done, "the program's input has ended");
      this.#text += new TextDecoder().decode(value);
    }
  }

  /** Writes as the program. */
  async write(text: string | Uint8Array): Promise<void> {
    await this.#writer.write(typeof text === "string" ? new TextEncoder().encode(text) : text);
  }

  async call(call: object): Promise<void> {
    await this.write(`${JSON.stringify(call)}\n`);
  }

  /** Ends the program, calls `meanwhile`, and starts the next program. */
  async restart(meanwhile: () => void): Promise<void> {
    await this.#writer.close();
    await this.pipe.outputEnded;
    this.pipe.suspend();
    await this.#reader.cancel();
    meanwhile();
    this.#text = "";
    this.#input = new TransformStream();
    this.#output = new TransformStream();
    this.#reader = this.#input.readable.getReader();
    this.#writer = this.#output.writable.getWriter();
    this.pipe.resume({ stdin: this.#input.writable, stdout: this.#output.readable });
  }

  /** Waits until only another event would change anything. */
  async settled(): Promise<void> {
    for (let turns = 0; turns < 1_000; turns++) await Promise.resolve();
  }

  /** Ends the program for good. */
  async exit(): Promise<void> {
    if (this.#hasExited) return;
    this.#hasExited = true;
    await this.#writer.close();
    await this.pipe.outputEnded;
    this.pipe.end();
    await this.#reader.cancel();
    await this.pipe.close();
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.exit();
  }
}
