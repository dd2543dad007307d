import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PIPE_ANSWER_TIMEOUT_MS, PIPE_QUEUE_BYTES } from "../../../../lib/limits.ts";
import type { Status } from "../../../../lib/segment/status.ts";
import { FakeClient } from "../../../support/fake_client.ts";
import { FakeTimers } from "../../../support/fake_timers.ts";
import { pure } from "../../../support/pure.ts";
import { HANDOVER_REQUEST } from "../../../../lib/net/handover.ts";
import { Bench, PREROLL } from "./bench.ts";

const ident = (message: string): Status => ({ kind: "ident", frame: 0, message });

pure("records are lines with the source and its role", async () => {
  await using bench = new Bench();
  void bench.pipe.handler(bench.listener, PREROLL);
  const { time, ...record } = await bench.read();
  assert.match(String(time), /^20.*Z$/);
  assert.deepEqual(record, { source: 1, role: "listener", ...PREROLL });
  const client = await bench.client();
  void client.tell(ident("x"));
  const { time: _, ...second } = await bench.read();
  assert.deepEqual(second, { source: 2, role: "client", ...ident("x") });
  const click = {
    kind: "digital",
    digital: true,
    translated: false,
    source: "mouse",
    devid: 0,
    subid: 1,
    active: true,
  } as const;
  void client.tell({ kind: "input", source_audio: 2, tgtid: 0 }, click);
  assert.deepEqual((await bench.read()).input, click);
});

pure("requests are answered by number or in order", async () => {
  await using bench = await Bench.start();
  const asked = [bench.ask(), bench.ask(), bench.ask()];
  const requests = [await bench.read(), await bench.read(), await bench.read()];
  assert.deepEqual(requests.map(({ request }) => request), [1, 2, 3]);
  assert.deepEqual(requests[0]!.peer, bench.clients[0]!.source.peer);
  await bench.call({ verb: "accept_target", source: 1, request: 2, args: [640, 480], id: "a" });
  assert.deepEqual(await bench.read(), { id: "a", result: 3 });
  await asked[1];
  await bench.call({ verb: "refuse", source: 1 });
  await asked[0];
  await bench.call({ verb: "accept", source: 1, request: 3 });
  await asked[2];
  assert.deepEqual(bench.accepted, [[640, 480], []]);
  await bench.call({ verb: "accept", source: 1, id: 1 });
  assert.deepEqual(await bench.read(), {
    id: 1,
    error: "source 1 has no request that waits",
    code: "wrong-state",
  });
});

pure("a request that is not answered in time is refused and logged", async () => {
  using timers = new FakeTimers();
  await using bench = new Bench();
  let isDone = false;
  const asked = bench.ask().then(() => isDone = true);
  const { request } = await bench.read();
  timers.pass(PIPE_ANSWER_TIMEOUT_MS - 1);
  await bench.settled();
  assert.equal(isDone, false);
  timers.pass(1);
  await asked;
  assert.deepEqual(bench.accepted, []);
  assert.deepEqual(bench.logged, [
    ["pipe-no-answer", { source: 1, request, kind: "segment_request" }],
  ]);
  await bench.call({ verb: "accept", source: 1, request, id: 1 });
  assert.equal((await bench.read()).code, "wrong-state", "the answer comes too late");
  await bench.client();
  assert.equal(timers.size, 0, "an answered request has no timer");
});

pure("requests for subsegments wait only if the program answers them", async () => {
  await using bench = await Bench.start();
  const plain = await bench.client();
  assert.equal(plain.tell({ ...HANDOVER_REQUEST, segkind: "clipboard" } as Status), undefined);
  assert.equal("request" in await bench.read(), false);
  const client = await bench.client({ subsegments: true });
  const sub = new FakeClient(9);
  Object.assign(client.source, { acceptTarget: () => sub.source });
  const asked = client.tell({ ...HANDOVER_REQUEST, segkind: "popup" } as Status);
  const { request, source } = await bench.read();
  await bench.call({ verb: "accept", source, request, id: 1 });
  assert.deepEqual(await bench.read(), { id: 1, result: 9 });
  await asked;
});

pure("verbs are called by their names of this library or of Lua", async () => {
  await using bench = await Bench.start();
  const client = await bench.client();
  await bench.call({ verb: "typeText", source: 2, args: ["hi"] });
  await bench.call({ verb: "target_displayhint", source: 2, args: [800, 600], id: 7 });
  assert.deepEqual(await bench.read(), { id: 7, result: true });
  await bench.call({ verb: "restoreTarget", source: 2, args: [{ base64: "AQI=" }] });
  await bench.call({ verb: "openNonblock", source: 2, args: [{ utf8: "é" }, { a: 1 }], id: 8 });
  await bench.read();
  assert.deepEqual(client.calls, [
    ["typeText", "hi"],
    ["targetDisplayhint", 800, 600],
    ["restoreTarget", Uint8Array.of(1, 2)],
    ["openNonblock", Uint8Array.of(0xc3, 0xa9), { a: 1 }],
  ]);
});

