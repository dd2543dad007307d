/**
 * The clients of all workers, for a handler in the main thread: their records come, and their verbs go,
 * by messages.
 *
 * @module
 */

import { TurnoverMap } from "../bytes/turnover.ts";
import { type Call, perform } from "../handlers/pipe/call.ts";
import { HANDOVER_REQUEST } from "../net/handover.ts";
import type { ListenHandler, ListenSource } from "../net/listen_types.ts";
import type { Peer } from "../segment/peer.ts";
import type { ClientHandler, Source } from "../segment/source.ts";
import type { IoTable, Status } from "../segment/status.ts";
import { readAccept } from "../segment/verbs/accept.ts";
import type { SourceResult } from "./forward.ts";
import { RemoteClient, type WorkerPort } from "./remote_client.ts";
import type { ClientInfo } from "./services.ts";

/** Calls a handler of the main thread for the clients of all workers. */
export class RemoteClients {
  #handler: ListenHandler = () => {};
  #listener: ListenSource | undefined;
  readonly #clients = new TurnoverMap<number, RemoteClient>();
  readonly #accepting = new Set<Promise<unknown>>();

  /** @param listener What the handler has as the listener. */
  handleBy(handler: ListenHandler, listener: ListenSource): void {
    this.#handler = handler;
    this.#listener = listener;
  }

  /** Asks about a client that has logged in. */
  async request(worker: WorkerPort, request: number, peer: Peer | undefined): Promise<void> {
    const listener = this.#listener!;
    const accept = (...args: unknown[]) => this.#accept(worker, request, args, undefined);
    const source = {
      role: "listener",
      id: listener.id,
      name: listener.name,
      peer,
      acceptTarget: accept as unknown as ListenSource["acceptTarget"],
      targetInput: (secret) => listener.targetInput(secret),
      deleteImage: () => listener.deleteImage(),
      shutdown: () => listener.shutdown(),
    } satisfies ListenSource;
    await this.#handler(source, HANDOVER_REQUEST);
    // A handler need not wait until the client is accepted.
    await Promise.allSettled(this.#accepting);
  }

  /** Takes a record of a client. */
  async record(
    worker: WorkerPort,
    info: ClientInfo,
    status: Status,
    input: IoTable | undefined,
  ): Promise<void> {
    // The answer to its acceptance may have come in the same message.
    if (!this.#clients.has(info.id)) await Promise.allSettled(this.#accepting);
    const client = this.#clients.get(info.id) ?? this.#add(worker, info, undefined);
    client.update(info);
    if (status.kind === "terminated") this.#clients.delete(info.id);
    await client.handler?.(asSource(client), status, input);
    if (status.kind === "segment_request") await Promise.allSettled(this.#accepting);
  }

  /** A worker has ended: so have its clients. */
  lost(worker: WorkerPort, lastWords: string): void {
    for (const client of [...this.#clients.values()]) {
      if (client.worker !== worker) continue;
      this.#clients.delete(client.id);
      void client.handler?.(asSource(client), { kind: "terminated", last_words: lastWords });
    }
  }

  /** Does the call of a program. */
  readonly perform = (source: Source | ListenSource, call: Call): unknown => {
    const client = this.#clients.get(source.id);
    if (client === undefined) return perform(source, call);
    return client.call(call.verb, call.args).then((result) => {
      if (!isSourceResult(result)) return result;
      const known = this.#clients.get(result.source.id);
      return asSource(known ?? this.#add(client.worker, result.source, client.handler));
    });
  };

  /** Copies what a client shows. */
  readonly refresh = async ({ id }: Source): Promise<void> => {
    await this.#clients.get(id)?.refresh();
  };

  #accept(
    worker: WorkerPort,
    request: number,
    args: readonly unknown[],
    byDefault: ClientHandler | undefined,
  ): Promise<Source> {
    const accepted = this.#acceptNow(worker, request, args, byDefault);
    this.#accepting.add(accepted);
    void accepted.catch(() => {}).then(() => this.#accepting.delete(accepted));
    return accepted;
  }

  async #acceptNow(
    worker: WorkerPort,
    request: number,
    args: readonly unknown[],
    byDefault: ClientHandler | undefined,
  ): Promise<Source> {
    const [first, height, third] = args as [ClientHandler | number, number, ClientHandler];
    const { size, handler = byDefault } = readAccept(first, height, third);
    const info = await worker.ask("accept", request, size ? [size.width, size.height] : []);
    return asSource(this.#add(worker, info, handler));
  }

  #add(worker: WorkerPort, info: ClientInfo, handler: ClientHandler | undefined): RemoteClient {
    const client = new RemoteClient(
      worker,
      info,
      (client, args) => this.#accept(worker, -client.id, args, client.handler),
    );
    client.handler = handler;
    this.#clients.set(info.id, client);
    return client;
  }
}

/** Handlers await what verbs return, and so take a promise where a client returns a value. */
function asSource(client: RemoteClient): Source {
  return client as unknown as Source;
}

function isSourceResult(result: unknown): result is SourceResult {
  return typeof result === "object" && result !== null && "source" in result;
}
