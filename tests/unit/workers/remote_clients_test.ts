import assert from "node:assert/strict";
import type { ClientHandler, ListenHandler, ListenSource, Source } from "../../../lib/mod.ts";
import type { WorkerPort } from "../../../lib/workers/remote_client.ts";
import { RemoteClients } from "../../../lib/workers/remote_clients.ts";
import type { ClientInfo } from "../../../lib/workers/services.ts";

const PEER = { publicKey: "key", fingerprint: "print", address: "192.0.2.1:7" };
const LISTENER = { role: "listener", id: 1, name: "demo" } as unknown as ListenSource;

function info(id: number): ClientInfo {
  return { id, segkind: "tui", title: `client ${id}`, peer: PEER };
}

/** A worker that answers at once; `calls` has what it was asked. */
function makeWorker(answers: Record<string, unknown>) {
  const calls: unknown[][] = [];
  const ask = (...call: unknown[]) => {
    calls.push(call);
    return Promise.resolve(answers[call[0] as string]);
  };
  return { calls, port: { ask } as unknown as WorkerPort };
}

/** Lets a client in by each of the workers. */
async function accept(ports: readonly WorkerPort[], handle: ClientHandler) {
  const clients = new RemoteClients();
  const handler: ListenHandler = (source) => void source.acceptTarget(640, 480, handle);
  clients.handleBy(handler, LISTENER);
  for (const port of ports) await clients.request(port, 9, PEER);
  return clients;
}

Deno.test({
  name: "the clients of a worker that has ended are terminated, and those of others are not",
  permissions: "none",
  fn: async () => {
    const [one, two] = [makeWorker({ accept: info(2) }), makeWorker({ accept: info(3) })];
    const records: unknown[][] = [];
    const clients = await accept(
      [one.port, two.port],
      ({ id }, status) => void records.push([id, status.kind]),
    );
    assert.deepEqual(one.calls, [["accept", 9, [640, 480]]]);
    clients.lost(one.port, "worker-ended");
    clients.lost(one.port, "worker-ended");
    await clients.record(two.port, info(3), { kind: "terminated", last_words: "" }, undefined);
    assert.deepEqual(records, [[2, "terminated"], [3, "terminated"]]);
  },
});

Deno.test({
  name: "a record that comes with the answer to its client's acceptance finds the handler",
  permissions: "none",
  fn: async () => {
    const accepted = Promise.withResolvers<ClientInfo>();
    const port = { ask: () => accepted.promise } as unknown as WorkerPort;
    const kinds: string[] = [];
    const clients = new RemoteClients();
    clients.handleBy(
      (source) => void source.acceptTarget((_, { kind }) => void kinds.push(kind)),
      LISTENER,
    );
    const requested = clients.request(port, 1, PEER);
    accepted.resolve(info(2));
    const status = {
      kind: "privdrop",
      frame: 0,
      external: false,
      sandboxed: false,
      networked: true,
    };
    const recorded = clients.record(port, info(2), status as never, undefined);
    await Promise.all([requested, recorded]);
    assert.deepEqual(kinds, ["privdrop"]);
  },
});

Deno.test({
  name: "verbs and programs' calls reach the worker, and what a client shows is a copy",
  permissions: "none",
  fn: async () => {
    const surface = {
      width: 1,
      height: 1,
      content: "pixels",
      origoLl: false,
      revision: 4,
      pixels: Uint8Array.of(1, 2, 3, 4),
      grid: undefined,
    };
    const worker = makeWorker({ accept: info(2), call: true, surface });
    let client: Source | undefined;
    const clients = await accept([worker.port], (source) => void (client = source));
    await clients.record(worker.port, info(2), { kind: "preroll" } as never, undefined);
    assert.equal(await client!.typeText("ls\n"), true);
    const call = { verb: "snapshot", args: [], source: 2, id: 1, request: undefined };
    assert.equal(await clients.perform(client!, { ...call, subsegments: false }), true);
    await clients.refresh(client!);
    assert.deepEqual(client!.surface.pixels, surface.pixels);
    await clients.refresh(client!);
    assert.deepEqual(worker.calls.slice(1), [
      ["call", 2, "typeText", ["ls\n"]],
      ["call", 2, "snapshot", []],
      ["surface", 2, -1],
      ["surface", 2, 4],
    ]);
  },
});