pure("a program reads the screen as text or picture", async () => {
  await using bench = await Bench.start();
  const client = await bench.client();
  await bench.call({ verb: "snapshot", source: 2, id: 0 });
  assert.deepEqual(await bench.read(), { id: 0, result: null });
  void client.showText({ lines: [{ row: 0, cells: "hello" }] });
  await bench.call({ verb: "text", source: 2, id: 1 });
  assert.deepEqual(await bench.read(), { id: 1, result: "hello" });
  await bench.call({ verb: "snapshot", source: 2, id: 2 });
  assert.deepEqual(await bench.read(), { id: 2, result: { kind: "text", text: "hello\n" } });
  void client.showPixels(1, 1, Uint8Array.of(1, 2, 3, 255));
  await bench.call({ verb: "snapshot", source: 2, id: 3 });
  const { result } = await bench.read() as { result: { kind: string; base64: string } };
  assert.equal(result.kind, "png");
  assert.equal(Buffer.from(result.base64, "base64").toString("latin1", 1, 4), "PNG");
});

const wrong: readonly [line: string, error: RegExp, code: string][] = [
  ["hello", /not JSON: "hello"/, "bad-argument"],
  ["[1]", /not a JSON object/, "bad-argument"],
  ['{"source":1}', /the field "verb" is not a string/, "bad-argument"],
  ['{"verb":"x"}', /the field "source" is not a number/, "bad-argument"],
  ['{"verb":"x","source":1,"args":2}', /the field "args" is not an array/, "bad-argument"],
  ['{"verb":"x","source":1,"request":"1"}', /the field "request" is not a number/, "bad-argument"],
  [
    '{"verb":"x","source":1,"arg":[]}',
    /the field "arg" is unknown; known: verb, source, args/,
    "bad-argument",
  ],
  ['{"verb":"x","source":9}', /no source 9/, "wrong-state"],
  ['{"verb":"flyAway","source":2}', /a client has no verb "flyAway"/, "bad-argument"],
  ['{"verb":"constructor","source":2}', /no verb "constructor"/, "bad-argument"],
  ['{"verb":"targetUpdatehandler","source":2}', /no verb/, "bad-argument"],
  ['{"verb":"surface","source":2}', /no verb/, "bad-argument"],
  ['{"verb":"abort","source":1}', /a listener has no verb "abort"/, "bad-argument"],
  ['{"verb":"typeText","source":2,"args":[{"base64":"!"}]}', /base64/, "bad-argument"],
];

pure("a wrong call is answered by an error and has no other effect", async () => {
  await using bench = await Bench.start();
  const client = await bench.client();
  Object.assign(client.source, {
    flyAway: () => true,
    wheel: () => {
      throw new RangeError("boom");
    },
  });
  for (const [line, error, code] of wrong) {
    await bench.write(`${line}\n`);
    const answer = await bench.read();
    assert.match(String(answer.error), error, line);
    assert.equal(answer.code, code, line);
    assert.equal("id" in answer, false);
  }
  await bench.call({ verb: "wheel", source: 2, id: 3 });
  assert.deepEqual(await bench.read(), { id: 3, error: "boom", code: "bad-argument" });
  await bench.write("\n  \n");
  await bench.call({ verb: "text", source: 2, id: 4 });
  assert.deepEqual(await bench.read(), { id: 4, result: "" });
  assert.deepEqual(client.calls, []);
});

pure("only the first line that is no call is logged", async () => {
  await using bench = await Bench.start();
  for (const line of ["hello\x1b[31m", "[1]", '{"verb":"x"}']) {
    await bench.write(`${line}\n`);
    await bench.read();
  }
  // A failed call is only answered.
  await bench.call({ verb: "x", source: 9 });
  await bench.read();
  assert.deepEqual(bench.logged, [
    ["pipe-bad-line", { detail: 'the line is not JSON: "hello\\u001b[31m"' }],
  ]);
});

for (const split of [0, 1, 2, 3, 4]) {
  pure(`a byte order mark before the first line is skipped, cut at ${split}`, async () => {
    await using bench = await Bench.start();
    const asked = bench.ask();
    const bytes = new TextEncoder().encode('\ufeff{"verb":"accept","source":1}\r\n');
    if (split > 0) await bench.write(bytes.slice(0, split));
    await bench.write(bytes.slice(split));
    await asked;
    assert.equal(bench.accepted.length, 1);
    await bench.exit();
    assert.deepEqual(bench.logged, []);
  });
}

