import assert from "node:assert/strict";
import { observe } from "../../../lib/handlers/observe.ts";
import type { LogFields, Logger } from "../../../lib/log.ts";
import type { ListenHandler, ListenSource } from "../../../lib/net/listen_types.ts";
import type { ClientHandler } from "../../../lib/segment/source.ts";
import { FakeClient } from "../../support/fake_client.ts";

const IDENT = { kind: "ident", frame: 0, message: "x" } as const;
const REQUEST = {
  kind: "segment_request",
  frame: 0,
  segkind: "handover",
  width: 0,
  height: 0,
  reqid: 0,
  xofs: 0,
  yofs: 0,
  parent: 0,
} as const;

/** Takes a client by a handler that is observed. */
function accept(
  handler: ClientHandler | undefined,
  observers: ClientHandler[],
  client = new FakeClient(),
  log: Logger = { log() {} },
): FakeClient {
  const request = {
    role: "listener",
    id: 1,
    name: "demo",
    peer: client.source.peer,
    acceptTarget: (...args: unknown[]) => {
      client.source.targetUpdatehandler(args.at(-1) as ClientHandler | undefined);
      return client.source;
    },
  } as unknown as ListenSource;
  const listen: ListenHandler = (source) => void source.acceptTarget(handler);
  void observe(listen, observers, log)(request, REQUEST);
  return client;
}

function pure(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("observers see each record first, the handler gets it as well", () => {
  const seen: string[] = [];
  const note = (who: string): ClientHandler => (_, { kind }) => void seen.push(`${who} ${kind}`);
  const client = accept(note("handler"), [note("first"), note("second")]);
  void client.tell(IDENT);
  assert.deepEqual(seen, ["first ident", "second ident", "handler ident"]);
});

pure("only who asks for frames gets them", () => {
  const seen: string[] = [];
  const client = accept(
    (_, { kind }) => void seen.push(`handler ${kind}`),
    [(_, { kind }) => void seen.push(`observer ${kind}`)],
  );
  void client.showText({ lines: [{ row: 0, cells: "a" }] });
  client.source.targetVerbose();
  void client.showText({ lines: [{ row: 0, cells: "b" }] });
  client.source.targetVerbose(false);
  void client.showText({ lines: [{ row: 0, cells: "c" }] });
  assert.deepEqual(seen, ["observer frame", "observer frame", "handler frame", "observer frame"]);
});

pure("observers stay when the handler is replaced", () => {
  const seen: string[] = [];
  const client = accept(undefined, [(_, { kind }) => void seen.push(kind)]);
  client.source.targetUpdatehandler((_, { kind }) => void seen.push(`new ${kind}`));
  void client.tell(IDENT);
  assert.deepEqual(seen, ["ident", "new ident"]);
});

pure("observers follow into subsegments, which inherit the handler", () => {
  const seen: string[] = [];
  for (const verb of ["acceptTarget", "targetAlloc"] as const) {
    const sub = new FakeClient(3);
    const open = (handler?: ClientHandler) => {
      sub.source.targetUpdatehandler(handler);
      return sub.source;
    };
    const client = new FakeClient();
    Object.assign(client.source, {
      acceptTarget: open,
      targetAlloc: (_: string, handler?: ClientHandler) => open(handler),
    });
    accept(
      (source, { kind }) => void seen.push(`handler ${source.id} ${kind}`),
      [(source, { kind }) => void seen.push(`observer ${source.id} ${kind}`)],
      client,
    );
    const opened = verb === "acceptTarget"
      ? client.source.acceptTarget()
      : client.source.targetAlloc("debug");
    assert.equal(opened, sub.source);
    void sub.tell(IDENT);
    assert.deepEqual(seen.splice(0), ["observer 3 ident", "handler 3 ident"], verb);
  }
});

pure("a failing observer is logged and hurts nobody", async () => {
  const logged: [string, LogFields | undefined][] = [];
  const seen: string[] = [];
  const client = accept(
    (_, { kind }) => void seen.push(kind),
    [
      () => {
        throw new Error("one");
      },
      () => Promise.reject(new Error("two")),
    ],
    undefined,
    { log: (_, event, fields) => void logged.push([event, fields]) },
  );
  await client.tell(IDENT);
  assert.deepEqual(seen, ["ident"]);
  assert.deepEqual(logged, [
    ["observer-failed", { source: 2, error: "Error: one" }],
    ["observer-failed", { source: 2, error: "Error: two" }],
  ]);
});

pure("a slow observer holds up the client, in order", async () => {
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const client = accept(
    (_, { kind }) => void seen.push(`handler ${kind}`),
    [() => gate.promise, (_, { kind }) => void seen.push(`second ${kind}`)],
  );
  const done = client.tell(IDENT);
  assert.deepEqual(seen, []);
  gate.resolve();
  await done;
  assert.deepEqual(seen, ["second ident", "handler ident"]);
});

pure("a handler that fails fails as without observers", () => {
  const client = accept(() => {
    throw new Error("mine");
  }, [() => {}]);
  assert.throws(() => client.tell(IDENT), { message: "mine" });
});