pure("lines arrive in any pieces, the last one without a line feed", async () => {
  await using bench = await Bench.start();
  const client = await bench.client();
  const calls = '{"verb":"typeText","source":2,"args":["é"]}\r\n'.repeat(2);
  for (const byte of new TextEncoder().encode(calls)) {
    await bench.write(Uint8Array.of(byte));
  }
  await bench.write('{"verb":"wheel","source":2,"args":[1]}');
  await bench.exit();
  assert.deepEqual(client.calls, [["typeText", "é"], ["typeText", "é"], ["wheel", 1]]);
});

pure("a program that does not read delays only clients with many records", async () => {
  await using bench = await Bench.start();
  const [busy, quiet] = [await bench.client(), await bench.client()];
  let count = 0;
  let pending: Promise<void> | undefined;
  // From here on the program does not read.
  for (let i = 0; i < 10_000 && pending === undefined; i++) {
    const done = busy.tell(ident("x".repeat(100)));
    if (done instanceof Promise) pending = done;
    count++;
  }
  assert(pending !== undefined, "the client with many records waits");
  assert(count * 100 < 2 * PIPE_QUEUE_BYTES, `${count} records wait`);
  assert.equal(quiet.tell(ident("me")), undefined, "the other one does not");
  let quietCame = false;
  for (let i = 0; i < count + 1; i++) quietCame ||= (await bench.read()).message === "me";
  assert(quietCame);
  await pending;
});

pure("after release no client waits, and records beyond the limit are dropped", async () => {
  await using bench = await Bench.start();
  const client = await bench.client();
  let pending: Promise<void> | undefined;
  while (pending === undefined) pending = client.tell(ident("x".repeat(100))) ?? undefined;
  const asked = bench.ask();
  bench.pipe.release();
  await pending;
  await asked;
  for (let i = 0; i < 10_000; i++) assert.equal(client.tell(ident("y")), undefined);
  for (;;) {
    const { message, kind } = await bench.read();
    assert.notEqual(message, "y");
    if (kind === "segment_request") break;
  }
});

pure("a program that does not read its answers is not read", async () => {
  await using bench = await Bench.start();
  let written = 0;
  let isStuck = false;
  while (!isStuck && written < 100_000) {
    const write = bench.write("nonsense\n".repeat(100)).then(() => "written");
    // Only promises are involved, so all of them have settled by the next macrotask.
    const turn = new Promise<string>((resolve) => setTimeout(() => resolve("stuck")));
    isStuck = await Promise.race([write, turn]) === "stuck";
    if (!isStuck) written += 100;
  }
  assert(isStuck, "the program has to wait");
  for (let i = 0; i < written; i++) await bench.read();
});

pure("a line that is too long is skipped", async () => {
  await using bench = await Bench.start();
  await bench.write("x".repeat(1 << 22));
  await bench.write("x\n");
  assert.match(String((await bench.read()).error), /over 4194304 bytes/);
});

pure("when the program ends, requests are refused and records dropped", async () => {
  await using bench = await Bench.start();
  const client = await bench.client();
  const asked = bench.ask();
  await bench.exit();
  await asked;
  assert.deepEqual(bench.accepted.length, 1);
  assert.equal(client.tell(ident("x")), undefined);
  assert.equal(await bench.ask(), undefined);
});

pure("the next program gets the sources and the open requests", async () => {
  await using bench = await Bench.start();
  const [stays, leaves] = [await bench.client({ subsegments: true }), await bench.client()];
  const registered = (title: string): Status => ({
    kind: "registered",
    frame: 0,
    segkind: "tui",
    title,
    guid: "",
  });
  for (const [client, title] of [[stays, "stays"], [leaves, "leaves"]] as const) {
    void client.tell(registered(title));
    await bench.read();
  }
  const asked = bench.ask();
  const { request } = await bench.read();
  await bench.restart(() => {
    void leaves.end();
    assert.equal(stays.tell(ident("lost")), undefined, "without a program clients do not wait");
    void bench.ask();
  });

  const readRecord = async () => {
    const { time: _, ...record } = await bench.read();
    return record;
  };
  assert.deepEqual(await readRecord(), { source: 1, role: "listener", ...PREROLL, resumed: true });
  assert.deepEqual(
    [await bench.read(), await bench.read()].map(({ kind, request }) => [kind, request]),
    [["segment_request", request], ["segment_request", Number(request) + 1]],
  );
  assert.deepEqual(await readRecord(), {
    source: 2,
    role: "client",
    ...registered("stays"),
    resumed: true,
  });
  await bench.call({ verb: "accept", source: 1, request });
  await asked;
  await bench.call({ verb: "typeText", source: 2, args: ["x"], id: 1 });
  assert.deepEqual(await bench.read(), { id: 1, result: true });
  void stays.tell(ident("again"));
  assert.equal((await bench.read()).message, "again");
});
